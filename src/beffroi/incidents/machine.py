"""The life of an event as one table: where a signal leads from each state. What is not in it is refused.

Who has it (`taken_by`) is beside the state: an event in progress may change hands without going back.
"""

from typing import Literal

State = Literal["new", "taken", "in_progress", "resolved", "joined", "closed"]
Signal = Literal["take", "release", "engage", "resolve", "join", "part", "close", "reopen"]

STATES: tuple[State, ...] = ("new", "taken", "in_progress", "resolved", "joined", "closed")
SIGNALS: tuple[Signal, ...] = ("take", "release", "engage", "resolve", "join", "part", "close", "reopen")
OPEN: frozenset[State] = frozenset({"new", "taken", "in_progress", "resolved"})
"""States in which it is the room's business; a joined one lives in the event that holds it."""

LIFE: dict[tuple[State, Signal], State] = {
    ("new", "take"): "taken",
    ("taken", "take"): "taken",
    ("in_progress", "take"): "in_progress",
    ("resolved", "take"): "resolved",
    ("taken", "release"): "new",
    ("in_progress", "release"): "in_progress",
    ("resolved", "release"): "resolved",
    ("new", "engage"): "in_progress",
    ("taken", "engage"): "in_progress",
    ("in_progress", "engage"): "in_progress",
    ("resolved", "engage"): "in_progress",
    ("new", "resolve"): "resolved",
    ("taken", "resolve"): "resolved",
    ("in_progress", "resolve"): "resolved",
    ("new", "join"): "joined",
    ("taken", "join"): "joined",
    ("in_progress", "join"): "joined",
    ("resolved", "join"): "joined",
    ("joined", "part"): "new",
    ("new", "close"): "closed",
    ("taken", "close"): "closed",
    ("in_progress", "close"): "closed",
    ("resolved", "close"): "closed",
    ("closed", "reopen"): "new",
}


def find_next(state: State, signal: Signal) -> State | None:
    """Return the state that a signal leads to, or nothing when it means nothing there."""
    return LIFE.get((state, signal))
