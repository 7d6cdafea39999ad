# Residency: every rule that covers the access must hold. What a rule that only audits finds is observed, and refuses nothing.
package inland

import rego.v1

# The rules that cover the access, and those of them that are enforced.
rules[name] := policy if {
	some name in target.policies
	policy := data.world.policies[name]
	applies(policy)
}

enforcing[name] := policy if {
	some name, policy in rules
	not policy.audit
}

applies(policy) if policy.everybody

applies(policy) if policy.people[input.principal.subject]

applies(policy) if {
	some group in input.principal.groups
	policy.groups[group]
}

residency contains {"code": "residency_uncovered", "rule": "", "kind": ""} if {
	not viewing
	count(enforcing) == 0
}

residency contains finding if {
	some finding in findings
	not audited(finding)
}

observed contains finding if {
	some finding in (findings | consent_findings)
	audited(finding)
}

audited(finding) if rules[finding.rule].audit

# --- where each part is ---

parts contains {"part": "target", "region": target.region} if not viewing

parts contains {"part": "gateway", "region": input.gateway.region} if not viewing

parts contains {"part": "agent", "region": agent_region} if not viewing

parts contains {"part": "record", "region": region} if {
	not viewing
	some region in input.record
}

# A target that is reached directly is reached by the gateway itself.
agent_region := object.get(input, ["agent", "region"], input.gateway.region)

holds(within, region) if within.regions[region]

holds(within, region) if within.countries[data.world.regions[region]]

holds(within, region) if within.countries[data.world.subdivisions[region]]

findings contains {"code": concat("", ["residency_", place.part, "_outside"]), "rule": name, "kind": "ResidencyPolicy", "place": place.region} if {
	some name, policy in rules
	some place in parts
	within := policy.require[place.part]
	not holds(within, place.region)
	not excepted(policy, place)
}

person_part := "viewer" if viewing

person_part := "client" if not viewing

findings contains {"code": concat("", ["residency_", person_part, "_unknown"]), "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.require[person_part]
	input.client.country == null
}

findings contains {"code": concat("", ["residency_", person_part, "_outside"]), "rule": name, "kind": "ResidencyPolicy", "place": input.client.country} if {
	some name, policy in rules
	within := policy.require[person_part]
	input.client.country != null
	not person_in(within)
	not person_excepted(policy)
}

person_in(within) if within.countries[input.client.country]

person_in(within) if within.countries[input.client.subdivision]

# --- exceptions ---

# Those of a rule that hold for a part, for this person, now.
exceptions_for(policy, part) := {exception |
	some exception in policy.exceptions
	exception.parts[part]
	input.time < exception.until
	applies(exception)
}

excepted(policy, place) if {
	some exception in exceptions_for(policy, place.part)
	holds(exception.within, place.region)
}

person_excepted(policy) if {
	some exception in exceptions_for(policy, person_part)
	person_in(exception.within)
}

exceptions_used contains concat("#", [name, exception.name]) if {
	some name, policy in rules
	some place in parts
	within := policy.require[place.part]
	not holds(within, place.region)
	some exception in exceptions_for(policy, place.part)
	holds(exception.within, place.region)
}

exceptions_used contains concat("#", [name, exception.name]) if {
	some name, policy in rules
	within := policy.require[person_part]
	not person_in(within)
	some exception in exceptions_for(policy, person_part)
	person_in(exception.within)
}

# --- what is forbidden ---

findings contains {"code": "residency_forbidden_operation", "rule": name, "kind": "ResidencyPolicy", "because": entry.because} if {
	some name, policy in rules
	some entry in policy.forbid
	input.operation.text != null
	is_about(entry.operations)
	matching(entry)
	not unless(entry)
}

# What an effect is forbidden for must be known to lack it.
findings contains {"code": "residency_unproven_operation", "rule": name, "kind": "ResidencyPolicy", "because": entry.because} if {
	some name, policy in rules
	some entry in policy.forbid
	startswith(input.operation.kind, "postgres.")
	not effects_known
	some effect in effects
	entry.operations[effect]
	matching(entry)
	not unless(entry)
}

effects_known if is_array(input.operation.effects)

matching(entry) if not entry.matching

matching(entry) if matches(entry.matching, input.operation.text)

unless(entry) if regex.match(entry.unless, input.operation.text) == true

is_about(operations) if operations["*"]

is_about(operations) if operations[input.operation.kind]

is_about(operations) if operations[family]

is_about(operations) if {
	some effect in input.operation.effects
	operations[concat(".", ["postgres", effect])]
}

# A pattern that cannot be read has no answer, and must not let everything pass. Asked so, it is compiled once.
matches(pattern, text) if not misses(pattern, text)

misses(pattern, text) if regex.match(pattern, text) == false

# METADATA
# entrypoint: true
unreadable_patterns contains pattern if {
	some pattern in input.patterns
	not regex.is_valid(pattern)
}
