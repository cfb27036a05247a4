"""The operational directory: who to call, who is on duty, who was called."""

from beffroi.directory.room import TRADE

__all__ = ["TRADE"]
