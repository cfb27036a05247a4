"""Rows follow what they are about: an asset to its commune, an event to its place and compartment."""
