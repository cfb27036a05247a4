"""R8: 2,000 alarms of one cause in one second become one line on the screens: how long, and exactly one.

Lamps of one substation send their last gasp over a second; the clock starts with the last of them in the outbox and
stops when the feed holds the line with its 2,000 children. The second of waiting for a parent is part of it.
Peers (`stack.md`): Alerta and Keep take 30 to 200 s.
"""

import argparse
import asyncio
import sys
import time

from _alarms import Room, Town, put, room
from _common import engines, spread
from beffroi.procedures.live.alarm_pump import pump
from beffroi.server.database import dsn_app

WAVES = 20


async def once(dsn: str, lamps_count: int) -> tuple[float, float]:
    """Return seconds from the first and from the last gasp to the whole line; asserts that it is one."""
    town = Town(cabinets=8, circuits=3, lamps=-(-lamps_count // 24))
    lamps = town.lamps("G1")
    async with room(dsn, town) as made:
        pumping = asyncio.create_task(keep_pumping(made))
        began = time.perf_counter()
        for wave in range(WAVES):
            at = made.clock.now()
            put(dsn, [(lamp.id, "no_supply", "raise", at, 1.0, False) for lamp in lamps[wave::WAVES]])
            await asyncio.sleep(max(0.0, began + (wave + 1) / WAVES - time.perf_counter()))
        last = time.perf_counter()
        while not whole(made, len(lamps)):
            await asyncio.sleep(0.005)
            assert time.perf_counter() - last < 60
        done = time.perf_counter()
        await asyncio.sleep(1.5)
        assert whole(made, len(lamps)) and len(shown(made)) == 1
        told = [line for line in made.lines if line.event.event_type() == "alarms.flood_started"]
        assert not told
        pumping.cancel()
    return done - began, done - last


def shown(made: Room) -> list[object]:
    """List the alarms that screens hold."""
    return [alarm for alarm in made.state.alarms.values() if alarm.shown]


def whole(made: Room, count: int) -> bool:
    """Tell whether the one line holds every child."""
    lines = shown(made)
    return len(lines) == 1 and len(made.state.children.get(lines[0].id, ())) == count  # type: ignore[attr-defined]


async def keep_pumping(made: Room) -> None:
    """Pump as the service does, without the bus."""
    while True:
        if not await pump(made):  # type: ignore[arg-type]
            await asyncio.sleep(0.02)


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lamps", type=int, default=2_000)
    options = parser.parse_args()
    results = []
    for _ in range(options.runs):
        with engines() as settings:
            results.append(asyncio.run(once(dsn_app(settings), options.lamps)))
    sys.stdout.write(
        f"R8 {options.lamps:,} gasps of one substation in 1 s: exactly one line, every lamp under it, no second line\n"
        f"   from the first gasp {spread([first for first, _ in results])} s"
        f" · from the last {spread([last for _, last in results])} s · peers 30 to 200 s\n"
    )


if __name__ == "__main__":
    main()
