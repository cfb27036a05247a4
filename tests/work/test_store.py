"""What the rows keep of the work items is what memory holds."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg

from beffroi.equipment import registry
from beffroi.model.ids import ClockIds
from beffroi.model.scope import Rights
from beffroi.trade.context import Context
from beffroi.trade.line import Line
from beffroi.work.actions import Assign, Clear, Close, Fault, Open
from beffroi.work.room import Work
from tests.alarms.town import PERSON, START, Town


def test_load_and_replay_equal_memory(database: Any) -> None:
    town = Town(cabinets=1, circuits=1, lamps=6)
    trade = Work()
    trade.kinds = registry()
    state = trade.empty()
    lines: list[Line] = []
    ids = ClockIds(lambda: START)

    def do(action: Any) -> None:
        context = Context(START, START, PERSON, Rights(), ids, town.city)
        for event in trade.decide(state, action, context):
            line = Line(len(lines) + 1, START, START, PERSON, None, event)
            lines.append(line)
            trade.apply(state, line)

    lamps = town.lamps("A001")
    do(
        Open(
            faults=[Fault(asset=lamp.id, fault="lamp_fault", alarm=UUID(int=place)) for place, lamp in enumerate(lamps)]
        )
    )
    do(Open(faults=[Fault(asset=lamps[0].id, fault="lamp_fault")]))
    assert len(state.open) == 6
    items = list(state.open.values())
    do(Assign(item=items[0].id, crew="Équipe 1"))
    do(Clear(alarms=[UUID(int=0), UUID(int=1), UUID(int=99)]))
    do(Close(item=items[2].id, result="repaired"))
    do(Open(faults=[Fault(asset=lamps[2].id, fault="lamp_fault", alarm=UUID(int=7))]))
    with psycopg.connect(database.app) as connection:
        with connection.cursor() as cursor:
            trade.write(cursor, lines)
        connection.commit()
        loaded = trade.load(connection)
    replayed = trade.empty()
    for line in lines:
        trade.apply(replayed, line)
    kept = {key: msgspec.structs.asdict(item) for key, item in state.open.items()}
    assert {key: msgspec.structs.asdict(item) for key, item in loaded.open.items()} == kept
    assert {key: msgspec.structs.asdict(item) for key, item in replayed.open.items()} == kept
    assert set(loaded.by_alarm) == set(state.by_alarm) == {UUID(int=place) for place in (0, 3, 4, 5, 7)}
    assert len(kept) == 5
