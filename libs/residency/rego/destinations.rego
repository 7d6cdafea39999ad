# Where a command would send data: a forwarding, or what its text names.
package inland

import rego.v1

forwarding := input.operation.destination

residency contains {"code": "residency_destination_unknown", "rule": "", "kind": "", "host": forwarding.host} if {
	not known(forwarding.region)
}

findings contains destination_outside(name, forwarding) if {
	some name in covering
	leads_outside(name, forwarding)
}

findings contains destination_outside(name, destination) if {
	some name in covering
	some destination in input.operation.destinations
	leads_outside(name, destination)
}

findings contains {"code": "residency_destination_unknown", "rule": name, "kind": "ResidencyPolicy", "host": destination.host} if {
	some name in covering
	data.world.policies[name].unknownDestinations == "refuse"
	some destination in input.operation.destinations
	not place_known(destination)
}

findings contains {"code": "residency_destination_unproven", "rule": name, "kind": "ResidencyPolicy"} if {
	some name in covering
	data.world.policies[name].unprovenCommands == "refuse"
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

leads_outside(name, destination) if {
	within := destination_within(data.world.policies[name].require)
	not leads_into(within, destination)
	not destination_excepted(name, destination)
}

leads_into(within, destination) if holds(within, destination.region)

leads_into(within, destination) if {
	not known(destination.region)
	within.countries[destination.country]
}

destination_excepted(name, destination) if {
	some exception in exceptions_for(name, "destination")
	leads_into(exception.within, destination)
}

destination_within(require) := require.destination

destination_within(require) := require.target if not require.destination
