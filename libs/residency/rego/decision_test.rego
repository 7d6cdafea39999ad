package inland_test

import data.inland
import rego.v1

world := {
	"regions": {"aws:eu-central-1": "DE", "aws:us-east-1": "US"},
	"targets": {
		"eu": {"region": "aws:eu-central-1", "protocol": "ssh", "policies": ["p"], "grants": ["g"], "mask": ["iban"]},
		"us": {"region": "aws:us-east-1", "protocol": "ssh", "policies": ["p"], "grants": ["g"], "mask": []},
		"bare": {"region": "aws:eu-central-1", "protocol": "ssh", "policies": [], "grants": ["g"], "mask": []},
		"lost": {"region": "nowhere", "protocol": "ssh", "policies": ["p"], "grants": ["g"], "mask": []},
	},
	"policies": {"p": {
		"everybody": true,
		"require": {
			"client": {"countries": {"DE": true}, "regions": {}},
			"target": {"countries": {"DE": true}, "regions": {}},
			"gateway": {"countries": {"DE": true}, "regions": {}},
			"record": {"countries": {"DE": true}, "regions": {}},
		},
		"forbid": [{"operations": {"ssh.*": true}, "matching": "curl", "because": "it leaves"}],
		"mask": ["email"], "strict": true, "maxSessionSeconds": 60, "maxIdleSeconds": 30,
	}},
	"grants": {"g": {"groups": {"dev": true}, "people": {}, "logins": {"deploy": true}, "operations": {"connect": true, "ssh.exec": true}, "breakGlass": false}},
}

request := {
	"principal": {"subject": "alice", "groups": ["dev"]},
	"client": {"country": "DE"},
	"gateway": {"region": "aws:eu-central-1"},
	"record": {"log": "aws:eu-central-1", "recordings": "aws:eu-central-1", "projections": "aws:eu-central-1"},
	"target": {"name": "eu", "protocol": "ssh", "login": "deploy"},
	"operation": {"kind": "connect", "text": null},
	"time": "2026-06-01T12:00:00.000Z",
}

decide(patches) := d if d := inland.decision with input as json.patch(request, patches) with data.world as world

plain(obligations) := object.remove(obligations, ["also"])

codes(patches) := {reason.code | some reason in decide(patches).reasons}

set(path, value) := [{"op": "replace", "path": path, "value": value}]

test_allowed if {
	d := decide([])
	d.outcome == "allowed"
	plain(d.obligations) == {"mask": {"email", "iban"}, "recordStrict": true, "maxSessionSeconds": 60, "maxIdleSeconds": 30}
	codes([]) == {"allowed"}
}

test_target_unknown if codes(set("/target/name", "x")) == {"target_unknown"}

test_target_protocol if codes(set("/target/protocol", "postgres")) == {"target_protocol"}

test_region_of_target_unknown if codes(set("/target/name", "lost")) == {"region_unknown"}

test_region_of_gateway_unknown if codes(set("/gateway/region", "x")) == {"region_unknown"}

test_region_of_record_unknown if codes(set("/record/log", "x")) == {"region_unknown"}

test_target_outside if codes(set("/target/name", "us")) == {"residency_target_outside"}

test_gateway_outside if codes(set("/gateway/region", "aws:us-east-1")) == {"residency_gateway_outside"}

test_record_outside if codes(set("/record/recordings", "aws:us-east-1")) == {"residency_record_outside"}

test_client_unknown if codes(set("/client/country", null)) == {"residency_client_unknown"}

test_client_outside if codes(set("/client/country", "US")) == {"residency_client_outside"}

test_uncovered if codes(set("/target/name", "bare")) == {"residency_uncovered"}

test_forbidden if codes(set("/operation", {"kind": "ssh.exec", "text": "curl x"})) == {"residency_forbidden_operation"}

test_not_forbidden if codes(set("/operation", {"kind": "ssh.exec", "text": "ls"})) == {"allowed"}

test_grant_missing if codes(set("/principal/groups", [])) == {"grant_missing"}

