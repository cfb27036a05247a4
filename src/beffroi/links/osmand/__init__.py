"""The OsmAnd protocol: positions of vehicles and telephones over HTTP, as Traccar's clients send them."""
