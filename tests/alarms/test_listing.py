"""The list of open alarms: filters, order, rights, and its speed at 34,000 lines."""

import time
from random import Random
from typing import Any

import pytest

from beffroi.alarms import actions as ac
from beffroi.alarms.actions import Judge
from beffroi.alarms.columns import Columns
from beffroi.alarms.listing import Query, Sort, Which, alarms_at, select
from beffroi.alarms.rows import alarm_row
from beffroi.alarms.types import Alarm
from beffroi.model.ids import uuid7
from beffroi.model.reading import Crossing
from beffroi.model.scope import Grant, Rights, Scope
from beffroi.model.time import SECOND

from .town import SYSTEM, Desk, Town


def everything(_scope: Scope) -> bool:
    return True


@pytest.fixture
def desk() -> Desk:
    desk = Desk(Town(cabinets=4, circuits=1, lamps=1))
    for code, name in (("A001", "door_open"), ("A002", "door_open"), ("A003", "no_mains"), ("A004/D1", "overload")):
        desk.do(Judge(crossings=[Crossing(0, desk.town.get(code).id, name, "raise", desk.now)]), SYSTEM)
        desk.advance(2)
    return desk


def codes(desk: Desk, **query: Any) -> list[str]:
    found = alarms_at(desk.state, select(desk.state, Query(**query), everything))
    return [alarm_row(desk.state, alarm, desk.town.city).code for alarm in found]


def test_urgency_is_unacknowledged_then_priority_then_newest(desk: Desk) -> None:
    assert codes(desk) == ["A003", "A004/D1", "A002", "A001"]
    desk.do(ac.Acknowledge(alarm=desk.find("A003", "no_mains").id))
    assert codes(desk) == ["A004/D1", "A002", "A001", "A003"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "oldest"}, ["A001", "A002", "A003", "A004/D1"]),
        ({"sort": "newest"}, ["A004/D1", "A003", "A002", "A001"]),
        ({"priority": 2}, ["A003"]),
        ({"kind": "circuit"}, ["A004/D1"]),
        ({"commune": "00000"}, []),
        ({"which": "acknowledged"}, []),
        ({"trade": "traffic"}, []),
    ],
)
def test_filters(desk: Desk, query: dict[str, Any], expected: list[str]) -> None:
    assert codes(desk, **query) == expected


def test_what_is_withheld_is_found_under_its_own_name(desk: Desk) -> None:
    alarm = desk.find("A001", "door_open")
    desk.do(ac.Shelve(alarm=alarm.id, until=desk.now + 60 * SECOND))
    assert "A001" not in codes(desk)
    assert codes(desk, which="shelved") == ["A001"]
    assert "A001" in codes(desk, which="all")


def test_rights_cut_the_list(desk: Desk) -> None:
    rights = Rights({"view": (Grant(kinds=frozenset({"circuit"})),)})
    slots = select(desk.state, Query(), lambda scope: rights.allows("view", scope))
    assert [alarm.kind for alarm in alarms_at(desk.state, slots)] == ["circuit"]


def test_a_freed_slot_is_used_again() -> None:
    columns = Columns()
    random = Random(1)
    alarms = [
        Alarm(
            id=uuid7(place, random.getrandbits),
            asset=uuid7(place, random.getrandbits),
            index=place,
            kind="k",
            alarm_class="c",
        )
        for place in range(3)
    ]
    for alarm in alarms[:2]:
        columns.put(alarm)
    columns.drop(alarms[0])
    columns.put(alarms[2])
    assert alarms[2].slot == 0 and len(columns.rows) == 2


def test_a_page_of_thirty_four_thousand_is_quick() -> None:
    desk = Desk(Town(cabinets=1, circuits=1, lamps=1))
    random = Random(5)
    cabinet = desk.town.get("A001")
    for place in range(34_000):
        alarm = Alarm(
            id=uuid7(place, random.getrandbits),
            asset=cabinet.id,
            index=cabinet.index,
            kind="cabinet",
            alarm_class="door_open",
            scope=Scope(str(place % 23), "lighting", "cabinet"),
            priority=1 + place % 4,
            raised_at=desk.now - random.randrange(10**12),
        )
        desk.state.alarms[alarm.id] = alarm
        desk.state.columns.put(alarm)
    sorts: tuple[Sort, ...] = ("urgency", "newest", "oldest", "toggles")
    which: tuple[Which, ...] = ("", "unacknowledged")
    for sort in sorts:
        for some in which:
            took_ms = []
            for _ in range(5):
                began = time.process_time()
                slots = select(desk.state, Query(which=some, priority=2, sort=sort), everything)
                page = [alarm_row(desk.state, alarm, desk.town.city) for alarm in alarms_at(desk.state, slots[:100])]
                took_ms.append(1000 * (time.process_time() - began))
                assert len(slots) == 8_500 and len(page) == 100
            # the least: a collection of what other tests left is not of this list
            assert min(took_ms) < 20, took_ms
