"""Crews, rosters, ranking, engagement and call-out (room.md rules 2 and 3)."""

from beffroi.dispatch.room import TRADE

__all__ = ["TRADE"]
