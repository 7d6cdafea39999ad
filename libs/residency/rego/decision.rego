# The default policy of Inland. Rules are data (`data.world`, prepared by libs/residency/src/policy-data.ts); this folder
# says how they add up: what is unknown is refused, residency comes before any grant, a refusal wins, obligations add up.
# What comes first is in unknown.rego, then residency.rego and destinations.rego, then grants.rego, then consents.rego.
package inland

import rego.v1

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"reasons": reasons,
	"obligations": obligations,
	"observed": observed,
	"approvals": approvals_used,
	"exceptions": exceptions_used,
	"breakGlass": break_glass_used,
}

default outcome := "denied"

outcome := "allowed" if count(refusals) == 0

# The first kind of refusal that there is, and all reasons of that kind.
refusals := unknowns if count(unknowns) > 0

else := contradictions if count(contradictions) > 0

else := residency if count(residency) > 0

else := grants if count(grants) > 0

else := consents

reasons := refusals if count(refusals) > 0

else := {{"code": "allowed", "rule": "", "kind": ""}} if viewing

else := {{"code": "allowed", "rule": name, "kind": "AccessGrant"} | some name, _ in granting}

target := data.world.targets[input.target.name]

known(region) if data.world.regions[region]

# Looking at what was recorded: of places it is the viewer's that counts, and roles instead of grants.
viewing if input.operation.kind == "recording.view"

# What a decision about this target hangs on, beside who asks, the places, and what the operation is said to do. Where
# it is neither text nor time, the engine need not ask again for each command.

# METADATA
# entrypoint: true
depends := {"time": time_matters, "text": text_matters}

default time_matters := false

time_matters if {
	some name in target.policies
	data.world.policies[name].timely
}

time_matters if {
	some name in target.grants
	data.world.grants[name].timely
}

default text_matters := false

text_matters if {
	some name in target.policies
	some entry in data.world.policies[name].forbid
	some part in ["matching", "unless"]
	entry[part]
}

text_matters if {
	some name in target.policies
	data.world.policies[name].noFileTransfer
}
