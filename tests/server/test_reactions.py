"""Reactions: each line answered once, whatever dies; time's own actions; clocks."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from beffroi.journal.codec import Decoder
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.logbook.actions import Correct, Note, Write
from beffroi.logbook.events import Noted, Written
from beffroi.model.actor import SYSTEM
from beffroi.model.time import MINUTE, SECOND
from beffroi.server.clock import RehearsalClock
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.reactions import Reactions
from beffroi.trade.doors import trusted
from beffroi.trade.reaction import Reaction

CORE = trusted(SYSTEM)


def echo(line: Any, city: Any) -> list[Any]:
    if line.event.text == "refused":
        # its trade refuses it: the reaction goes on
        return [Correct(entry=UUID(int=0), text="x")]
    if line.event.text == "raises":
        raise ValueError("a bug")
    return [Note(code="echo", params={"of": line.event.text})] * (2 if line.event.text == "twice" else 1)


ECHO = Reaction(name="test.echo", listens=(Written,), react=echo)
LOOP = Reaction(name="test.loop", listens=(Noted,), react=lambda line, city: [Note(code="loop")])


@asynccontextmanager
async def reacting(bench: Any, *reactions: Reaction):
    running = Reactions(reactions, bench.wiring, bench.committer, bench.read, Decoder.of(bench.wiring.events))
    bench.listeners.append(running.on_commit)
    await running.load()
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        bench.listeners.remove(running.on_commit)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def echoes(lines: Any) -> list[str]:
    return [line.event.params["of"] for line in lines if isinstance(line.event, Noted)]


def test_each_line_is_answered_once_with_its_cause(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench, reacting(bench, ECHO) as running:
            at = bench.clock.now() - 7 * MINUTE
            for text in ("a", "twice", "raises", "refused", "b"):
                await bench.committer.execute(Write(text=text), CORE, happened_at=at)
            await until(lambda: running.lag == 0 and len(bench.published) == 9)
            lines = await bench.journalled()
            assert sorted(echoes(lines)) == ["a", "b", "twice", "twice"]
            for line in lines:
                if isinstance(line.event, Noted):
                    cause = next(one for one in lines if line.cause and one.position == line.cause.position)
                    assert cause.event.text == line.event.params["of"]
                    assert (line.cause.depth, line.happened_at, line.actor.name) == (1, at, "test.echo")

    run_async(main)


def test_what_was_missed_while_down_is_answered_after(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            async with reacting(bench, ECHO):
                await bench.committer.execute(Write(text="before"), CORE)
                await until(lambda: echoes(bench.published) == ["before"])
            for n in range(30):
                await bench.committer.execute(Write(text=f"missed {n}"), CORE)
        async with committer_on(database.app) as bench, reacting(bench, ECHO):
            await until(lambda: len(bench.published) >= 30)
            assert sorted(echoes(await bench.journalled())) == sorted(["before", *(f"missed {n}" for n in range(30))])

    run_async(main)


def test_two_runners_of_one_reaction_never_answer_a_line_twice(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench, reacting(bench, ECHO) as one, reacting(bench, ECHO) as two:
            texts = [str(n) for n in range(200)]
            await asyncio.gather(*(bench.committer.execute(Write(text=text), CORE) for text in texts))
            await until(lambda: one.lag == 0 and two.lag == 0)
            assert sorted(echoes(await bench.journalled())) == sorted(texts)

    run_async(main)


def test_a_new_reaction_starts_at_the_present_and_is_not_lost_before_its_first_answer(
    database, committer_on, run_async
):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            await bench.committer.execute(Write(text="old"), CORE)
            async with reacting(bench, ECHO):
                pass
            await bench.committer.execute(Write(text="new"), CORE)
            async with reacting(bench, ECHO):
                await until(lambda: echoes(bench.published) == ["new"])
            assert echoes(await bench.journalled()) == ["new"]

    run_async(main)


class Fragile(type(LOGBOOK)):
    """A main courante that cannot keep one note."""

    def write(self, cursor, lines):
        if any(isinstance(line.event, Noted) and line.event.params.get("of") == "bad" for line in lines):
            raise ValueError("a bug")
        super().write(cursor, lines)


def test_one_answer_that_cannot_be_kept_costs_its_own_line_only(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, Fragile(), HOUSE) as bench:
            async with reacting(bench, ECHO):
                pass
            texts = [f"{n}" for n in range(40)]
            for text in (*texts[:23], "bad", *texts[23:]):
                await bench.committer.execute(Write(text=text), CORE)
            async with reacting(bench, ECHO) as running:
                await until(lambda: running.lag == 0)
            assert sorted(echoes(await bench.journalled())) == sorted(texts)

    run_async(main)


def test_lines_of_another_core_are_read_from_the_journal(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench, reacting(bench, ECHO) as running:
            await bench.committer.execute(Write(text="ours"), CORE)
            await until(lambda: running.lag == 0)
            bench.listeners.clear()
            await bench.committer.execute(Write(text="a stranger's"), CORE)
            bench.listeners.append(running.on_commit)
            await bench.committer.execute(Write(text="ours again"), CORE)
            await until(lambda: running.lag == 0 and len(bench.published) == 6)
            assert sorted(echoes(await bench.journalled())) == ["a stranger's", "ours", "ours again"]

    run_async(main)


def test_a_journal_that_cannot_be_read_now_is_read_later(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            async with reacting(bench, ECHO):
                pass
            await bench.committer.execute(Write(text="a"), CORE)
            async with reacting(bench, ECHO) as running:
                good = running._read

                async def away(job: Any) -> Any:
                    running._read = good
                    raise psycopg.OperationalError("away")

                running._read = away
                await until(lambda: running.lag == 0)
            assert echoes(await bench.journalled()) == ["a"]

    run_async(main)


def test_a_chain_of_reactions_stops_at_depth_eight(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench, reacting(bench, LOOP) as running:
            await bench.committer.execute(Note(code="first"), CORE)
            await until(lambda: running.lag == 0 and len(bench.published) == 9)
            await asyncio.sleep(0.05)
            lines = await bench.journalled()
            assert [line.cause.depth if line.cause else 0 for line in lines] == list(range(9))

    run_async(main)


class Told:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def heard(now: int, rate: float) -> bytes:
    return b'{"now": %d, "rate": %g}' % (now, rate)


def test_the_rehearsal_clock_runs_at_the_rate_it_is_told():
    told = Told()
    clock = RehearsalClock(1_000 * SECOND, told)
    told.at += 2
    assert clock.now() == 1_002 * SECOND
    clock.hear(heard(5_000 * SECOND, 60))
    timer = clock.monotonic()
    told.at += 1
    assert clock.now() == 5_060 * SECOND
    assert clock.monotonic() - timer == pytest.approx(60)
    assert clock.rate == 60


def test_the_rehearsal_clock_waits_rather_than_step_back_a_little():
    told = Told()
    clock = RehearsalClock(0, told)
    clock.hear(heard(100 * SECOND, 1))
    told.at += 3
    assert clock.now() == 103 * SECOND
    clock.hear(heard(102 * SECOND, 1))
    assert clock.now() == 103 * SECOND
    told.at += 2
    assert clock.now() == 104 * SECOND
    clock.hear(heard(10 * SECOND, 1))
    assert clock.now() == 10 * SECOND


def test_a_silent_rehearsal_leaves_the_clock_at_its_own_pace():
    told = Told()
    clock = RehearsalClock(0, told)
    clock.hear(heard(0, 100))
    told.at += 15
    assert clock.now() == (5 * 100 + 10) * SECOND
    assert clock.rate == 1


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"now": "x", "rate": 1}', b"\xff"])
def test_another_text_is_no_clock(payload):
    with pytest.raises((ValueError, UnicodeDecodeError)):
        RehearsalClock(0).hear(payload)
