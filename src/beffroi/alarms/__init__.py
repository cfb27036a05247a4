"""Alarms: what asks a human to act, from the first crossing to the end (ISA-18.2, IEC 62682, OPC UA Part 9)."""

from beffroi.alarms.room import TRADE

__all__ = ["TRADE"]
