"""R9: first page of 34,000 open alarms, sorted, filtered by right, as JSON bytes.

Peers (`stack.md`): Alerta 61–120 ms, Alertmanager 1.35 s. In the same run, sorting the same records as Python objects.
The page is checked against that sort.
"""

import argparse
import sys
import time
from random import Random

import msgspec

from _alarms import START, Desk, Town
from _common import spread
from beffroi.alarms.listing import Query, alarms_at, select
from beffroi.alarms.rows import alarm_row
from beffroi.alarms.types import Alarm
from beffroi.model.ids import uuid7
from beffroi.model.scope import Grant, Rights, Scope

OPEN = 34_000
PAGE = 100
ALERTA_MS = 61.0


def opened() -> Desk:
    """Return a desk with that many open alarms."""
    desk = Desk(Town(cabinets=1, circuits=1, lamps=1))
    random = Random(5)
    cabinet = desk.town.get("A001")
    for place in range(OPEN):
        alarm = Alarm(
            id=uuid7(START // 1_000 + place, random.getrandbits),
            asset=cabinet.id,
            index=cabinet.index,
            kind="cabinet",
            alarm_class="door_open",
            scope=Scope(str(21_000 + place % 23), "lighting", "cabinet"),
            priority=1 + place % 4,
            state="acknowledged" if place % 3 else "unacknowledged",
            raised_at=START - random.randrange(10**12),
        )
        desk.state.alarms[alarm.id] = alarm
        desk.state.columns.put(alarm)
    return desk


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=25)
    options = parser.parse_args()
    desk = opened()
    half = frozenset(str(21_000 + place) for place in range(12))
    rights = Rights({"view": (Grant(communes=half),)})
    ours, plain, page = [], [], []
    for _ in range(options.runs):
        began = time.perf_counter()
        slots = select(desk.state, Query(), lambda scope: rights.allows("view", scope))
        page = alarms_at(desk.state, slots[:PAGE])
        sent = msgspec.json.encode([alarm_row(desk.state, alarm, desk.town.city) for alarm in page])
        ours.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        seen = [alarm for alarm in desk.state.alarms.values() if rights.allows("view", alarm.scope)]
        seen.sort(key=lambda alarm: (alarm.state != "unacknowledged", alarm.priority, -alarm.raised_at))
        plain.append(1000 * (time.perf_counter() - began))
    assert [alarm.id for alarm in page] == [alarm.id for alarm in seen[:PAGE]] and len(slots) == len(seen)
    median = sorted(ours)[len(ours) // 2]
    sys.stdout.write(
        f"R9 first {PAGE} of {OPEN:,} open alarms, {len(seen):,} visible, same as sorted; {len(sent):,} bytes\n"
        f"   ours {spread(ours)} ms · plain sort {spread(plain)} ms"
        f" · {ALERTA_MS / median:.0f}x faster than Alerta's 61 ms (limit 3x)\n"
    )
    assert median <= ALERTA_MS / 3


if __name__ == "__main__":
    main()
