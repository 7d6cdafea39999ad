# The default policy of Inland. Rules are data (`data.world`, prepared by libs/residency/src/policy-data.ts); this says
# how they add up: what is unknown is refused, residency comes before any grant, a refusal wins, obligations add up.
package inland

import rego.v1

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"reasons": reasons,
	"obligations": {
		"mask": mask,
		"recordStrict": strict,
		"maxSessionSeconds": max_seconds,
		"maxIdleSeconds": max_idle_seconds,
	},
}

default outcome := "denied"

outcome := "allowed" if count(refusals) == 0

# The first kind of refusal that there is, and all reasons of that kind.
refusals := unknowns if count(unknowns) > 0

else := residency if count(residency) > 0

else := grants

reasons := refusals if count(refusals) > 0

else := {{"code": "allowed", "rule": name, "kind": "AccessGrant"} | some name in granting}

target := data.world.targets[input.target.name]

known(region) if data.world.regions[region]

# --- what is unknown ---

# What a rule could look at must be there: what is missing would hold vacuously.
unknowns contains {"code": "policy_failed", "rule": "", "kind": ""} if not complete

complete if {
	is_string(input.principal.subject)
	is_array(input.principal.groups)
	is_string(input.gateway.region)
	is_string(input.target.name)
	is_string(input.target.protocol)
	is_string(input.target.login)
	is_string(input.record.log)
	is_string(input.record.recordings)
	is_string(input.record.projections)
	is_string(input.operation.kind)
	text_or_null(input.operation.text)
	text_or_null(input.client.country)
}

text_or_null(value) if is_string(value)

text_or_null(null)

unknowns contains {"code": "target_unknown", "rule": "", "kind": ""} if not target

unknowns contains {"code": "target_protocol", "rule": input.target.name, "kind": "Target", "place": target.protocol} if {
	target.protocol != input.target.protocol
}

unknowns contains {"code": "region_unknown", "rule": input.target.name, "kind": "Target", "part": "target", "place": target.region} if {
	not known(target.region)
}

unknowns contains {"code": "region_unknown", "rule": "", "kind": "", "part": "gateway", "place": input.gateway.region} if {
	not known(input.gateway.region)
}

unknowns contains {"code": "region_unknown", "rule": "", "kind": "", "part": "record", "place": region} if {
	some region in input.record
	not known(region)
}

# --- residency: every rule that covers the access must hold ---

covering contains name if {
	some name in target.policies
	applies(data.world.policies[name])
}

applies(policy) if not policy.groups

applies(policy) if {
	some group in input.principal.groups
	policy.groups[group]
}

holds(within, region) if within.regions[region]

holds(within, region) if within.countries[data.world.regions[region]]

residency contains {"code": "residency_uncovered", "rule": "", "kind": ""} if count(covering) == 0

residency contains {"code": "residency_target_outside", "rule": name, "kind": "ResidencyPolicy", "place": target.region} if {
	some name in covering
	within := data.world.policies[name].require.target
	not holds(within, target.region)
}

residency contains {"code": "residency_gateway_outside", "rule": name, "kind": "ResidencyPolicy", "place": input.gateway.region} if {
	some name in covering
	within := data.world.policies[name].require.gateway
	not holds(within, input.gateway.region)
}

residency contains {"code": "residency_record_outside", "rule": name, "kind": "ResidencyPolicy", "place": region} if {
	some name in covering
	within := data.world.policies[name].require.record
	some region in input.record
	not holds(within, region)
}

residency contains {"code": "residency_client_unknown", "rule": name, "kind": "ResidencyPolicy"} if {
	some name in covering
	data.world.policies[name].require.client
	input.client.country == null
}

residency contains {"code": "residency_client_outside", "rule": name, "kind": "ResidencyPolicy", "place": input.client.country} if {
	some name in covering
	within := data.world.policies[name].require.client
	input.client.country != null
	not within.countries[input.client.country]
}

residency contains {"code": "residency_forbidden_operation", "rule": name, "kind": "ResidencyPolicy", "because": entry.because} if {
	some name in covering
	some entry in data.world.policies[name].forbid
	input.operation.text != null
	forbids(entry.operations)
	matching(entry)
	not excepted(entry)
}

# What an effect is forbidden for must be known to lack it.
residency contains {"code": "residency_unproven_operation", "rule": name, "kind": "ResidencyPolicy", "because": entry.because} if {
	some name in covering
	some entry in data.world.policies[name].forbid
	startswith(input.operation.kind, "postgres.")
	not effects_known
	some effect in effects
	entry.operations[effect]
	matching(entry)
	not excepted(entry)
}