test_grant_login if codes(set("/target/login", "root")) == {"grant_login"}

test_grant_operation if codes(set("/operation", {"kind": "ssh.shell", "text": ""})) == {"grant_operation"}

test_residency_before_grant if {
	codes(array.concat(set("/target/name", "us"), set("/principal/groups", []))) == {"residency_target_outside"}
}

broken := json.patch(world, [{"op": "replace", "path": "/policies/p/forbid/0/matching", "value": "("}])

test_unreadable_pattern_forbids if {
	d := inland.decision with data.world as broken
		with input as json.patch(request, set("/operation", {"kind": "ssh.exec", "text": "ls"}))
	{reason.code | some reason in d.reasons} == {"residency_forbidden_operation"}
}

test_unreadable_patterns if {
	inland.unreadable_patterns == {"(", "(?=x)"} with input as {"patterns": ["(", "a.*b", "(?=x)"]}
}

# Places of the rules changed, so that what is tested is seen alone.
codes_in(changes, patches) := {reason.code | some reason in d.reasons} if {
	d := inland.decision with input as json.patch(request, patches) with data.world as json.patch(world, changes)
}

granted(operations) := [{"op": "replace", "path": "/grants/g/operations", "value": {name: true | some name in operations}}]

forbidden(entry) := [{"op": "replace", "path": "/policies/p/forbid", "value": [object.union({"because": "x"}, entry)]}]

statement(did) := set("/operation", {"kind": "postgres.query", "text": "select 1", "effects": did})

forwarding(region) := set("/operation", {
	"kind": "ssh.forward-local", "text": "db:5432",
	"destination": {"host": "db", "port": 5432, "region": region},
})

test_forwarding_is_granted_by_name_alone if {
	codes_in(granted(["connect", "ssh.*", "*"]), forwarding("aws:eu-central-1")) == {"grant_operation"}
	codes_in(granted(["ssh.forward-local"]), forwarding("aws:eu-central-1")) == {"allowed"}
}

test_destination_unknown if {
	codes_in(granted(["ssh.forward-local"]), forwarding(null)) == {"residency_destination_unknown"}
	codes_in(granted(["ssh.forward-local"]), forwarding("nowhere")) == {"residency_destination_unknown"}
}

test_destination_as_the_target if {
	codes_in(granted(["ssh.forward-local"]), forwarding("aws:us-east-1")) == {"residency_destination_outside"}
}

test_destination_of_its_own if {
	us := [{"op": "add", "path": "/policies/p/require/destination", "value": {"countries": {"US": true}, "regions": {}}}]
	codes_in(array.concat(us, granted(["ssh.forward-local"])), forwarding("aws:us-east-1")) == {"allowed"}
	codes_in(array.concat(us, granted(["ssh.forward-local"])), forwarding("aws:eu-central-1")) == {"residency_destination_outside"}
}

test_effects_granted if {
	codes_in(granted(["postgres.read"]), statement(["read"])) == {"allowed"}
	codes_in(granted(["postgres.read"]), statement([])) == {"allowed"}
	codes_in(granted(["postgres.read"]), statement(["read", "write"])) == {"grant_operation"}
	codes_in(granted(["postgres.read", "postgres.write"]), statement(["read", "write"])) == {"allowed"}
	codes_in(granted(["postgres.read"]), statement(null)) == {"grant_operation"}
	codes_in(granted(["postgres.*"]), statement(null)) == {"allowed"}
	codes_in(granted(["connect"]), statement([])) == {"grant_operation"}
}

test_effects_of_two_grants_add_up if {
	both := array.concat(granted(["postgres.read"]), [{"op": "add", "path": "/grants/h", "value": json.patch(world.grants.g, [{"op": "replace", "path": "/operations", "value": {"postgres.write": true}}])}, {"op": "replace", "path": "/targets/eu/grants", "value": ["g", "h"]}])
	codes_in(both, statement(["read", "write"])) == {"allowed"}
}

