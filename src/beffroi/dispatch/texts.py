"""Sentences of dispatch."""

TEXTS: dict[str, dict[str, str]] = {}
