"""What time alone asks for, and the clock jumps that it must survive."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from beffroi.logbook import TRADE as LOGBOOK
from beffroi.logbook.actions import Note
from beffroi.logbook.events import Noted
from beffroi.model.time import SECOND
from beffroi.server import scheduler as scheduler_module
from beffroi.server.clock import JumpWatch
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.house.room import ClockJumped
from beffroi.server.scheduler import LONGEST_WAIT_S, Scheduler
from beffroi.trade.rejected import Rejected


class Alarm(type(LOGBOOK)):
    """A main courante that writes a note at its hour."""

    hours: ClassVar[list[int]] = []

    def next_due(self, state):
        return min(self.hours, default=None)

    def due(self, state, now):
        passed = [hour for hour in self.hours if hour <= now]
        self.hours[:] = [hour for hour in self.hours if hour > now]
        return [Note(code="hour", params={"at": str(hour)}) for hour in passed]


class Hand:
    """A city clock moved by hand."""

    def __init__(self) -> None:
        self.at, self.timer, self.rate = 1_000 * SECOND, 50.0, 1.0

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.timer

    def run(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)
        self.timer += seconds


@asynccontextmanager
async def scheduling(committer_on: Any, database: Any):
    async with committer_on(database.app, Alarm(), HOUSE) as bench:
        clock = Hand()
        bench.committer._clock = clock
        yield bench, clock, Scheduler(bench.wiring, bench.committer, clock)


def test_what_is_due_is_decided_at_its_hour_and_once(database, committer_on, run_async):
    async def main() -> None:
        async with scheduling(committer_on, database) as (bench, clock, scheduler):
            Alarm.hours[:] = [1_002 * SECOND, 1_003 * SECOND, 1_100 * SECOND]
            await scheduler.step()
            assert await bench.journalled() == []
            clock.run(4)
            await scheduler.step()
            await scheduler.step()
            assert [line.event.params["at"] for line in await bench.journalled()] == [
                str(n * SECOND) for n in (1_002, 1_003)
            ]

    run_async(main)


def test_a_commit_wakes_the_scheduler_for_a_nearer_hour(database, committer_on, run_async, monkeypatch):
    # so that nothing else can wake it in time
    monkeypatch.setattr(scheduler_module, "LONGEST_WAIT_S", 60.0)

    async def main() -> None:
        async with scheduling(committer_on, database) as (bench, clock, scheduler):
            Alarm.hours[:] = []
            running = asyncio.create_task(scheduler.run())
            await asyncio.sleep(0.02)
            Alarm.hours[:] = [clock.now()]
            scheduler.on_commit(())
            async with asyncio.timeout(10):
                while not bench.published:
                    await asyncio.sleep(0.002)
            running.cancel()

    run_async(main)


def test_a_clock_jump_is_journalled_and_no_silence_is_judged_across_it(database, committer_on, run_async):
    async def main() -> None:
        async with scheduling(committer_on, database) as (bench, clock, scheduler):
            Alarm.hours[:] = []
            clock.run(30)
            await scheduler.step()
            assert await bench.journalled() == []
            clock.at += 3_600 * SECOND
            await scheduler.step()
            (line,) = await bench.journalled()
            assert line.event == ClockJumped(jump_us=3_600 * SECOND)
            assert scheduler.steady_since == clock.monotonic()

    run_async(main)


def test_a_small_correction_is_no_jump():
    watch = JumpWatch(0, 0.0)
    assert watch.step(14 * SECOND, 10.0) == 0
    assert watch.step(14 * SECOND, 20.0) == -10 * SECOND
    assert watch.step(24 * SECOND, 30.0) == 0


def texts(lines: Any) -> list[str]:
    return [line.event.params["at"] for line in lines if isinstance(line.event, Noted)]


class Taking(Alarm):
    """A main courante that takes its hours from a list of its own, and has back what was not decided."""

    def undecided(self, state, action, at, *, apart):
        self.hours.append(int(action.params["at"]) if not apart else at)


def test_what_was_due_while_nothing_could_be_decided_is_decided_after(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, Taking(), HOUSE) as bench:
            clock = Hand()
            scheduler = Scheduler(bench.wiring, bench.committer, clock)
            Alarm.hours[:] = [clock.now()]
            bench.committer._leading = False
            with pytest.raises(Rejected):
                await scheduler.step()
            bench.committer._leading = True
            await scheduler.step()
            assert texts(await bench.journalled()) == [str(clock.now())]

    run_async(main)


class Poisoned(type(LOGBOOK)):
    """A main courante whose row cannot be written for one of its hours, which stays due."""

    asked: ClassVar[dict[str, int]] = {}

    def next_due(self, state):
        return 0

    def due(self, state, now):
        told = {entry.params.get("at") for entry in state.entries.values()}
        return [Note(code="hour", params={"at": at}) for at in ("a", "bad", "b", "c") if at not in told]

    def decide(self, state, action, context):
        at = action.params["at"]
        self.asked[at] = self.asked.get(at, 0) + 1
        return super().decide(state, action, context)

    def write(self, cursor, lines):
        if any(line.event.params["at"] == "bad" for line in lines):
            raise ValueError("a bug")
        super().write(cursor, lines)


def test_one_action_that_always_fails_keeps_no_other_and_is_tried_ever_more_rarely(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, Poisoned(), HOUSE) as bench:
            clock = Hand()
            scheduler = Scheduler(bench.wiring, bench.committer, clock)
            Poisoned.asked.clear()
            await scheduler.step()
            assert texts(await bench.journalled()) == ["a", "b", "c"]
            assert scheduler._wait_s() >= LONGEST_WAIT_S
            before = Poisoned.asked["bad"]
            for _ in range(40):
                clock.run(1.5)
                await scheduler.step()
            assert 3 <= Poisoned.asked["bad"] - before <= 12
            assert texts(await bench.journalled()) == ["a", "b", "c"]

    run_async(main)


class Broken(Alarm):
    """A main courante that cannot even say what is due."""

    def next_due(self, state):
        raise ValueError("a bug")


def test_a_trade_that_fails_to_say_what_is_due_does_not_end_time(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, Broken(), HOUSE) as bench:
            clock = Hand()
            scheduler = Scheduler(bench.wiring, bench.committer, clock)
            running = asyncio.create_task(scheduler.run())
            await asyncio.sleep(0.1)
            clock.run(2)
            clock.at += 3_600 * SECOND
            scheduler.on_commit(())
            await asyncio.sleep(1.5)
            assert not running.done()
            assert [type(line.event) for line in await bench.journalled()] == [ClockJumped]
            running.cancel()

    run_async(main)
