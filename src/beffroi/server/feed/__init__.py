"""The live feed: every screen holds the same rows and lamps as the core, within a few milliseconds of a commit."""

from beffroi.server.feed.hub import Hub
from beffroi.server.feed.screen import Screen

__all__ = ["Hub", "Screen"]