test_effects_forbidden if {
	both := array.concat(granted(["postgres.*"]), forbidden({"operations": {"postgres.export": true}}))
	codes_in(both, statement(["read"])) == {"allowed"}
	codes_in(both, statement(["export", "read"])) == {"residency_forbidden_operation"}
	codes_in(both, statement(null)) == {"residency_unproven_operation"}
}

test_what_says_no_effects_is_unproven if {
	both := array.concat(granted(["postgres.*"]), forbidden({"operations": {"postgres.export": true}}))
	codes_in(both, set("/operation", {"kind": "postgres.query", "text": "select 1"})) == {"residency_unproven_operation"}
}

test_forbidden_unless if {
	both := array.concat(granted(["ssh.*"]), forbidden({"operations": {"ssh.file-write": true}, "unless": "^/srv/upload/"}))
	codes_in(both, set("/operation", {"kind": "ssh.file-write", "text": "/srv/upload/a"})) == {"allowed"}
	codes_in(both, set("/operation", {"kind": "ssh.file-write", "text": "/etc/passwd"})) == {"residency_forbidden_operation"}
	codes_in(both, set("/operation", {"kind": "ssh.file-read", "text": "/etc/passwd"})) == {"allowed"}
}

test_unreadable_exception_excepts_nothing if {
	both := array.concat(granted(["ssh.*"]), forbidden({"operations": {"ssh.file-write": true}, "unless": "("}))
	codes_in(both, set("/operation", {"kind": "ssh.file-write", "text": "/srv/upload/a"})) == {"residency_forbidden_operation"}
}

test_depends_on_text if {
	d := inland.depends with input as request with data.world as world
	d == {"time": false, "text": true}
}

test_depends_on_an_exception if {
	d := inland.depends with input as request
		with data.world as json.patch(world, forbidden({"operations": {"ssh.*": true}, "unless": "x"}))
	d == {"time": false, "text": true}
}

test_depends_on_no_text if {
	d := inland.depends with input as request
		with data.world as json.patch(world, forbidden({"operations": {"ssh.*": true}}))
	d == {"time": false, "text": false}
}

test_missing_parts_refused if {
	every path in [
		"/principal", "/principal/subject", "/principal/groups", "/client", "/client/country", "/gateway",
		"/gateway/region", "/record", "/record/log", "/record/recordings", "/record/projections", "/target",
		"/target/name", "/target/protocol", "/target/login", "/operation", "/operation/kind", "/operation/text",
	] {
		"policy_failed" in codes([{"op": "remove", "path": path}])
	}
}

test_parts_of_another_type_refused if {
	codes(set("/operation/text", 5)) == {"policy_failed"}
	codes(set("/client/country", true)) == {"policy_failed"}
}

test_what_is_refused_is_denied if {
	every patches in [set("/target/name", "x"), set("/target/name", "us"), set("/principal/groups", [])] {
		decide(patches).outcome == "denied"
	}
}

# A second policy, beside p.
and_policy(policy) := [
	{"op": "add", "path": "/policies/q", "value": object.union({"everybody": true, "require": {}, "forbid": [], "mask": [], "strict": false, "maxSessionSeconds": 0, "maxIdleSeconds": 0}, policy)},
	{"op": "replace", "path": "/targets/eu/policies", "value": ["p", "q"]},
]

obligations_in(changes) := found if {
	found := inland.decision.obligations with input as request with data.world as json.patch(world, changes)
}

test_policy_for_a_group_is_for_that_group if {
	us_for_ops := and_policy({"everybody": false, "groups": {"ops": true}, "require": {"client": {"countries": {"US": true}, "regions": {}}}})
	codes_in(us_for_ops, []) == {"allowed"}
	codes_in(us_for_ops, set("/principal/groups", ["dev", "ops"])) == {"residency_client_outside"}
	codes_in(us_for_ops, set("/principal/groups", ["ops", "dev"])) == {"residency_client_outside"}
}

