"""HTTP: readings posted by machines as a JSON array or as JSON lines."""
