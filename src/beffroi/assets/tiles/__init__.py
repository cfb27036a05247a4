"""What the map draws: positions once, vector tiles, clusters."""
