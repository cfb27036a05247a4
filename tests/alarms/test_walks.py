"""Long seeded walks through anything that may happen: what takes hypothesis minutes to stumble upon."""

from random import Random

import pytest

from beffroi.alarms import actions as ac
from beffroi.alarms.actions import Judge
from beffroi.model.reading import Crossing
from beffroi.model.time import SECOND
from beffroi.trade.rejected import Rejected

from .test_stateful import KEYS, SUBJECTS, TOWN, check_records, comparable
from .town import SYSTEM, Desk, replayed


def step(desk: Desk, random: Random) -> None:
    draw = random.random()
    if draw < 0.3:
        crossings = []
        for place in range(random.randint(1, 6)):
            facts, name = random.choice(SUBJECTS)
            late = random.random() < 0.2
            at = desk.now - (random.randint(0, 90) * SECOND if late else 0)
            edge = random.choice(("raise", "raise", "clear"))
            crossings.append(Crossing(place, facts.id, name, edge, at, None, late))
        desk.do(Judge(crossings=crossings), SYSTEM)
    elif draw < 0.5:
        crowd = TOWN.lamps(f"A{random.randint(1, 3):03}")
        desk.cross(crowd, random.choice(("no_supply", "silent")), random.choice(("raise", "raise", "clear")))
    elif draw < 0.75:
        desk.advance(random.choice((0.1, 1, 5, 61, 600, 1000)))
    elif desk.state.alarms:
        press(desk, random)


def press(desk: Desk, random: Random) -> None:
    alarm = random.choice(sorted(desk.state.alarms))
    actions = [key(alarm=alarm) for key in KEYS]
    actions.append(ac.Shelve(alarm=alarm, until=desk.now + random.randint(1, 1000) * SECOND))
    actions.append(ac.Suppress(alarm=alarm, reason="test"))
    try:
        desk.do(random.choice(actions))
    except Rejected as refusal:
        assert refusal.code in desk.trade.texts


@pytest.mark.parametrize("seed", range(60))
def test_walk(seed: int) -> None:
    random = Random(seed)
    desk = Desk(TOWN)
    for _ in range(40):
        step(desk, random)
        check_records(desk.state)
    assert comparable(replayed(desk)) == comparable(desk.state)
