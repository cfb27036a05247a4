"""What the rows keep is what memory holds, after any walk."""

from random import Random
from typing import Any

import psycopg
import pytest

from beffroi.alarms.state import AlarmsState
from beffroi.alarms.store import load

from .test_stateful import TOWN, comparable
from .test_walks import step
from .town import Desk


def kept(state: AlarmsState) -> dict[str, object]:
    """Leave out what has ended: memory forgets it by the lines that pass, a fresh load by the newest change."""
    found = comparable(state)
    found["alarms"] = {key: value for key, value in found["alarms"].items() if state.alarms[key].open}
    for fields in found["alarms"].values():
        # counts what was folded on the way; the rows know who is folded now
        fields.pop("folded_total")
    found["floods"] = {desk: flood[1] for desk, flood in found["floods"].items() if flood[1]}
    return found


@pytest.mark.parametrize("seed", range(6))
def test_load_equals_memory(database: Any, seed: int) -> None:
    random = Random(1000 + seed)
    desk = Desk(TOWN)
    written = 0
    with psycopg.connect(database.app) as connection:
        for _ in range(60):
            step(desk, random)
            if random.random() < 0.3:
                with connection.cursor() as cursor:
                    desk.trade.write(cursor, desk.lines[written:])
                written = len(desk.lines)
        with connection.cursor() as cursor:
            desk.trade.write(cursor, desk.lines[written:])
        connection.commit()
        loaded = load(connection, desk.trade.empty())
    assert kept(loaded) == kept(desk.state)
