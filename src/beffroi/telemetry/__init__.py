"""Readings of every point: where they come from, what they cross, their history and their live picture."""
