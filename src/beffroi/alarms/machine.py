"""The two tables of an alarm's life: where a signal leads from each state. What is not in a table is refused.

`State` is the life cycle of ISA-18.2 (figure 3); `Disposition` is why an alarm is kept from the operator, whatever its
state. Both are strings because the journal and the rows keep them.
"""

from typing import Literal

State = Literal["normal", "unacknowledged", "acknowledged", "returned", "latched_unacknowledged", "latched"]
Signal = Literal["raise", "clear", "clear_latched", "acknowledge", "unacknowledge", "reset"]
Disposition = Literal["", "shelved", "suppressed", "out_of_service"]
Withdrawal = Literal["shelve", "unshelve", "suppress", "unsuppress", "remove", "restore"]

STATES: tuple[State, ...] = (
    "normal",
    "unacknowledged",
    "acknowledged",
    "returned",
    "latched_unacknowledged",
    "latched",
)
DISPOSITIONS: tuple[Disposition, ...] = ("", "shelved", "suppressed", "out_of_service")
SIGNALS: tuple[Signal, ...] = ("raise", "clear", "clear_latched", "acknowledge", "unacknowledge", "reset")
ACTIVE: frozenset[State] = frozenset({"unacknowledged", "acknowledged"})

LIFE: dict[tuple[State, Signal], State] = {
    ("normal", "raise"): "unacknowledged",
    ("normal", "unacknowledge"): "returned",
    ("unacknowledged", "acknowledge"): "acknowledged",
    ("unacknowledged", "clear"): "returned",
    ("unacknowledged", "clear_latched"): "latched_unacknowledged",
    ("acknowledged", "unacknowledge"): "unacknowledged",
    ("acknowledged", "clear"): "normal",
    ("acknowledged", "clear_latched"): "latched",
    ("returned", "raise"): "unacknowledged",
    ("returned", "acknowledge"): "normal",
    ("latched_unacknowledged", "raise"): "unacknowledged",
    ("latched_unacknowledged", "acknowledge"): "latched",
    ("latched", "raise"): "unacknowledged",
    ("latched", "unacknowledge"): "latched_unacknowledged",
    ("latched", "reset"): "normal",
}

WITHDRAWN: dict[tuple[Disposition, Withdrawal], Disposition] = {
    ("", "shelve"): "shelved",
    ("shelved", "shelve"): "shelved",
    ("shelved", "unshelve"): "",
    ("", "suppress"): "suppressed",
    ("shelved", "suppress"): "suppressed",
    ("suppressed", "unsuppress"): "",
    ("", "remove"): "out_of_service",
    ("shelved", "remove"): "out_of_service",
    ("suppressed", "remove"): "out_of_service",
    ("out_of_service", "restore"): "",
}


def find_next(state: State, signal: Signal) -> State | None:
    """Return the state that a signal leads to, or nothing when it means nothing there."""
    return LIFE.get((state, signal))


def find_disposition(disposition: Disposition, withdrawal: Withdrawal) -> Disposition | None:
    """Return the disposition that a withdrawal leads to, or nothing when it is illegal there."""
    return WITHDRAWN.get((disposition, withdrawal))
