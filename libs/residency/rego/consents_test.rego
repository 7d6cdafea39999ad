package inland_test

import data.inland
import rego.v1

approval := {"by": {"leads": true}, "approvers": 1, "maxSeconds": 3600, "once": false, "ticket": false}

with_grant(part) := [{"op": "replace", "path": "/grants/g", "value": override(world.grants.g, part)}]

asked(change) := [{"op": "add", "path": "/approvals", "value": [override(
	{
		"id": "r1", "operation": "connect", "login": "deploy", "reason": "a fire", "ticket": "", "seconds": 3600,
		"once": false, "breakGlass": false, "until": "2026-06-01T13:00:00.000Z",
		"approvers": [{"subject": "lea", "groups": ["leads"]}],
	},
	change,
)]}]

asking := with_grant({"approval": approval})

test_grant_asks_for_approval if {
	codes_in(asking, []) == {"approval_required"}
	{reason.rule | some reason in decided(asking, []).reasons} == {"g"}
	codes_in(asking, asked({})) == {"allowed"}
	decided(asking, asked({})).approvals == {"r1"}
	decided(asking, asked({})).breakGlass == false
	decided([], asked({})).approvals == set()
	decided(asking, asked({"approvers": []})).approvals == set()
}

test_approval_covers_what_the_session_does if {
	codes_in(asking, array.concat(asked({}), set("/operation", {"kind": "ssh.exec", "text": "ls"}))) == {"allowed"}
}

test_approval_that_does_not_do if {
	every change in [
		{"approvers": []},
		{"approvers": [{"subject": "alice", "groups": ["leads"]}]}, # nobody approves their own
		{"approvers": [{"subject": "lea", "groups": ["others"]}]},
		{"login": "root"},
		{"operation": "ssh.exec"},
		{"seconds": 3601},
		{"until": "2026-06-01T12:00:00.000Z"},
		{"breakGlass": true},
	] {
		codes_in(asking, asked(change)) == {"approval_required"}
	}
}

test_approval_of_two if {
	two := with_grant({"approval": override(approval, {"approvers": 2})})
	lea := {"subject": "lea", "groups": ["leads"]}
	codes_in(two, asked({})) == {"approval_required"}
	codes_in(two, asked({"approvers": [lea, lea]})) == {"approval_required"}
	codes_in(two, asked({"approvers": [lea, {"subject": "max", "groups": ["x", "leads"]}]})) == {"allowed"}
}

test_approval_once if {
	once := with_grant({"approval": override(approval, {"once": true})})
	codes_in(once, asked({})) == {"approval_required"}
	codes_in(once, asked({"once": true})) == {"allowed"}
	codes_in(asking, asked({"once": true})) == {"allowed"}
}

test_approval_with_ticket if {
	ticket := with_grant({"approval": override(approval, {"ticket": true})})
	codes_in(ticket, asked({})) == {"approval_required"}
	codes_in(ticket, asked({"ticket": "OPS-1"})) == {"allowed"}
}

another_grant(part) := [
	{"op": "add", "path": "/grants/h", "value": override(world.grants.g, part)},
	{"op": "replace", "path": "/targets/eu/grants", "value": ["g", "h"]},
]

test_a_grant_without_approval_is_enough if {
	codes_in(array.concat(asking, another_grant({})), []) == {"allowed"}
	{reason.rule | some reason in decided(array.concat(asking, another_grant({})), []).reasons} == {"h"}
}

test_effects_of_an_unapproved_grant_do_not_add_up if {
	reads := with_grant({"operations": {"postgres.read": true}})
	writes := another_grant({"operations": {"postgres.write": true}, "approval": approval})
	both := array.concat(reads, writes)
	codes_in(both, statement(["read"])) == {"allowed"}
	codes_in(both, statement(["read", "write"])) == {"approval_required"}
	codes_in(both, array.concat(statement(["read", "write"]), asked({}))) == {"allowed"}
}

test_break_glass if {
	glass := with_grant({"approval": approval, "breakGlass": true})
	codes_in(glass, []) == {"break_glass_required"}
	codes_in(glass, asked({})) == {"break_glass_required"}
	codes_in(glass, asked({"breakGlass": true})) == {"allowed"}
	decided(glass, asked({"breakGlass": true})).breakGlass == true
	decided(glass, asked({})).breakGlass == false
	codes_in(asking, asked({"breakGlass": true})) == {"approval_required"}
}

test_residency_before_approval if {
	codes_in(asking, from_us) == {"residency_client_outside"}
	codes_in(asking, array.concat(asked({}), from_us)) == {"residency_client_outside"}
}

test_no_approval_where_the_grant_does_not_cover if {
	codes_in(asking, set("/operation", {"kind": "ssh.shell", "text": ""})) == {"grant_operation"}
	codes_in(asking, set("/target/login", "root")) == {"grant_login"}
}

