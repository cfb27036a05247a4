"""Work items: standing faults that someone must repair one day, never alarms (mission, decision 2)."""

from beffroi.work.room import TRADE

__all__ = ["TRADE"]
