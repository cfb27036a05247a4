"""A call from its ring to its last word: what is understood, where, what is likely the same, what callers are told."""
