"""The intake: the process that takes every reading in, commits it, and only then acknowledges it."""