test_policy_asks_for_approval if {
	rule := with_policy({"approval": override(approval, {"operations": {"ssh.exec": true}})})
	exec := set("/operation", {"kind": "ssh.exec", "text": "ls"})
	codes_in(rule, []) == {"allowed"}
	codes_in(rule, exec) == {"approval_required"}
	codes_in(rule, array.concat(exec, asked({}))) == {"approval_required"}
	codes_in(rule, array.concat(exec, asked({"operation": "ssh.exec"}))) == {"allowed"}
	decided(rule, array.concat(exec, asked({"operation": "ssh.exec"}))).approvals == {"r1"}
	decided(rule, asked({"operation": "ssh.exec"})).approvals == set()
	decided(rule, asked({})).approvals == set()
}

test_policy_approval_that_audits_is_not_used if {
	rule := array.concat(with_policy({"audit": true, "approval": override(approval, {"operations": {"connect": true}})}), and_policy({}))
	codes_in(rule, []) == {"allowed"}
	decided(rule, asked({})).approvals == set()
}

test_reason_required if {
	rule := with_policy({"reasonRequired": true})
	codes_in(rule, []) == {"reason_required"}
	codes_in(rule, asked({"approvers": []})) == {"allowed"}
	decided(rule, asked({"approvers": []})).approvals == {"r1"}
	decided([], asked({"approvers": []})).approvals == set()
	codes_in(rule, asked({"reason": ""})) == {"reason_required"}
	codes_in(rule, asked({"until": "2026-06-01T12:00:00.000Z"})) == {"reason_required"}
	codes_in(rule, view) == {"allowed"}
	decided(rule, []).obligations.also == {"reasonRequired"}
}

# --- when ---

office := {"when": [{"zone": "Europe/Berlin", "days": {"mon": true}, "from": 480, "to": 1080}]}

at(day, minute) := [{"op": "add", "path": "/moments", "value": {"Europe/Berlin": {"day": day, "minute": minute}}}]

test_hours if {
	codes_in(with_grant(office), at("mon", 480)) == {"allowed"}
	codes_in(with_grant(office), at("mon", 1079)) == {"allowed"}
	codes_in(with_grant(office), at("mon", 1080)) == {"grant_time"}
	codes_in(with_grant(office), at("mon", 479)) == {"grant_time"}
	codes_in(with_grant(office), at("tue", 600)) == {"grant_time"}
	codes_in(with_grant(office), []) == {"grant_time"}
	codes_in(with_grant(office), array.concat(view, at("tue", 600))) == {"allowed"}
}

test_hours_of_one_of_two if {
	codes_in(array.concat(with_grant(office), another_grant({})), at("tue", 600)) == {"allowed"}
}

test_from_and_until if {
	codes_in(with_grant({"notBefore": "2026-06-01T12:00:00.000Z"}), []) == {"allowed"}
	codes_in(with_grant({"notBefore": "2026-06-01T12:00:00.001Z"}), []) == {"grant_time"}
	codes_in(with_grant({"until": "2026-06-01T12:00:00.000Z"}), []) == {"grant_time"}
	codes_in(with_grant({"until": "2026-06-01T12:00:00.001Z"}), []) == {"allowed"}
}

depends_in(changes) := d.time if d := inland.depends with input as request with data.world as json.patch(world, changes)

test_depends_on_time if {
	depends_in([]) == false
	depends_in(with_grant({"timely": true})) == true
	depends_in(with_policy({"timely": true})) == true
}

# --- obligations that are kept by refusing ---

operation(kind) := set("/operation", {"kind": kind, "text": "x"})

all_granted := granted(["*", "ssh.forward-local", "postgres.replication"])

test_read_only if {
	rule := array.concat(all_granted, with_policy({"readOnly": true}))
	decided(rule, []).obligations.also == {"readOnly"}
	every kind in ["connect", "ssh.subsystem", "ssh.file-list", "ssh.file-read"] {
		codes_in(rule, operation(kind)) == {"allowed"}
	}
	codes_in(rule, view) == {"allowed"}
	every kind in ["ssh.exec", "ssh.shell", "ssh.line", "ssh.file-write", "ssh.file-change", "postgres.function"] {
		codes_in(rule, operation(kind)) == {"obligation_read_only"}
	}
	codes_in(rule, statement(["read"])) == {"allowed"}
	codes_in(rule, statement([])) == {"allowed"}
	codes_in(rule, statement(["read", "write"])) == {"obligation_read_only"}
	codes_in(rule, statement(null)) == {"obligation_read_only"}
	codes_in(rule, statement({})) == {"obligation_read_only"}
	codes_in(rule, set("/operation", {"kind": "postgres.replication", "text": "", "effects": []})) == {"obligation_read_only"}
	codes_in(all_granted, operation("ssh.shell")) == {"allowed"}
}

