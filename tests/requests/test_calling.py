"""Decisions about calls: who may take one, when it comes back, what a late truth makes of it."""

from typing import Any
from uuid import UUID

import pytest

from beffroi.model.actor import Actor
from beffroi.model.time import SECOND
from beffroi.requests import actions as ask
from beffroi.requests import calling, evolve
from beffroi.requests.types import RequestsState
from beffroi.trade.context import Context
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

AT = 1_750_534_620 * SECOND
ALICE, BRUNO = UUID(int=1), UUID(int=2)
PARTS: Any = None


class Hall:
    """The state of the calls, and what is asked about them."""

    def __init__(self) -> None:
        self.state = RequestsState()
        self._position = 0

    def ask(self, action: Any, at: int, who: UUID | None = None) -> list[str]:
        actor = Actor(kind="person", id=who) if who else Actor(kind="system", name="call_switchboard")
        context = Context(now=at, happened_at=at, actor=actor, rights=PARTS, ids=PARTS, city=PARTS)
        events = calling.DECISIONS[type(action)](self.state, action, context)
        for event in events:
            self._position += 1
            line = Line(position=self._position, recorded_at=at, happened_at=at, actor=actor, cause=None, event=event)
            evolve.apply(self.state, line)
        return [event.event_type() for event in events]

    @property
    def call(self) -> Any:
        return self.state.calls["1.1"]


@pytest.fixture
def hall() -> Hall:
    made = Hall()
    made.ask(ask.Rang(call="1.1"), AT)
    return made


def test_a_pick_up_refused_by_the_exchange_gives_the_call_back_at_once(hall: Hall) -> None:
    hall.ask(ask.PickUp(call="1.1", extension="201"), AT + SECOND, ALICE)
    assert hall.ask(ask.PickUpFailed(call="1.1", refused_at=AT), AT + 2 * SECOND) == []
    assert hall.ask(ask.PickUpFailed(call="1.1", refused_at=AT + 2 * SECOND), AT + 2 * SECOND)
    assert (hall.call.state, hall.call.agent, hall.call.extension) == ("waiting", None, "")
    assert hall.ask(ask.PickUp(call="1.1", extension="202"), AT + 3 * SECOND, BRUNO)


def test_a_pick_up_that_nothing_followed_waits_for_anybody_after_its_patience(hall: Hall) -> None:
    hall.ask(ask.PickUp(call="1.1", extension="201"), AT, ALICE)
    assert hall.ask(ask.PickUpFailed(call="1.1"), AT + 5 * SECOND) == []
    assert hall.call.state == "picking_up"
    assert hall.ask(ask.PickUpFailed(call="1.1"), AT + calling.PICK_UP_PATIENCE)
    assert hall.call.state == "waiting"
    # the handset answers all the same: it is told by its extension
    hall.ask(ask.Answered(call="1.1", extension="201"), AT + 12 * SECOND)
    assert (hall.call.state, hall.call.extension) == ("talking", "201")
    assert hall.ask(ask.PickUpFailed(call="1.1"), AT + 60 * SECOND) == []


def test_nobody_takes_a_call_to_no_extension(hall: Hall) -> None:
    with pytest.raises(Rejected, match=r"no_extension"):
        hall.ask(ask.PickUp(call="1.1"), AT, ALICE)


def test_a_call_answered_while_nobody_looked_is_not_abandoned(hall: Hall) -> None:
    hall.ask(ask.Answered(call="1.1", extension="201"), AT + SECOND)
    hall.ask(ask.HungUp(call="1.1"), AT + 2 * SECOND)
    assert hall.call.state == "ended"
