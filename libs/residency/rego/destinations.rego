# Where a command would send data: a forwarding, or what its text names.
package inland

import rego.v1

forwarding := input.operation.destination

residency contains {"code": "residency_destination_unknown", "rule": "", "kind": "", "host": forwarding.host} if {
	not known(forwarding.region)
}

findings contains destination_outside(name, forwarding) if {
	some name, policy in rules
	leads_outside(policy, forwarding)
}

findings contains destination_outside(name, destination) if {
	some name, policy in rules
	some destination in input.operation.destinations
	leads_outside(policy, destination)
}

findings contains {"code": "residency_destination_unknown", "rule": name, "kind": "ResidencyPolicy", "host": destination.host} if {
	some name, policy in rules
	policy.unknownDestinations == "refuse"
	some destination in input.operation.destinations
	not place_known(destination)
}

findings contains {"code": "residency_destination_unproven", "rule": name, "kind": "ResidencyPolicy"} if {
	some name, policy in rules
	policy.unprovenCommands == "refuse"
	count(input.operation.unproven) > 0
}

# Of a place that is not known there is nothing to say here.
destination_outside(name, destination) := {
	"code": "residency_destination_outside", "rule": name, "kind": "ResidencyPolicy",
	"host": destination.host, "place": place_of(destination),
}

place_of(destination) := destination.region if known(destination.region)

else := destination.country

# A place without a region may still be known to be in a country.
place_known(destination) if known(destination.region)

place_known(destination) if is_string(destination.country)

leads_outside(policy, destination) if {
	within := destination_within(policy.require)
	not leads_into(within, destination)
	not destination_excepted(policy, destination)
}

leads_into(within, destination) if holds(within, destination.region)

leads_into(within, destination) if {
	not known(destination.region)
	within.countries[destination.country]
}

destination_excepted(policy, destination) if {
	some exception in exceptions_for(policy, "destination")
	leads_into(exception.within, destination)
}

destination_within(require) := require.destination

destination_within(require) := require.target if not require.destination
