# Obligations: all of those that cover add up.
package inland

import rego.v1

obligations := {
	"mask": mask,
	"recordStrict": strict,
	"maxSessionSeconds": max_seconds,
	"maxIdleSeconds": max_idle_seconds,
	"also": also,
}

mask contains detector if {
	some name, policy in enforcing
	some detector in policy.mask
}

mask contains detector if some detector in target.mask

default strict := false

strict if {
	some name, policy in enforcing
	policy.strict
}

limits contains seconds if {
	some name, policy in enforcing
	seconds := policy.maxSessionSeconds
	seconds > 0
}

default max_seconds := 0

max_seconds := min(limits)

idle_limits contains seconds if {
	some name, policy in enforcing
	seconds := policy.maxIdleSeconds
	seconds > 0
}

default max_idle_seconds := 0

max_idle_seconds := min(idle_limits)

# Those that are either there or not.
also contains what if {
	some name, policy in enforcing
	some what in ["readOnly", "noFileTransfer", "noForwarding", "reasonRequired"]
	policy[what]
}

# --- those that are kept by refusing operations ---

findings contains {"code": "obligation_read_only", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.readOnly
	not reads
}

findings contains {"code": "obligation_no_file_transfer", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.noFileTransfer
	transfers_files
}

findings contains {"code": "obligation_no_forwarding", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.noForwarding
	startswith(input.operation.kind, "ssh.forward-")
}

# A shell could write whatever it is asked: where only reading is allowed, there is none.
reading := {"connect", "recording.view", "ssh.subsystem", "ssh.file-list", "ssh.file-read"}

reads if reading[input.operation.kind]

reads if {
	effects_known
	not named_only[input.operation.kind]
	every effect in input.operation.effects {
		effect == "read"
	}
}

transfers_files if input.operation.kind == "ssh.subsystem"

transfers_files if startswith(input.operation.kind, "ssh.file-")

transfers_files if regex.match(`(^|[\s;&|(/])(rsync|scp|sftp|sftp-server)(\s|$)`, input.operation.text)
