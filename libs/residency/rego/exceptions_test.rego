package inland_test

import data.inland
import rego.v1

override(value, part) := object.union(object.remove(value, object.keys(part)), part)

# What stands in the rule p beside what it says already.
with_policy(part) := [{"op": "replace", "path": "/policies/p", "value": override(world.policies.p, part)}]

decided(changes, patches) := d if d := inland.decision with input as json.patch(request, patches) with data.world as json.patch(world, changes)

exception(change) := with_policy({"exceptions": [override(
	{
		"name": "support", "parts": {"client": true}, "everybody": true,
		"within": {"countries": {"US": true}, "regions": {}}, "until": "2026-07-01T00:00:00.000Z",
	},
	change,
)]})

from_us := set("/client/country", "US")

test_exception_lets_in if {
	codes_in(exception({}), from_us) == {"allowed"}
	decided(exception({}), from_us).exceptions == {"p#support"}
	decided(exception({}), []).exceptions == set()
}

test_what_holds_anyway_rests_on_no_exception if {
	de := {"within": {"countries": {"DE": true}, "regions": {}}}
	decided(exception(de), []).exceptions == set()
	decided(exception(override(de, {"parts": {"gateway": true}})), []).exceptions == set()
}

test_exception_elsewhere if {
	codes_in(exception({}), set("/client/country", "CN")) == {"residency_client_outside"}
	decided(exception({}), set("/client/country", "CN")).exceptions == set()
	codes_in(exception({}), set("/client/country", null)) == {"residency_client_unknown"}
}

test_exception_ends if {
	later := array.concat(from_us, set("/time", "2026-07-01T00:00:00.000Z"))
	codes_in(exception({}), later) == {"residency_client_outside"}
	decided(exception({}), later).exceptions == set()
}

test_exception_of_another_part if {
	codes_in(exception({"parts": {"gateway": true}}), from_us) == {"residency_client_outside"}
	decided(exception({"parts": {"gateway": true}}), from_us).exceptions == set()
}

test_exception_for_some if {
	codes_in(exception({"everybody": false, "groups": {"ops": true}}), from_us) == {"residency_client_outside"}
	codes_in(exception({"everybody": false, "groups": {"dev": true}}), from_us) == {"allowed"}
	codes_in(exception({"everybody": false, "people": {"alice": true}}), from_us) == {"allowed"}
	codes_in(exception({"everybody": false, "people": {"bob": true}}), from_us) == {"residency_client_outside"}
}

test_exception_for_a_place if {
	us := {"parts": {"gateway": true, "record": true, "target": true, "agent": true}}
	codes_in(exception(us), set("/gateway/region", "aws:us-east-1")) == {"allowed"}
	decided(exception(us), set("/gateway/region", "aws:us-east-1")).exceptions == {"p#support"}
	decided(exception(us), []).exceptions == set()
	codes_in(exception(us), set("/record/log", "aws:us-east-1")) == {"allowed"}
	codes_in(exception({"parts": {"record": true}}), set("/gateway/region", "aws:us-east-1")) == {"residency_gateway_outside"}
	jp := override(us, {"within": {"countries": {"JP": true}, "regions": {}}})
	codes_in(exception(jp), set("/gateway/region", "aws:us-east-1")) == {"residency_gateway_outside"}
	decided(exception(jp), set("/gateway/region", "aws:us-east-1")).exceptions == set()
}

test_exception_for_a_destination if {
	granted_all := granted(["ssh.forward-local"])
	leads := {"parts": {"destination": true}}
	codes_in(array.concat(granted_all, exception(leads)), forwarding("aws:us-east-1")) == {"allowed"}
	jp := {"parts": {"destination": true}, "within": {"countries": {"JP": true}, "regions": {}}}
	codes_in(array.concat(granted_all, exception(jp)), forwarding("aws:us-east-1")) == {"residency_destination_outside"}
}

test_subdivisions if {
	quebec := with_policy({"require": {"client": {"countries": {"CA-QC": true}, "regions": {}}, "gateway": {"countries": {"US-VA": true}, "regions": {}}}})
	virginia := [{"op": "add", "path": "/subdivisions", "value": {"aws:us-east-1": "US-VA"}}]
	at_us := set("/gateway/region", "aws:us-east-1")
	from_quebec := [{"op": "replace", "path": "/client", "value": {"country": "CA", "subdivision": "CA-QC"}}]
	codes_in(array.concat(quebec, virginia), array.concat(at_us, from_quebec)) == {"allowed"}
	codes_in(quebec, array.concat(at_us, from_quebec)) == {"residency_gateway_outside"}
	codes_in(array.concat(quebec, virginia), array.concat(at_us, set("/client/country", "CA"))) == {"residency_client_outside"}
}

by_agent(region) := [{"op": "add", "path": "/agent", "value": {"region": region}}]

test_agent if {
	agent := with_policy({"require": {"agent": {"countries": {"DE": true}, "regions": {}}}})
	codes_in(agent, []) == {"allowed"}
	codes_in(agent, set("/gateway/region", "aws:us-east-1")) == {"residency_agent_outside"}
	codes_in(agent, by_agent("aws:us-east-1")) == {"residency_agent_outside"}
	codes_in(agent, array.concat(set("/gateway/region", "aws:us-east-1"), by_agent("aws:eu-central-1"))) == {"allowed"}
	codes_in(agent, by_agent("nowhere")) == {"region_unknown"}
}

