"""Finding an asset, an address or a crossing from what somebody types, or from a point."""
