"""The *événements* of the room: opened by people, by a call or by a reaction, kept to their closure (room.md §1)."""

from beffroi.incidents.room import TRADE

__all__ = ["TRADE"]
