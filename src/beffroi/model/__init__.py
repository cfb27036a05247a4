"""Words shared by every room: identifiers, time, geometry, units, actors, readings. No behaviour beyond conversions."""
