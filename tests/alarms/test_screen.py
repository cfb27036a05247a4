"""Feed equals fetch: an old screen and the rows touched since are a fresh screen."""

from random import Random

import msgspec
import pytest

from beffroi.trade.line import Row

from .test_stateful import TOWN
from .test_walks import step
from .town import Desk


def shown(rows: dict[object, Row]) -> dict[object, bytes]:
    return {key: msgspec.json.encode(row.data) for key, row in rows.items() if row.data is not None}


@pytest.mark.parametrize("seed", range(20))
def test_touched_rows_bring_any_screen_up_to_date(seed: int) -> None:
    random = Random(500 + seed)
    desk = Desk(TOWN)
    screen: dict[object, Row] = {}
    seen = 0
    for _ in range(40):
        step(desk, random)
        for line in desk.lines[seen:]:
            for topic, key in desk.trade.touched(line):
                row = desk.trade.row(desk.state, topic, key, TOWN.city)
                if row is None or row.data is None:
                    screen.pop((topic, key), None)
                else:
                    screen[topic, key] = row
        seen = len(desk.lines)
        fresh = {(row.topic, row.id): row for row in desk.trade.snapshot(desk.state, TOWN.city)}
        assert shown(screen) == shown(fresh)
