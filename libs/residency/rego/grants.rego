# Grants: who may do what at a target, as which login, and when.
package inland

import rego.v1

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

for_subject[name] := grant if {
	some name in target.grants
	grant := data.world.grants[name]
	is_for(grant)
}

is_for(grant) if grant.people[input.principal.subject]

is_for(grant) if {
	some group in input.principal.groups
	grant.groups[group]
}

for_login[name] := grant if {
	some name, grant in for_subject
	grant.logins[input.target.login]
}

# --- when ---

timely[name] := grant if {
	some name, grant in for_login
	begun(grant)
	not ended(grant)
	at_its_hours(grant)
}

begun(grant) if not grant.notBefore

begun(grant) if grant.notBefore <= input.time

ended(grant) if grant.until <= input.time

at_its_hours(grant) if not grant.when

at_its_hours(grant) if {
	some window in grant.when
	moment := input.moments[window.zone]
	window.days[moment.day]
	window.from <= moment.minute
	moment.minute < window.to
}

# --- what ---

granted_by(some_grants) := {name: grant | some name, grant in some_grants; grants_this(grant, some_grants)}

grants_this(grant, _) if covers_operation(grant.operations)

# By what it does: each of its effects is granted, by whatever grant; without any, a grant of any effect does.
grants_this(grant, some_grants) if {
	effects_known
	not named_only[input.operation.kind]
	every effect in input.operation.effects {
		some other in some_grants
		other.operations[concat(".", ["postgres", effect])]
	}
	grants_effect(grant.operations)
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

# What would grant this, and what does: a grant that asks for approval grants when it has it.
grantable := granted_by(timely)

opened[name] := grant if {
	some name, grant in timely
	is_open(grant)
}

is_open(grant) if not grant.approval

is_open(grant) if count(grant_requests(grant)) > 0

granting := granted_by(opened)

grants contains {"code": "grant_missing", "rule": "", "kind": ""} if {
	not viewing
	count(for_subject) == 0
}

grants contains {"code": "grant_login", "rule": "", "kind": ""} if {
	count(for_subject) > 0
	count(for_login) == 0
	not viewing
}

grants contains {"code": "grant_time", "rule": name, "kind": "AccessGrant"} if {
	count(timely) == 0
	some name, _ in for_login
	not viewing
}

grants contains {"code": "grant_operation", "rule": "", "kind": ""} if {
	count(timely) > 0
	count(grantable) == 0
	not viewing
}
