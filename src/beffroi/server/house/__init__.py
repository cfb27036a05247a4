"""What the core itself journals: the city's settings and the jumps of its clock."""

from beffroi.server.house.room import REHEARSAL, TRADE, Setting, mark_rehearsal

__all__ = ["REHEARSAL", "TRADE", "Setting", "mark_rehearsal"]
