"""Readings of desks and seats, for those who hold no feed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import get

from beffroi.seats.rows import desk_row, seat_row
from beffroi.seats.types import EVERYBODY, DeskRow, SeatRow, SeatsState
from beffroi.trade.doors import Caller, View


class Room(msgspec.Struct):
    """The room as it is held now."""

    desks: list[DeskRow]
    seats: list[SeatRow]


def routes(view: View[SeatsState]) -> Sequence[Any]:
    """Return the handlers of desks and seats."""

    @get("/", summary="List the desks of the room and its seats, with who holds what")
    async def list_room(caller: Caller) -> Room:
        state = view.state
        if not caller.sees(EVERYBODY):
            return Room([], [])
        desks = [row for name in state.plans if (row := desk_row(state, name))]
        return Room(desks, [place for seat in state.seats if (place := seat_row(state, seat))])

    return [list_room]
