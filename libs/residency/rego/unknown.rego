# What is unknown, and what is known otherwise: refused before any rule is looked at.
package inland

import rego.v1

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
	is_string(input.time)
	text_or_null(input.operation.text)
	text_or_null(input.client.country)
}

text_or_null(value) if is_string(value)

text_or_null(null)

unknowns contains {"code": "target_unknown", "rule": "", "kind": ""} if {
	not target
	not unbound_view
}

# What was recorded of a target that is no more may be looked at where no rule says from where.
unbound_view if {
	viewing
	not data.world.viewersBound
}

unknowns contains {"code": "target_protocol", "rule": input.target.name, "kind": "Target", "place": target.protocol} if {
	target.protocol != input.target.protocol
}

unknowns contains {"code": "region_unknown", "rule": input.target.name, "kind": "Target", "part": "target", "place": target.region} if {
	not known(target.region)
}

unknowns contains {"code": "region_unknown", "rule": "", "kind": "", "part": "gateway", "place": input.gateway.region} if {
	not known(input.gateway.region)
}

unknowns contains {"code": "region_unknown", "rule": "", "kind": "", "part": "agent", "place": input.agent.region} if {
	not known(input.agent.region)
}

unknowns contains {"code": "region_unknown", "rule": "", "kind": "", "part": "record", "place": region} if {
	some region in input.record
	not known(region)
}

# What can be seen of a target against what is declared of it.
contradictions contains {"code": "region_contradicted", "rule": input.target.name, "kind": "Target", "part": "target", "place": place} if {
	not target.declared
	place := input.target.evidence.region
	provider(place) == provider(target.region)
	place != target.region
}

contradictions contains {"code": "region_contradicted", "rule": input.target.name, "kind": "Target", "part": "target", "place": seen_country} if {
	not target.declared
	is_string(seen_country)
	seen_country != data.world.regions[target.region]
}

# The published ranges of a cloud say more than a database of countries.
seen_country := object.get(data.world.regions, input.target.evidence.region, input.target.evidence.country)

provider(region) := split(region, ":")[0]