effects_known if is_array(input.operation.effects)

matching(entry) if not entry.matching

matching(entry) if matches(entry.matching, input.operation.text)

excepted(entry) if regex.match(entry.unless, input.operation.text) == true

forbids(operations) if operations["*"]

forbids(operations) if operations[input.operation.kind]

forbids(operations) if operations[family]

forbids(operations) if {
	some effect in input.operation.effects
	operations[concat(".", ["postgres", effect])]
}

# --- where a forwarding leads ---

destination := input.operation.destination

residency contains {"code": "residency_destination_unknown", "rule": "", "kind": ""} if {
	not known(destination.region)
}

residency contains {"code": "residency_destination_outside", "rule": name, "kind": "ResidencyPolicy", "place": destination.region} if {
	some name in covering
	within := destination_within(data.world.policies[name].require)
	known(destination.region)
	not holds(within, destination.region)
}

destination_within(require) := require.destination

destination_within(require) := require.target if not require.destination

# A pattern that cannot be read has no answer, and must not let everything pass. Asked so, it is compiled once.
matches(pattern, text) if not misses(pattern, text)

misses(pattern, text) if regex.match(pattern, text) == false

# METADATA
# entrypoint: true
unreadable_patterns contains pattern if {
	some pattern in input.patterns
	not regex.is_valid(pattern)
}

# What a decision about this target hangs on, beside who asks, the places, and what the operation is said to do. Where
# it is neither text nor time, the engine need not ask again for each command.

# METADATA
# entrypoint: true
depends := {"time": false, "text": text_matters}

default text_matters := false

text_matters if {
	some name in target.policies
	some entry in data.world.policies[name].forbid
	some part in ["matching", "unless"]
	entry[part]
}

# --- grants ---

# What opens another way for data is granted by its name alone: not by `*`, nor by `ssh.*`.
named_only := {
	"ssh.forward-local", "ssh.forward-remote", "ssh.forward-socket", "ssh.forward-agent", "ssh.forward-x11",
	"postgres.replication",
}

effects := {"postgres.read", "postgres.write", "postgres.schema", "postgres.administration", "postgres.export"}

family := concat(".", [split(input.operation.kind, ".")[0], "*"])

covers_operation(operations) if operations[input.operation.kind]

covers_operation(operations) if {
	not named_only[input.operation.kind]
	operations["*"]
}

covers_operation(operations) if {
	not named_only[input.operation.kind]
	operations[family]
}

for_subject contains name if {
	some name in target.grants
	data.world.grants[name].people[input.principal.subject]
}

for_subject contains name if {
	some name in target.grants
	some group in input.principal.groups
	data.world.grants[name].groups[group]
}

for_login contains name if {
	some name in for_subject
	data.world.grants[name].logins[input.target.login]
}

granting contains name if {
	some name in for_login
	covers_operation(data.world.grants[name].operations)
}

# By what it does: each of its effects is granted, by whatever grant; without any, a grant of any effect does.
granting contains name if {
	effects_known
	not named_only[input.operation.kind]
	every effect in input.operation.effects {
		some other in for_login
		data.world.grants[other].operations[concat(".", ["postgres", effect])]
	}
	some name in for_login
	grants_effect(data.world.grants[name].operations)
}

grants_effect(operations) if {
	some effect in input.operation.effects
	operations[concat(".", ["postgres", effect])]
}

grants_effect(operations) if {
	count(input.operation.effects) == 0
	some effect in effects
	operations[effect]
}

grants contains {"code": "grant_missing", "rule": "", "kind": ""} if count(for_subject) == 0

grants contains {"code": "grant_login", "rule": "", "kind": ""} if {
	count(for_subject) > 0
	count(for_login) == 0
}

grants contains {"code": "grant_operation", "rule": "", "kind": ""} if {
	count(for_login) > 0
	count(granting) == 0
}

# --- obligations: all of those that cover ---

mask contains detector if {
	some name in covering
	some detector in data.world.policies[name].mask
}

mask contains detector if some detector in target.mask

default strict := false

strict if {
	some name in covering
	data.world.policies[name].strict
}

limits contains seconds if {
	some name in covering
	seconds := data.world.policies[name].maxSessionSeconds
	seconds > 0
}

default max_seconds := 0

max_seconds := min(limits)

idle_limits contains seconds if {
	some name in covering
	seconds := data.world.policies[name].maxIdleSeconds
	seconds > 0
}

default max_idle_seconds := 0

max_idle_seconds := min(idle_limits)
