"""The rows that screens hold, encoded once, as they stand after the last commit; and what changed of them since."""

from typing import Any

import msgspec

from beffroi.model.scope import Scope
from beffroi.trade.line import Row

Key = tuple[str, Any]
"""(topic, id)."""


class Shown(msgspec.Struct, frozen=True, gc=False):
    """A row as it is sent: its scope decides who gets it."""

    scope: Scope
    raw: msgspec.Raw
    stays: bool = False


class Change(msgspec.Struct, frozen=True, gc=False):
    """What became of a row: `now` is nothing when it left; `before` tells who had it."""

    before: Scope | None
    now: Shown | None


class _Item(msgspec.Struct):
    id: Any
    v: Any


_encode = msgspec.json.Encoder().encode


class Rows:
    """The present rows by topic; `windows` bounds the topics of which only the newest rows are shown."""

    def __init__(self, windows: dict[str, int] | None = None) -> None:
        self._windows = windows or {}
        self._topics: dict[str, dict[Any, Shown]] = {}

    def set(self, topic: str, key: Any, row: Row | None) -> list[tuple[Key, Change]]:
        """Bring one row to its present state and return what changed, rows pushed out of a window included."""
        rows = self._topics.setdefault(topic, {})
        present = rows.get(key)
        before = present.scope if present else None
        if row is None or row.data is None:
            rows.pop(key, None)
            return [((topic, key), Change(before, None))] if present else []
        shown = Shown(row.scope, msgspec.Raw(_encode(_Item(row.id, row.data))), row.stays)
        rows[key] = shown
        changes = [((topic, key), Change(before, shown))]
        limit = self._windows.get(topic)
        if limit is not None and len(rows) > limit:
            oldest = next((one for one, held in rows.items() if not held.stays), None)
            if oldest is not None:
                changes.append(((topic, oldest), Change(rows.pop(oldest).scope, None)))
        return changes

    def topics(self) -> dict[str, list[Shown]]:
        """Return the present rows by topic: copies, so that whoever encodes them may pause."""
        return {topic: list(rows.values()) for topic, rows in self._topics.items()}

    def __len__(self) -> int:
        return sum(map(len, self._topics.values()))


def merge(into: dict[Key, Change], key: Key, change: Change) -> None:
    """Follow one change by another of the same row: who had it first, what it is last."""
    earlier = into.get(key)
    into[key] = change if earlier is None else Change(earlier.before, change.now)
