"""The open conditions as columns: what lets 34,000 of them be filtered, sorted and paged in a few milliseconds."""

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.alarms.machine import DISPOSITIONS, STATES
from beffroi.alarms.types import Alarm
from beffroi.model.scope import Scope

OUTCOMES = ("alarm", "work", "event")
_STATE = {name: place for place, name in enumerate(STATES)}
_DISPOSITION = {name: place for place, name in enumerate(DISPOSITIONS)}
_OUTCOME = {name: place for place, name in enumerate(OUTCOMES)}

ALIVE, SHOWN, FOLDED, PENDING = 1, 2, 4, 8
"""Bits of the `marks` column."""


class Columns:
    """One slot per open record; a freed slot is used again. Never grows while a view is held: views are per query."""

    def __init__(self) -> None:
        self.rows: list[Alarm | None] = []
        self.marks = array("B")
        self.state = array("B")
        self.disposition = array("B")
        self.outcome = array("B")
        self.priority = array("B")
        self.scope = array("i")
        self.toggles = array("i")
        self.raised_at = array("q")
        self.changed_at = array("q")
        self.scopes: list[Scope] = []
        self._scope_ids: dict[Scope, int] = {}
        self._free: list[int] = []

    def put(self, alarm: Alarm) -> None:
        """Bring a record as it stands into its slot."""
        slot = alarm.slot
        if slot < 0:
            slot = self._take(alarm)
        marks = ALIVE
        if alarm.shown:
            marks |= SHOWN
        if alarm.parent is not None:
            marks |= FOLDED
        if alarm.pending_until is not None:
            marks |= PENDING
        self.marks[slot] = marks
        self.state[slot] = _STATE[alarm.state]
        self.disposition[slot] = _DISPOSITION[alarm.disposition]
        self.priority[slot] = alarm.priority
        self.toggles[slot] = alarm.toggles
        self.raised_at[slot] = alarm.raised_at
        self.changed_at[slot] = alarm.changed_at

    def move(self, alarm: Alarm) -> None:
        """Bring the scope of an open record into its slot: the one field that no other change touches."""
        self.scope[alarm.slot] = self._scope_id(alarm.scope)

    def drop(self, alarm: Alarm) -> None:
        """Free the slot of a record that ended."""
        if alarm.slot < 0:
            return
        self.marks[alarm.slot] = 0
        self.rows[alarm.slot] = None
        self._free.append(alarm.slot)
        alarm.slot = -1

    def view(self, name: str) -> NDArray[Any]:
        """Return a column as an array, to be let go of before the next change."""
        column: array[int] = getattr(self, name)
        return np.frombuffer(column, dtype=column.typecode) if len(column) else np.empty(0, column.typecode)

    def _take(self, alarm: Alarm) -> int:
        if self._free:
            slot = self._free.pop()
            self.rows[slot] = alarm
        else:
            slot = len(self.rows)
            self.rows.append(alarm)
            for column in (self.marks, self.state, self.disposition, self.outcome, self.priority):
                column.append(0)
            for wide in (self.scope, self.toggles, self.raised_at, self.changed_at):
                wide.append(0)
        alarm.slot = slot
        self.outcome[slot] = _OUTCOME[alarm.outcome]
        self.scope[slot] = self._scope_id(alarm.scope)
        return slot

    def _scope_id(self, scope: Scope) -> int:
        known = self._scope_ids.get(scope)
        if known is None:
            known = self._scope_ids[scope] = len(self.scopes)
            self.scopes.append(scope)
        return known


def state_place(name: str) -> int:
    """Return the number of a state in the `state` column."""
    return _STATE[name]  # type: ignore[index]


def disposition_place(name: str) -> int:
    """Return the number of a disposition in the `disposition` column."""
    return _DISPOSITION[name]  # type: ignore[index]


def outcome_place(name: str) -> int:
    """Return the number of an outcome in the `outcome` column."""
    return _OUTCOME[name]
