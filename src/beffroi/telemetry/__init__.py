"""Readings of every point: where they come from, what they cross, their history and their live picture."""

from beffroi.telemetry.room import TRADE

__all__ = ["TRADE"]
