"""Anything people, crossings and time may do, in any order: the indexes stay true and the journal alone repeats it."""

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from beffroi.alarms import actions as ac
from beffroi.alarms.actions import Judge
from beffroi.alarms.listing import Query, alarms_at, select
from beffroi.alarms.machine import ACTIVE
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import Alarm
from beffroi.model.reading import Crossing
from beffroi.model.time import SECOND
from beffroi.trade.rejected import Rejected

from .town import COLLEAGUE, PERSON, SYSTEM, Desk, Town, replayed

TOWN = Town(cabinets=3, circuits=2, lamps=4)
for _place in range(4):
    TOWN.topology.add("street_light", f"M{_place}")
TOWN.topology.add("junction", "C1", trade="traffic")
SUBJECTS = [
    *[(lamp, name) for lamp in TOWN.topology.list_kind("street_light") for name in ("no_supply", "silent")],
    *[(lamp, "lamp_fault") for lamp in TOWN.topology.list_kind("street_light")[:3]],
    *[(circuit, "tripped") for circuit in TOWN.topology.list_kind("circuit")],
    *[(box, name) for box in TOWN.topology.list_kind("cabinet") for name in ("no_mains", "mute", "door_open")],
    (TOWN.get("C1"), "conflict"),
    (TOWN.get("G1"), "no_mains"),
]
KEYS = [ac.Acknowledge, ac.Unacknowledge, ac.Take, ac.Release, ac.Unshelve, ac.Unsuppress, ac.InService, ac.Reset]
KEYS += [ac.Unfold]
crossings = st.lists(
    st.tuples(
        st.integers(0, len(SUBJECTS) - 1), st.sampled_from(("raise", "clear")), st.booleans(), st.integers(-90, 0)
    ),
    min_size=1,
    max_size=20,
)


def comparable(state: AlarmsState) -> dict[str, object]:
    """Return what must be equal between two ways to the same state."""

    def ids(index: dict) -> dict:
        return {key: set(held) for key, held in index.items() if held}

    return {
        "alarms": {
            key: {name: value for name, value in msgspec.structs.asdict(alarm).items() if name != "slot"}
            for key, alarm in state.alarms.items()
        },
        "causes": ids(state.causes),
        "children": ids(state.children),
        "dark": ids(state.dark),
        "streets": ids(state.streets),
        "by_asset": ids(state.by_asset),
        "classes": ids(state.classes),
        "floods": {desk: (list(flood.times), flood.since) for desk, flood in state.floods.items()},
    }


class Room(RuleBasedStateMachine):
    """A desk to which everything happens."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(TOWN)

    @rule(batch=crossings)
    def judge(self, batch: list) -> None:
        late_free = [
            Crossing(place, facts.id, name, edge, self.desk.now + (shift * SECOND if late else 0), None, late)
            for place, (subject, edge, late, shift) in enumerate(batch)
            for facts, name in (SUBJECTS[subject],)
        ]
        self.desk.do(Judge(crossings=late_free), SYSTEM)

    @rule(
        subjects=st.sampled_from(["no_supply", "silent"]),
        edge=st.sampled_from(["raise", "clear"]),
        box=st.integers(1, 3),
    )
    def crowd(self, subjects: str, edge: str, box: int) -> None:
        self.desk.cross(TOWN.lamps(f"A{box:03}"), subjects, edge)

    @rule(seconds=st.sampled_from([0.1, 1, 5, 61, 600, 1000]))
    def wait(self, seconds: float) -> None:
        self.desk.advance(seconds)

    @rule(key=st.sampled_from(KEYS), data=st.data(), person=st.sampled_from([PERSON, COLLEAGUE]))
    def press(self, key: type[ac.OnAlarm], data: st.DataObject, person) -> None:
        self._try(key(alarm=self._any(data)), person)

    @rule(data=st.data(), seconds=st.integers(1, 1000))
    def shelve(self, data: st.DataObject, seconds: int) -> None:
        self._try(ac.Shelve(alarm=self._any(data), until=self.desk.now + seconds * SECOND), PERSON)

    @rule(data=st.data(), out=st.booleans())
    def withhold(self, data: st.DataObject, out: bool) -> None:
        action = ac.OutOfService if out else ac.Suppress
        self._try(action(alarm=self._any(data), reason="test"), PERSON)

    def _any(self, data: st.DataObject):
        known = sorted(self.desk.state.alarms)
        return data.draw(st.sampled_from(known)) if known else TOWN.get("A001").id

    def _try(self, action, person) -> None:
        try:
            self.desk.do(action, person)
        except Rejected as refusal:
            assert refusal.code in self.desk.trade.texts

    @invariant()
    def the_journal_repeats_it(self) -> None:
        assert comparable(replayed(self.desk)) == comparable(self.desk.state)

    @invariant()
    def indexes_are_true(self) -> None:
        state = self.desk.state
        check_records(state)
        listed = {alarm.id for alarm in alarms_at(state, select(state, Query(), lambda _scope: True))}
        assert listed == {alarm.id for alarm in state.alarms.values() if alarm.shown}

    @invariant()
    def nothing_waits_for_ever(self) -> None:
        due = self.desk.trade.next_due(self.desk.state)
        waiting = [
            at
            for alarm in self.desk.state.alarms.values()
            for at in (alarm.pending_until, alarm.shelved_until, alarm.settle_at)
            if at is not None
        ]
        assert not waiting or (due is not None and due <= max(min(waiting), self.desk.now + 60 * SECOND))


def check_records(state: AlarmsState) -> None:
    """Assert what must hold of every record and index, whatever happened."""
    alarms = list(state.alarms.values())
    assert {(alarm.asset, alarm.alarm_class) for alarm in alarms} == set(state.keys)
    for alarm in alarms:
        _check(state, alarm)
    for parent in state.children:
        cause = state.alarms[parent]
        # what is folded is never lost under something that is over or folded itself
        assert cause.active or cause.settle_at is not None
        assert cause.parent is None


def _check(state: AlarmsState, alarm: Alarm) -> None:
    active = alarm.state in ACTIVE
    assert (alarm.asset in state.classes.get(alarm.alarm_class, {})) == active
    assert (alarm.id in state.by_asset.get(alarm.asset, {})) == alarm.open
    assert (alarm.slot >= 0) == alarm.open
    assert (alarm.closed_at is None) == alarm.open
    if alarm.parent is not None and active:
        assert alarm.id in state.children[alarm.parent]
        assert state.alarms[alarm.parent].id != alarm.id
    if alarm.disposition:
        assert not alarm.shown


TestRoom = Room.TestCase
TestRoom.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
