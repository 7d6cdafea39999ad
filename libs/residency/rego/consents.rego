# Consents: reasons that must be stated, and approvals of others. Asked for when nothing else stands against the access.
package inland

import rego.v1

consents contains finding if {
	some finding in consent_findings
	not audited(finding)
}

consents contains {"code": "approval_required", "rule": name, "kind": "AccessGrant"} if {
	no_grant_opened
	some name, grant in grantable
	not grant.breakGlass
}

consents contains {"code": "break_glass_required", "rule": name, "kind": "AccessGrant"} if {
	no_grant_opened
	some name, grant in grantable
	grant.breakGlass
}

no_grant_opened if {
	not viewing
	count(granting) == 0
}

consent_findings contains {"code": "reason_required", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.reasonRequired
	not viewing
	count(reasons_stated) == 0
}

consent_findings contains {"code": "approval_required", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	asks_approval(policy)
	count(policy_requests(policy)) == 0
}

asks_approval(policy) if is_about(policy.approval.operations)

asks_approval(policy) if {
	policy.unknownDestinations == "approve"
	some destination in input.operation.destinations
	not place_known(destination)
}

asks_approval(policy) if {
	policy.unprovenCommands == "approve"
	count(input.operation.unproven) > 0
}

# --- requests of this person, as far as they hold now ---

current contains request if {
	some request in input.approvals
	request.login == input.target.login
	input.time < request.until
}

reasons_stated contains request.id if {
	some request in current
	request.reason != ""
}

# One for the session opens a grant; one for a kind of operation fulfils what a rule asks of that.
grant_requests(grant) := {request.id |
	some request in current
	request.operation == "connect"
	request.breakGlass == grant.breakGlass
	fulfils(request, grant.approval)
}

policy_requests(policy) := {request.id |
	some request in current
	request.operation == input.operation.kind
	fulfils(request, policy.approval)
}

fulfils(request, approval) if {
	request.seconds <= approval.maxSeconds
	once_enough(request, approval)
	ticket_enough(request, approval)
	count(approvers(request, approval)) >= approval.approvers
}

once_enough(_, approval) if not approval.once

once_enough(request, _) if request.once

ticket_enough(_, approval) if not approval.ticket

ticket_enough(request, _) if request.ticket != ""

# Nobody approves their own.
approvers(request, approval) := {approver.subject |
	some approver in request.approvers
	approver.subject != input.principal.subject
	some group in approver.groups
	approval.by[group]
}

approvals_used contains id if {
	some grant in granting
	some id in grant_requests(grant)
}

approvals_used contains id if {
	some name, policy in enforcing
	asks_approval(policy)
	some id in policy_requests(policy)
}

approvals_used contains id if {
	some name, policy in enforcing
	policy.reasonRequired
	some id in reasons_stated
}

default break_glass_used := false

break_glass_used if {
	some grant in granting
	grant.breakGlass
}
