"""How each event changes desks and seats: the other half of the decisions."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from beffroi.seats import events as told
from beffroi.seats.types import Holding, Relief, Seat, SeatsState
from beffroi.trade.event import Event
from beffroi.trade.line import Line

KEPT_RELIEFS = 200


def apply(state: SeatsState, line: Line) -> None:
    """Bring one line into the state."""
    _CHANGES[type(line.event)](state, line.event, line)


def keep_seat(state: SeatsState, seat: Seat) -> None:
    """Put a seat in the state under its digest."""
    state.seats[seat.id] = seat
    state.digests[seat.digest] = seat.id


def keep_relief(state: SeatsState, relief: Relief) -> None:
    """Put a relève in the state; the oldest leaves."""
    state.reliefs[relief.id] = relief
    if len(state.reliefs) > KEPT_RELIEFS:
        del state.reliefs[next(iter(state.reliefs))]


def _desks_set(state: SeatsState, event: told.DesksSet, line: Line) -> None:
    state.plans = {plan.name: plan for plan in event.desks}


def _enrolled(state: SeatsState, event: told.Enrolled, line: Line) -> None:
    keep_seat(state, Seat(id=event.seat, name=event.name, digest=event.digest, enrolled_at=line.recorded_at))


def _renamed(state: SeatsState, event: told.Renamed, line: Line) -> None:
    state.seats[event.seat] = replace(state.seats[event.seat], name=event.name)


def _retired(state: SeatsState, event: told.Retired, line: Line) -> None:
    seat = state.seats.pop(event.seat)
    state.digests.pop(seat.digest, None)


def _signed_in(state: SeatsState, event: told.SignedIn, line: Line) -> None:
    state.seats[event.seat] = replace(
        state.seats[event.seat],
        account=event.account,
        since=line.recorded_at,
        beside=event.beside,
        beside_until=event.beside_until,
    )


def _signed_out(state: SeatsState, event: told.SignedOut, line: Line) -> None:
    before = state.seats[event.seat]
    state.seats[event.seat] = replace(before, account=None, since=None, beside=None, beside_until=None)


def _held(state: SeatsState, event: told.Held | told.HandedOver, line: Line) -> None:
    state.holdings[event.desk] = Holding(event.desk, event.seat, line.recorded_at, line.actor.id)


def _disarmed(state: SeatsState, event: told.Disarmed, line: Line) -> None:
    state.holdings.pop(event.desk, None)


def _unheld(state: SeatsState, event: told.Unheld, line: Line) -> None:
    state.holdings[event.desk] = replace(state.holdings[event.desk], unheld_since=line.happened_at)


def _resumed(state: SeatsState, event: told.Resumed, line: Line) -> None:
    state.holdings[event.desk] = replace(state.holdings[event.desk], unheld_since=None)


def _relief_begun(state: SeatsState, event: told.ReliefBegun, line: Line) -> None:
    relief = Relief(
        id=event.relief,
        seat=event.seat,
        desks=event.desks,
        outgoing=event.outgoing,
        begun_at=line.recorded_at,
        since=event.since,
    )
    keep_relief(state, relief)


def ticked(relief: Relief, event: told.Ticked) -> Relief:
    """Return a relève with one item ticked or unticked."""
    rest = tuple(item for item in relief.ticks if item != event.item)
    return replace(relief, ticks=(*rest, event.item) if event.on else rest)


def signed(relief: Relief, event: told.ReliefSigned, line: Line) -> Relief:
    """Return a relève with its signature."""
    return replace(relief, incoming=event.incoming, signed_at=line.recorded_at, digest=event.digest, desks=event.desks)


def _ticked(state: SeatsState, event: told.Ticked, line: Line) -> None:
    state.reliefs[event.relief] = ticked(state.reliefs[event.relief], event)


def _relief_cancelled(state: SeatsState, event: told.ReliefCancelled, line: Line) -> None:
    state.reliefs[event.relief] = replace(state.reliefs[event.relief], cancelled=True)


def _relief_signed(state: SeatsState, event: told.ReliefSigned, line: Line) -> None:
    state.reliefs[event.relief] = signed(state.reliefs[event.relief], event, line)


_CHANGES: dict[type[Event], Callable[[SeatsState, Any, Line], None]] = {
    told.DesksSet: _desks_set,
    told.Enrolled: _enrolled,
    told.Renamed: _renamed,
    told.Retired: _retired,
    told.SignedIn: _signed_in,
    told.SignedOut: _signed_out,
    told.Held: _held,
    told.HandedOver: _held,
    told.Disarmed: _disarmed,
    told.Unheld: _unheld,
    told.Resumed: _resumed,
    told.ReliefBegun: _relief_begun,
    told.Ticked: _ticked,
    told.ReliefCancelled: _relief_cancelled,
    told.ReliefSigned: _relief_signed,
}
