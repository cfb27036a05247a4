"""Lighting programmes: what the lights ought to do without us, from the sun and the communes' decisions."""

from beffroi.lighting.room import TRADE

__all__ = ["TRADE"]
