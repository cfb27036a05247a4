"""An event joined to another gives it its crews and its calls, with their hours; parted, it has them again."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.dispatch import TRADE, actions, events
from beffroi.dispatch.types import CrewState
from beffroi.incidents import actions as ac
from beffroi.incidents import events as said
from beffroi.model.actor import Actor
from beffroi.model.time import MINUTE
from beffroi.procedures.events import clocks as incident_clocks
from beffroi.procedures.events import crews as dispatch_follow
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from tests.conftest import Database
from tests.dispatch.room import LIGHTING, LIT, Post, alone, post

B, C = UUID(int=4), UUID(int=5)


def room_with(made: Post, *names: UUID) -> Post:
    facts = made.room.facts[LIT]
    for name in names:
        made.room.facts[name] = msgspec.structs.replace(facts, id=name, number=f"D-2025-{name.int}")
    return made


def ask(room: Post, event: Event) -> list[Any]:
    line = Line(1, room.now, room.now, Actor("system"), None, event)
    return [made for action in dispatch_follow.follow(line, room.city) for made in room.do(action, None)]


def join(room: Post, one: UUID, into: UUID) -> list[Any]:
    facts = room.room.facts[one]
    room.room.facts[one] = msgspec.structs.replace(facts, open=False)
    return ask(room, said.Joined(incident=one, number="", scope=LIGHTING, into=into, into_number="", before="new"))


def part(room: Post, one: UUID, into: UUID) -> list[Any]:
    room.room.facts[one] = msgspec.structs.replace(room.room.facts[one], open=True)
    return ask(room, said.JoinUndone(incident=one, number="", scope=LIGHTING, into=into, into_number="", state="new",
                                     reason="mistake"))  # fmt: skip


def engage(room: Post, crew: str, incident: UUID) -> UUID:
    return room.do(actions.Engage(incident=incident, crew=room.crews[crew]))[0].engagement  # type: ignore[no-any-return]


def tell(room: Post, incident: UUID, state: CrewState, minutes: int = 0) -> Any:
    return room.do(actions.TellState(incident=incident, state=state), at=room.now + minutes * MINUTE)[0]


def test_the_crew_of_an_event_joined_is_the_others() -> None:
    room = room_with(post(), B)
    held = engage(room, "E1", B)
    (moved,) = join(room, B, LIT)
    assert (moved.incident, moved.before, moved.engagements) == (LIT, B, (held,))
    # keys 1 to 5 on the panel of the one that holds
    assert tell(room, LIT, "on_site").engagement == held
    (gone,) = ask(room, said.Closed(incident=LIT, number="", scope=LIGHTING, cause="unknown", result="repaired"))[:1]
    assert isinstance(gone, events.Disengaged)
    assert not room.state.engagements[held].open


def test_a_call_out_goes_on_for_the_event_that_holds() -> None:
    room = room_with(alone(), B)
    call = room.do(actions.CallAttempt(incident=B))[0].call_out
    join(room, B, LIT)
    answered, engaged = room.do(actions.TellOutcome(call_out=call, outcome="reached"))
    assert answered.incident == engaged.incident == LIT


def test_nobody_is_called_twice_nor_sent_twice_for_one_event() -> None:
    room = room_with(alone(), B)
    room.do(actions.DoNotWake(incident=LIT, until=room.now + 60 * MINUTE, criteria=("no_danger",)))
    calling = room.do(actions.CallAttempt(incident=B))[0].call_out
    join(room, B, LIT)
    assert [one.id for one in room.state.call_outs.values() if one.open] == [calling]
    room = room_with(post(), B)
    engage(room, "E1", LIT)
    further = engage(room, "E1", B)
    tell(room, B, "en_route")
    join(room, B, LIT)
    assert [one.id for one in room.state.engagements.values() if one.open] == [further]


def test_a_parted_event_has_its_crew_again_through_two_joins() -> None:
    room = room_with(post(), B, C)
    held, own = engage(room, "E1", C), engage(room, "E2", LIT)
    join(room, C, B)
    join(room, B, LIT)
    assert room.state.engagements[held].came_from == (C, B)
    part(room, B, LIT)
    assert (room.state.engagements[held].incident, room.state.engagements[own].incident) == (B, LIT)
    join(room, B, LIT)
    (back,) = part(room, C, B)
    assert (back.before, back.incident) == (LIT, C)
    assert (room.state.engagements[held].incident, room.state.engagements[held].came_from) == (C, ())


def test_the_hours_told_go_with_the_crew() -> None:
    room = room_with(post(), B)
    engage(room, "E1", B)
    move = tell(room, B, "on_site", -3)
    (moved,) = join(room, B, LIT)
    asked = incident_clocks.follow(Line(1, 9, 5, Actor("system"), None, moved), room.city)
    assert asked[2:] == [
        ac.UnsetClock(incident=B, move=move.move),
        ac.SetClock(incident=LIT, clock="on_site", move=move.move, channel="radio", at=room.now - 3 * MINUTE),
    ]


def test_rows_and_memory_agree_on_whose_the_crew_is(database: Database) -> None:
    room = room_with(post(), B)
    engage(room, "E1", B)
    join(room, B, LIT)
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        assert TRADE.load(connection) == room.state
        found = connection.execute("SELECT DISTINCT incident FROM dispatch_engagement").fetchall()
        connection.rollback()
    assert found == [(LIT,)]