test_shortest_limit_counts_and_none_is_none if {
	plain(obligations_in(and_policy({}))) == {"mask": {"email", "iban"}, "recordStrict": true, "maxSessionSeconds": 60, "maxIdleSeconds": 30}
	shorter := obligations_in(and_policy({"maxSessionSeconds": 10, "maxIdleSeconds": 90, "mask": ["card"]}))
	plain(shorter) == {"mask": {"card", "email", "iban"}, "recordStrict": true, "maxSessionSeconds": 10, "maxIdleSeconds": 30}
}

test_without_limits_and_not_strict if {
	none := [{"op": "replace", "path": sprintf("/policies/p/%s", [part]), "value": value} | some part, value in {"strict": false, "maxSessionSeconds": 0, "maxIdleSeconds": 0}]
	plain(obligations_in(none)) == {"mask": {"email", "iban"}, "recordStrict": false, "maxSessionSeconds": 0, "maxIdleSeconds": 0}
}

test_unknown_client_where_no_rule_asks if {
	codes_in([{"op": "remove", "path": "/policies/p/require/client"}], set("/client/country", null)) == {"allowed"}
}

test_what_is_forbidden_is_no_connecting if {
	codes_in(forbidden({"operations": {"*": true}}), []) == {"allowed"}
}

test_unproven_is_about_statements_alone if {
	both := array.concat(granted(["*"]), forbidden({"operations": {"postgres.export": true}}))
	codes_in(both, set("/operation", {"kind": "ssh.exec", "text": "ls"})) == {"allowed"}
	codes_in(both, set("/operation", {"kind": "postgres.query", "text": null})) == {"residency_unproven_operation"}
}

test_unproven_is_each_effect if {
	every effect in ["read", "write", "schema", "administration", "export"] {
		both := array.concat(granted(["*"]), forbidden({"operations": {concat(".", ["postgres", effect]): true}}))
		codes_in(both, statement(null)) == {"residency_unproven_operation"}
	}
}

test_unproven_where_an_effect_is_forbidden if {
	every entry in [
		{"operations": {"ssh.*": true}},
		{"operations": {"postgres.export": true}, "matching": "nothing like it"},
		{"operations": {"postgres.export": true}, "unless": "^select"},
	] {
		codes_in(array.concat(granted(["*"]), forbidden(entry)), statement(null)) == {"allowed"}
	}
}

test_other_ways_are_granted_by_name_alone if {
	every kind in [
		"ssh.forward-local", "ssh.forward-remote", "ssh.forward-socket", "ssh.forward-agent", "ssh.forward-x11",
		"postgres.replication",
	] {
		patches := set("/operation", {"kind": kind, "text": "x", "effects": []})
		codes_in(granted(["connect", "ssh.*", "postgres.*", "postgres.read", "*"]), patches) == {"grant_operation"}
		codes_in(granted([kind]), patches) == {"allowed"}
	}
}

test_granted_to_others if codes(set("/principal/groups", ["other"])) == {"grant_missing"}

test_effects_that_are_no_list_are_not_granted if {
	codes_in(granted(["postgres.read"]), statement({})) == {"grant_operation"}
}

# Which grants are named: those that give an effect that the statement has.
granting_in(operations, other, did) := {reason.rule | some reason in d.reasons} if {
	changes := array.concat(granted(operations), [
		{"op": "add", "path": "/grants/h", "value": json.patch(world.grants.g, [{"op": "replace", "path": "/operations", "value": {name: true | some name in other}}])},
		{"op": "replace", "path": "/targets/eu/grants", "value": ["g", "h"]},
	])
	d := inland.decision with input as json.patch(request, statement(did)) with data.world as json.patch(world, changes)
}

test_names_what_grants_an_effect if {
	granting_in(["connect"], ["postgres.read"], ["read"]) == {"h"}
	granting_in(["postgres.write"], ["postgres.read"], ["read"]) == {"h"}
	granting_in(["postgres.write"], ["postgres.read"], []) == {"g", "h"}
}
