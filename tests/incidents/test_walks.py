"""Random walks: whatever people and reactions ask, numbers are continuous, no closure lacks its cause, nothing parted
comes back, memory's indexes agree with its records, and the rows hold what memory holds."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from beffroi.incidents import TRADE
from beffroi.incidents import actions as ac
from beffroi.incidents.evolve import assets_of
from beffroi.incidents.holding import tree_of
from beffroi.incidents.machine import LIFE, SIGNALS, STATES, find_next
from beffroi.incidents.types import IncidentsState
from beffroi.model.time import HOUR, MINUTE
from beffroi.trade.action import Action
from beffroi.trade.rejected import Rejected
from tests.conftest import Database
from tests.incidents.room import CAMILLE, D1, D2, DOMINIQUE, Room, light

PEOPLE = st.sampled_from((CAMILLE, DOMINIQUE))
ALARMS = st.integers(0, 9).map(lambda n: UUID(int=500 + n))
ASSETS = st.sampled_from((D1, D2, light(1), light(2), light(70)))
WORDS = st.sampled_from(("lampadaire éteint", "mât couché", "nid de poule", "rixe", "bonjour"))


def test_the_table_of_life_names_only_known_states_and_every_open_state_can_end() -> None:
    assert {state for state, _ in LIFE} <= set(STATES)
    assert {signal for _, signal in LIFE} == set(SIGNALS)
    for state in ("new", "taken", "in_progress", "resolved"):
        assert find_next(state, "close") == "closed"
    assert {signal for state, signal in LIFE if state == "closed"} == {"reopen"}


class Walk(RuleBasedStateMachine):
    """Two people, some alarms, time."""

    incidents: Bundle[UUID] = Bundle("incidents")
    parted: Bundle[tuple[UUID, UUID]] = Bundle("parted")

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()

    def ask(self, action: Action, who: UUID | None = CAMILLE) -> bool:
        try:
            return bool(self.room.do(action, who))
        except Rejected:
            return False

    @rule(target=incidents, what=WORDS, asset=st.none() | ASSETS)
    def open(self, what: str, asset: UUID | None) -> UUID:
        return self.room.open(what, asset=asset).id

    @rule(target=incidents, alarm=ALARMS, asset=ASSETS)
    def trip(self, alarm: UUID, asset: UUID) -> Any:
        made = self.room.trips(alarm, asset, "tripped")
        return made[0].incident if made else multiple()  # type: ignore[attr-defined]

    @rule(alarm=ALARMS, children=st.sets(ALARMS, max_size=3), asset=ASSETS)
    def gather(self, alarm: UUID, children: set[UUID], asset: UUID) -> None:
        self.ask(ac.Gather(alarm=alarm, asset=asset, children=tuple(children)), None)

    @rule(alarm=ALARMS)
    def returns(self, alarm: UUID) -> None:
        self.ask(ac.NoteReturn(alarm=alarm), None)

    @rule(one=incidents, who=PEOPLE, kind=st.sampled_from((ac.Take, ac.Release, ac.Resolve)))
    def hold(self, one: UUID, who: UUID, kind: Any) -> None:
        self.ask(kind(incident=one), who)

    @rule(one=incidents, move=st.integers(0, 5), clock=st.sampled_from(("engaged", "on_site", "made_safe")))
    def crew(self, one: UUID, move: int, clock: Any) -> None:
        self.ask(ac.SetClock(incident=one, clock=clock, move=UUID(int=900 + move)), None)

    @rule(one=incidents, move=st.integers(0, 5))
    def crew_undone(self, one: UUID, move: int) -> None:
        self.ask(ac.UnsetClock(incident=one, move=UUID(int=900 + move)), None)

    @rule(one=incidents, into=incidents)
    def join(self, one: UUID, into: UUID) -> None:
        self.ask(ac.Join(incident=one, into=into, why="même rue"))

    @rule(target=parted, one=incidents)
    def part(self, one: UUID) -> Any:
        into = self.room.state.incidents[one].into
        done = self.ask(ac.UndoJoin(incident=one, reason="mistake"))
        return (one, into) if done and into else multiple()

    @rule(pair=consumes(parted), other_way=st.booleans())
    def join_again(self, pair: tuple[UUID, UUID], other_way: bool) -> None:
        one, into = reversed(pair) if other_way else pair
        assert not self.ask(ac.Join(incident=one, into=into, why="encore"))

    @rule(one=incidents, alarm=ALARMS)
    def unlink(self, one: UUID, alarm: UUID) -> None:
        self.ask(ac.Unlink(incident=one, id=alarm, reason="mistake"))

    @rule(one=incidents, step=st.sampled_from(("told", "cut", "on_call", "nothing")))
    def step(self, one: UUID, step: str) -> None:
        self.ask(ac.AnswerStep(incident=one, step=step, told="17"))

    @rule(
        one=incidents,
        cause=st.sampled_from(("", "mains", "unknown")),
        result=st.sampled_from(("", "repaired", "no_action")),
        reason=st.sampled_from((None, "other")),
        skipped=st.sampled_from((None, "no_time")),
    )
    def close(self, one: UUID, cause: str, result: str, reason: Any, skipped: Any) -> None:
        self.ask(ac.Close(incident=one, cause=cause, result=result, reason=reason, skipped=skipped))

    @rule(one=incidents)
    def reopen(self, one: UUID) -> None:
        number = self.room.state.incidents[one].number
        self.ask(ac.Reopen(incident=one, reason="came_back"))
        assert self.room.state.incidents[one].number == number

    @rule(one=incidents, trade=st.sampled_from(("police", "video", "")))
    def mask(self, one: UUID, trade: str) -> None:
        self.ask(ac.Mask(incident=one, trade=trade))

    @rule(span=st.sampled_from((MINUTE, 20 * MINUTE, 3 * HOUR)))
    def wait(self, span: int) -> None:
        self.room.time_passes(span)

    @invariant()
    def numbers_are_continuous(self) -> None:
        serials = sorted(one.serial for one in self.room.state.incidents.values())
        assert serials == list(range(1, len(serials) + 1))

    @invariant()
    def every_state_is_legal(self) -> None:
        for one in self.room.state.incidents.values():
            assert one.state in STATES
            assert (one.state == "closed") == bool(one.cause and one.result and one.closed_at)
            assert (one.state == "joined") == (one.into is not None)
            assert one.state != "taken" or one.taken_by is not None
            assert one.state != "new" or one.taken_by is None
            assert one.into is None or one.into not in one.refused

    @invariant()
    def indexes_agree(self) -> None:
        state = self.room.state
        living = {one.id: one for one in state.incidents.values() if one.open}
        assert state.open == living
        # what is joined still tells about its assets
        alive = {one.id: one for one in state.incidents.values() if one.state != "closed"}
        assert {key: set(held) for key, held in state.by_asset.items()} == _assets(alive)
        assert all(state.incidents[name].state != "closed" for name in state.by_link.values())

    @invariant()
    def no_undone_join_comes_back_through_others(self) -> None:
        state = self.room.state
        for one in state.open.values():
            tree = tree_of(state, one)
            names = {held.id for held in tree}
            assert all(names.isdisjoint(held.refused) for held in tree)

    @invariant()
    def nothing_is_owed_by_what_is_over(self) -> None:
        due = TRADE.next_due(self.room.state)
        assert due is None or self.room.state.open


def _assets(living: dict[UUID, Any]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for one in living.values():
        for asset in assets_of(one):
            found.setdefault(asset, set()).add(one.id)
    return found


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def live_through() -> Room:
    room = Room()
    one = room.open("mât couché", asset=light(3), source="radio", local=UUID(int=5))
    room.do(ac.Take(incident=one.id))
    room.do(ac.AnswerStep(incident=one.id, step="told", told="17", note="périmètre"))
    room.trips(UUID(int=500), D1)
    room.trips(UUID(int=501), light(5), "outage")
    tripped = room.held(UUID(int=500))
    room.do(ac.SetClock(incident=tripped.id, clock="on_site", move=UUID(int=900), channel="radio"), None)
    room.trips(UUID(int=502), D2)
    room.do(ac.Gather(alarm=UUID(int=503), asset=light(70), children=(UUID(int=500), UUID(int=502))), None)
    room.do(ac.NoteReturn(alarm=UUID(int=500), back=70, left=2), None)
    joined = room.open("rue noire", asset=D1)
    room.do(ac.Join(incident=joined.id, into=tripped.id, why="même départ"))
    room.do(ac.UndoJoin(incident=joined.id, reason="mistake"))
    room.do(ac.Attach(incident=one.id, attachment=UUID(int=9), name="a.png", media="image/png", bytes=3, sha256="x"))
    room.time_passes(2 * HOUR)
    room.do(ac.Correct(incident=joined.id, category="roadway", priority=4))
    room.do(ac.Close(incident=one.id, cause="crash", result="repaired", skipped="no_time", local=UUID(int=6)))
    room.do(ac.Reopen(incident=one.id, reason="came_back"))
    police = room.open("rixe")
    room.do(ac.Mask(incident=police.id, trade=""))
    room.do(ac.Forget(before=room.now - HOUR), None)
    return room


LIVED = live_through()


def same(kept: IncidentsState, held: IncidentsState) -> bool:
    return (
        kept.incidents == held.incidents
        and kept.open == held.open
        and kept.by_link == held.by_link
        and kept.by_asset == held.by_asset
        and kept.locals == held.locals
        and kept.serials == held.serials
    )


@given(cuts=st.sets(st.integers(1, len(LIVED.lines)), max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_equal_memory_however_the_batches_were_cut(database: Database, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(LIVED.lines)]
    with psycopg.connect(database.app) as connection:
        for start, end in pairwise(edges):
            TRADE.write(connection.cursor(), LIVED.lines[start:end])
        assert same(TRADE.load(connection), LIVED.state)
        connection.rollback()


def test_an_undone_join_is_refused_after_a_reload(database: Database) -> None:
    room = Room()
    one, other = room.open(), room.open()
    room.do(ac.Join(incident=other.id, into=one.id, why="même rue"))
    room.do(ac.UndoJoin(incident=other.id, reason="mistake"))
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        room.state = TRADE.load(connection)
        connection.rollback()
    try:
        room.do(ac.Join(incident=other.id, into=one.id, why="encore"))
    except Rejected as refusal:
        assert refusal.code == "incidents.was_parted"
    else:
        raise AssertionError("a parted pair was joined again")


def test_two_events_with_one_alarm_agree_after_a_reload(database: Database) -> None:
    room, alarm = Room(), UUID(int=50)
    room.trips(alarm)
    first = room.held(alarm)
    close: dict[str, Any] = {"cause": "protection", "result": "repaired", "skipped": "not_needed"}
    room.do(ac.Close(incident=first.id, **close))
    room.trips(alarm)
    second = room.held(alarm)
    room.do(ac.Reopen(incident=first.id, reason="closed_by_mistake"))
    with psycopg.connect(database.app) as connection:
        TRADE.write(connection.cursor(), room.lines)
        assert same(TRADE.load(connection), room.state)
        connection.rollback()
    assert room.held(alarm) is second
    room.do(ac.Close(incident=second.id, **close))
    assert room.held(alarm) is first
