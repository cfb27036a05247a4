"""Instructions, reminders and routines of the shift."""

from beffroi.duties.room import TRADE

__all__ = ["TRADE"]
