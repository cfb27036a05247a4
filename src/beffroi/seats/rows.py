"""What screens hold of desks and seats."""

from typing import Any

import msgspec

from beffroi.seats.types import DeskRow, SeatRow, SeatsState, held_by, open_relief


def desk_row(state: SeatsState, name: str) -> DeskRow | None:
    """Return a desk as screens show it, or nothing when it is no more."""
    plan, holding = state.plans.get(name), state.holdings.get(name)
    if plan is None:
        return None
    row = DeskRow(
        id=name, name=name, rank=list(state.plans).index(name), label=plan.label, trades=plan.trades, state="idle"
    )
    if holding is None:
        return row
    return msgspec.structs.replace(
        row,
        state="held" if holding.unheld_since is None else "unheld",
        seat=holding.seat,
        since=holding.since,
        unheld_since=holding.unheld_since,
    )


def seat_row(state: SeatsState, key: Any) -> SeatRow | None:
    """Return a seat as screens show it, or nothing when it is no more."""
    seat = state.seats.get(key)
    if seat is None:
        return None
    return SeatRow(
        id=seat.id,
        name=seat.name,
        account=seat.account,
        since=seat.since,
        beside=seat.beside,
        beside_until=seat.beside_until,
        desks=held_by(state, seat.id),
        relief=open_relief(state, seat.id),
    )
