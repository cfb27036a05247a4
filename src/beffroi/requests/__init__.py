"""Calls and requests: what citizens tell, what became of it, and who is told (room.md rule 14, moment 3)."""

from beffroi.requests.room import TRADE

__all__ = ["TRADE"]