test_no_file_transfer if {
	rule := array.concat(all_granted, with_policy({"noFileTransfer": true}))
	every kind in ["ssh.subsystem", "ssh.file-read", "ssh.file-write", "ssh.file-list"] {
		codes_in(rule, operation(kind)) == {"obligation_no_file_transfer"}
	}
	codes_in(rule, operation("ssh.exec")) == {"allowed"}
	every text in ["rsync --server .", "/usr/bin/scp -t x", "cd /; scp a b", "sftp", "/usr/lib/sftp-server"] {
		codes_in(rule, set("/operation", {"kind": "ssh.exec", "text": text})) == {"obligation_no_file_transfer"}
	}
	codes_in(rule, set("/operation", {"kind": "ssh.exec", "text": "ls rsyncd.conf"})) == {"allowed"}
	codes_in(all_granted, operation("ssh.file-read")) == {"allowed"}
	d := inland.depends with input as request with data.world as json.patch(world, array.concat(forbidden({"operations": {"ssh.*": true}}), [{"op": "add", "path": "/policies/p/noFileTransfer", "value": true}]))
	d.text == true
}

test_no_forwarding if {
	rule := array.concat(all_granted, with_policy({"noForwarding": true}))
	codes_in(rule, forwarding("aws:eu-central-1")) == {"obligation_no_forwarding"}
	codes_in(rule, operation("ssh.exec")) == {"allowed"}
	codes_in(all_granted, forwarding("aws:eu-central-1")) == {"allowed"}
}

# --- where a text leads ---

leading(destinations, unproven) := set("/operation", {
	"kind": "ssh.exec", "text": "curl x", "destinations": destinations, "unproven": unproven,
})

bound(part) := array.concat(granted(["ssh.exec"]), [{"op": "replace", "path": "/policies/p", "value": override(
	override(world.policies.p, {"unknownDestinations": "allow", "unprovenCommands": "allow"}),
	override({"forbid": []}, part),
)}])

eu_host := {"host": "a", "region": "aws:eu-central-1"}

us_host := {"host": "b", "region": "aws:us-east-1"}

lost_host := {"host": "c", "region": null}

test_text_leads if {
	codes_in(bound({}), leading([eu_host], [])) == {"allowed"}
	codes_in(bound({}), leading([eu_host, us_host], [])) == {"residency_destination_outside"}
	codes_in(bound({}), leading([lost_host], ["eval"])) == {"allowed"}
	{reason.host | some reason in decided(bound({}), leading([eu_host, us_host], [])).reasons} == {"b"}
	{reason.place | some reason in decided(bound({}), leading([us_host], [])).reasons} == {"aws:us-east-1"}
}

test_text_leads_to_a_country if {
	codes_in(bound({}), leading([{"host": "d", "region": null, "country": "DE"}], [])) == {"allowed"}
	codes_in(bound({}), leading([{"host": "d", "region": null, "country": "US"}], [])) == {"residency_destination_outside"}
	{reason.place | some reason in decided(bound({}), leading([{"host": "d", "region": null, "country": "US"}], [])).reasons} == {"US"}

	# A region says more than a country.
	codes_in(bound({}), leading([{"host": "d", "region": "aws:us-east-1", "country": "DE"}], [])) == {"residency_destination_outside"}
	de_region := {"require": {"destination": {"countries": {}, "regions": {"aws:us-east-1": true}}}}
	codes_in(bound(de_region), leading([{"host": "d", "region": "aws:us-east-1", "country": "US"}], [])) == {"allowed"}
}

test_unknown_destinations if {
	refuse := {"unknownDestinations": "refuse"}
	codes_in(bound(refuse), leading([lost_host], [])) == {"residency_destination_unknown"}
	codes_in(bound(refuse), leading([eu_host], [])) == {"allowed"}
	codes_in(bound(refuse), leading([{"host": "d", "region": null, "country": "DE"}], [])) == {"allowed"}
}

test_unproven if {
	refuse := {"unprovenCommands": "refuse"}
	codes_in(bound(refuse), leading([], ["eval"])) == {"residency_destination_unproven"}
	codes_in(bound(refuse), leading([], [])) == {"allowed"}
}

ask_for(what) := bound(override(what, {"approval": override(approval, {"operations": {}})}))

test_approval_of_destinations if {
	exec := asked({"operation": "ssh.exec"})
	unknown := ask_for({"unknownDestinations": "approve"})
	codes_in(unknown, leading([lost_host], [])) == {"approval_required"}
	codes_in(unknown, leading([eu_host], ["eval"])) == {"allowed"}
	codes_in(unknown, array.concat(leading([lost_host], []), exec)) == {"allowed"}
	unproven := ask_for({"unprovenCommands": "approve"})
	codes_in(unproven, leading([], ["eval"])) == {"approval_required"}
	codes_in(unproven, leading([lost_host], [])) == {"allowed"}
	codes_in(unproven, array.concat(leading([], ["eval"]), exec)) == {"allowed"}
	codes_in(ask_for({}), leading([lost_host], ["eval"])) == {"allowed"}
}