# --- rules that only audit ---

test_audit_refuses_nothing_and_says_so if {
	changes := with_policy({"audit": true})
	and_q := array.concat(changes, and_policy({}))
	codes_in(and_q, from_us) == {"allowed"}
	{reason.code | some reason in decided(and_q, from_us).observed} == {"residency_client_outside"}
	decided(and_q, []).observed == set()
	plain(decided(and_q, []).obligations) == {"mask": {"iban"}, "recordStrict": false, "maxSessionSeconds": 0, "maxIdleSeconds": 0}
}

test_audit_alone_covers_nothing if codes_in(with_policy({"audit": true}), []) == {"residency_uncovered"}

test_what_refuses_is_not_observed if decided([], from_us).observed == set()

test_audit_asks_for_nothing if {
	changes := array.concat(with_policy({"audit": true, "reasonRequired": true}), and_policy({}))
	codes_in(changes, []) == {"allowed"}
	{reason.code | some reason in decided(changes, []).observed} == {"reason_required"}
	decided(changes, []).obligations.also == set()
}

test_policy_for_people if {
	us_for_alice := and_policy({"everybody": false, "people": {"alice": true}, "require": {"client": {"countries": {"US": true}, "regions": {}}}})
	codes_in(us_for_alice, []) == {"residency_client_outside"}
	codes_in(us_for_alice, set("/principal/subject", "bob")) == {"allowed"}
}

# --- what can be seen of a target ---

seen(evidence) := [{"op": "add", "path": "/target/evidence", "value": evidence}]

test_evidence_agrees if {
	codes(seen({"region": "aws:eu-central-1", "country": null})) == {"allowed"}
	codes(seen({"region": null, "country": "DE"})) == {"allowed"}
	codes(seen({"region": null, "country": null})) == {"allowed"}
}

test_evidence_contradicts if {
	codes(seen({"region": "aws:us-east-1", "country": null})) == {"region_contradicted"}
	codes(seen({"region": null, "country": "US"})) == {"region_contradicted"}
	codes(seen({"region": "aws:eu-central-1", "country": "US"})) == {"allowed"} # the range says more than the country
}

test_evidence_of_another_provider_in_the_country if {
	more := [{"op": "add", "path": "/regions/gcp:europe-west3", "value": "DE"}, {"op": "add", "path": "/regions/aws:eu-central-9", "value": "DE"}]
	codes_in(more, seen({"region": "gcp:europe-west3", "country": null})) == {"allowed"}
	codes_in(more, seen({"region": "aws:eu-central-9", "country": null})) == {"region_contradicted"}
}

test_declared_place_is_taken if {
	declared := [{"op": "add", "path": "/targets/eu/declared", "value": true}]
	codes_in(declared, seen({"region": "aws:us-east-1", "country": null})) == {"allowed"}
	codes_in(declared, seen({"region": null, "country": "US"})) == {"allowed"}
}

test_time_is_needed if "policy_failed" in codes([{"op": "remove", "path": "/time"}])

# --- looking at what was recorded ---

view := set("/operation", {"kind": "recording.view", "text": null})

test_viewer if {
	bound := with_policy({"require": {"viewer": {"countries": {"DE": true}, "regions": {}}, "client": {"countries": {"JP": true}, "regions": {}}}})
	nobody := [{"op": "replace", "path": "/principal/groups", "value": []}]
	us := {"countries": {"US": true}, "regions": {}}
	codes_in(with_policy({"require": {"gateway": us, "agent": us, "record": us, "target": us}}), view) == {"allowed"}
	codes_in(with_grant({"approval": approval, "operations": {"*": true}}), view) == {"allowed"}
	codes_in(bound, view) == {"allowed"}
	codes_in(bound, array.concat(view, nobody)) == {"allowed"}
	codes_in(bound, array.concat(view, set("/target/login", "root"))) == {"allowed"}
	codes_in(bound, array.concat(view, from_us)) == {"residency_viewer_outside"}
	codes_in(bound, array.concat(view, set("/client/country", null))) == {"residency_viewer_unknown"}
	codes_in(bound, array.concat(view, set("/gateway/region", "aws:us-east-1"))) == {"allowed"}
}

test_viewer_is_not_asked_for_what_the_client_is if {
	codes(array.concat(view, from_us)) == {"allowed"}
	codes(array.concat(view, set("/target/name", "us"))) == {"allowed"}
	codes(array.concat(view, set("/target/name", "bare"))) == {"allowed"}
	codes(array.concat(view, set("/record/log", "aws:us-east-1"))) == {"allowed"}
}

test_viewer_exception if {
	bound := with_policy({
		"require": {"viewer": {"countries": {"DE": true}, "regions": {}}},
		"exceptions": [{
			"name": "court", "parts": {"viewer": true}, "everybody": true,
			"within": {"countries": {"US": true}, "regions": {}}, "until": "2026-07-01T00:00:00.000Z",
		}],
	})
	codes_in(bound, array.concat(view, from_us)) == {"allowed"}
}

test_viewing_what_is_no_more if {
	gone := array.concat(view, set("/target/name", "gone"))
	codes(gone) == {"allowed"}
	codes_in([{"op": "add", "path": "/viewersBound", "value": true}], gone) == {"target_unknown"}
	codes(set("/target/name", "gone")) == {"target_unknown"}
}
