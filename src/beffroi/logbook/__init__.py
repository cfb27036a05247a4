"""The *main courante*: what the room writes and reads. The journal behind it is the proof (room.md rule 5)."""

from beffroi.logbook.room import TRADE

__all__ = ["TRADE"]
