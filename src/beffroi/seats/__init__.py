"""Desks and seats: who holds what at which place of the room, and the relève (room.md rules 4 and 5, moment 1)."""

from beffroi.seats.room import TRADE

__all__ = ["TRADE"]
