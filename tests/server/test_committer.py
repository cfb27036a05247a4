"""The one committer: all or nothing, in order, answered after the commit, and never a guess."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from beffroi.access import TRADE as ACCESS
from beffroi.access.actions import CreateKey, DefineRole, RevokeKey
from beffroi.access.types import RoleGrant
from beffroi.logbook import TRADE as LOGBOOK
from beffroi.logbook.actions import Correct, Note, Write
from beffroi.model.actor import SYSTEM, Actor
from beffroi.model.scope import EVERYTHING, Grant, Rights
from beffroi.model.time import MINUTE
from beffroi.server.committer import NotPossible
from beffroi.server.group import Asked
from beffroi.server.house import TRADE as HOUSE
from beffroi.server.house.room import SetSetting
from beffroi.server.wiring import Wiring
from beffroi.server.writer import ConnectionGone, LeadershipLost
from beffroi.trade.doors import Caller, trusted
from beffroi.trade.rejected import Rejected

AGENT = Actor(kind="person", id=uuid4())
OPERATOR = Caller(AGENT, Rights({"view": (EVERYTHING,), "logbook": (EVERYTHING,)}))
READER = Caller(AGENT, Rights({"view": (EVERYTHING,)}))
ONE_COMMUNE = Grant(communes=frozenset({"21231"}))
NEIGHBOUR = Caller(AGENT, Rights({"view": (ONE_COMMUNE,), "logbook": (ONE_COMMUNE,)}))
CORE = trusted(SYSTEM)


def test_an_action_is_answered_with_its_committed_line(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            at = bench.clock.now() - MINUTE
            outcome = await bench.committer.execute(Write(text="ronde faite"), OPERATOR, happened_at=at)
            (line,) = outcome.lines
            assert (line.position, line.happened_at, line.event.text) == (1, at, "ronde faite")
            (kept,) = await bench.journalled()
            assert kept == line
            assert bench.published == [line]

    run_async(main)


def test_many_callers_at_once_share_transactions_and_keep_their_order(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            wishes = [bench.committer.execute(Write(text=str(n)), OPERATOR) for n in range(1200)]
            outcomes = await asyncio.gather(*wishes)
            assert [outcome.lines[0].position for outcome in outcomes] == list(range(1, 1201))
            kept = await bench.journalled()
            assert [line.event.text for line in kept] == [str(n) for n in range(1200)]
            assert bench.published == kept

    run_async(main)


@pytest.mark.parametrize(
    ("caller", "action", "code"),
    [
        (READER, Write(text="a"), "forbidden"),
        (NEIGHBOUR, Write(text="a"), "not_found"),
        # of every commune are the desks and seats alone
        (NEIGHBOUR, Write(text="a", commune="*"), "not_found"),
        (OPERATOR, Note(code="x"), "forbidden"),
        (OPERATOR, Correct(entry=uuid4(), text="a"), "logbook.not_found"),
    ],
)
def test_a_refusal_leaves_nothing(database, committer_on, run_async, caller, action, code):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            with pytest.raises(Rejected) as refusal:
                await bench.committer.execute(action, caller)
            assert refusal.value.code == code
            assert await bench.journalled() == []
            assert bench.committer.head.position == 0

    run_async(main)


def test_what_is_also_asked_commits_with_the_action_or_not_at_all(database, committer_on, run_async):
    def mark(cursor: Any) -> None:
        cursor.execute("INSERT INTO reaction_position VALUES ('mark', 1)")

    async def main() -> None:
        async with committer_on(database.app) as bench:
            await bench.committer.execute(Write(text="a"), OPERATOR, also=mark)
            with pytest.raises(NotPossible):
                await bench.committer.execute(Write(text="b"), OPERATOR, also=mark)
            assert [line.event.text for line in await bench.journalled()] == ["a"]
            assert len(bench.wiring.states["logbook"].entries) == 1
            again = await bench.committer.execute(Write(text="c"), OPERATOR)
            assert again.lines[0].position == 2

    run_async(main)


class Fragile(type(LOGBOOK)):
    """A main courante that cannot apply, or cannot write, some texts."""

    def apply(self, state, line):
        if getattr(line.event, "text", "") == "no memory":
            raise RuntimeError("memory")
        super().apply(state, line)

    def write(self, cursor, lines):
        if any(line.event.text == "no row" for line in lines):
            raise RuntimeError("row")
        super().write(cursor, lines)


@pytest.mark.parametrize("poison", ["no memory", "no row"])
def test_one_bad_action_fails_alone(database, committer_on, run_async, poison):
    async def main() -> None:
        async with committer_on(database.app, Fragile(), HOUSE) as bench:
            texts = ["a", poison, "b", "c"]
            wishes = [bench.committer.execute(Write(text=text), OPERATOR) for text in texts]
            results = await asyncio.gather(*wishes, return_exceptions=True)
            assert [isinstance(result, NotPossible) for result in results] == [False, True, False, False]
            kept = await bench.journalled()
            assert [line.event.text for line in kept] == ["a", "b", "c"]
            assert [line.position for line in kept] == [1, 2, 3]
            entries = bench.wiring.states["logbook"].entries.values()
            assert [entry.text for entry in entries] == ["a", "b", "c"]

    run_async(main)


def test_a_unit_commits_together_and_tells_each_refusal(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            unit = [Asked(Write(text="a")), Asked(Correct(entry=uuid4(), text="x")), Asked(Write(text="b"))]
            results = await bench.committer.execute_all(unit, CORE)
            assert isinstance(results[1], Rejected)
            assert [len(result.lines) for result in (results[0], results[2])] == [1, 1]

    run_async(main)


def test_the_queue_has_a_bound(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, bound=5) as bench:
            wishes = [bench.committer.execute(Write(text=str(n)), OPERATOR) for n in range(20)]
            results = await asyncio.gather(*wishes, return_exceptions=True)
            refused = [result for result in results if isinstance(result, Rejected)]
            assert refused
            assert {refusal.code for refusal in refused} == {"core.busy"}
            assert len(await bench.journalled()) == 20 - len(refused)

    run_async(main)


def kill_backends(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'beffroi core' AND datname = current_database()"
        )


def test_a_connection_killed_under_load_loses_and_doubles_nothing(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:

            async def one(n: int) -> str | None:
                try:
                    return (await bench.committer.execute(Write(text=str(n)), OPERATOR)).lines[0].event.text
                except (NotPossible, Rejected):
                    return None

            async def killer() -> None:
                for _ in range(5):
                    await asyncio.sleep(0.05)
                    await asyncio.to_thread(kill_backends, database.app)

            killing = asyncio.create_task(killer())
            answered: list[str | None] = []
            n = 0
            while not killing.done():
                answered += await asyncio.gather(*(one(k) for k in range(n, n + 20)))
                n += 20
            kept = [line.event.text for line in await bench.journalled()]
            assert len(set(kept)) == len(kept)
            said = {text for text in answered if text is not None}
            assert said <= set(kept)
            # one that was answered "not kept" is not there either
            assert said == set(kept)
            entries = [entry.text for entry in bench.wiring.states["logbook"].entries.values()]
            assert entries == kept

    run_async(main)


def test_what_was_kept_before_another_core_wrote_is_told_as_kept(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            commit = bench.writer.commit

            async def lossy(*given: Any) -> Any:
                bench.writer.commit = commit
                head = await commit(*given)
                # the answer is lost, and another core leads before we are back
                bench.writer._connection.close()
                async with committer_on(database.app) as other:
                    await other.committer.execute(Write(text="a stranger's"), CORE)
                raise ConnectionGone(head)

            bench.writer.commit = lossy
            outcome = await bench.committer.execute(Write(text="ours"), CORE)
            assert outcome.lines[-1].position == 1
            assert [line.event.text for line in await bench.journalled()] == ["ours", "a stranger's"]
            texts = [entry.text for entry in bench.wiring.states["logbook"].entries.values()]
            assert sorted(texts) == ["a stranger's", "ours"]
            await bench.committer.execute(Write(text="after"), CORE)
            assert [line.position for line in await bench.journalled()] == [1, 2, 3]

    run_async(main)


def test_two_cores_never_lead_together(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app) as bench:
            await bench.committer.execute(Write(text="a"), OPERATOR)
            with pytest.raises(LeadershipLost):
                async with committer_on(database.app):
                    pass
        async with committer_on(database.app) as second:
            assert second.committer.head.position == 1

    run_async(main)


def test_replaying_the_journal_gives_the_state_of_the_rows(database, committer_on, run_async):
    async def main() -> None:
        async with committer_on(database.app, ACCESS, LOGBOOK, HOUSE) as bench:
            ask = bench.committer.execute
            entry = (await ask(Write(text="a"), OPERATOR)).lines[0].event.entry
            await ask(Correct(entry=entry, text="b"), OPERATOR)
            await ask(Note(code="x", params={"n": "1"}), CORE)
            await ask(SetSetting(name="flood", value={"limit": 11}, seen_version=0), CORE)
            await ask(SetSetting(name="flood", value=[1, 2.5, None], seen_version=1), CORE)
            key = (await ask(CreateKey(name="m", digest="d", grants=(RoleGrant("viewer"),)), CORE)).lines[0].event.key
            await ask(CreateKey(name="n", digest="e", grants=(RoleGrant("clerk", communes=("21231",)),)), CORE)
            await ask(RevokeKey(key=key), CORE)
            await ask(DefineRole(name="watch", rights=("view",), label={"fr": "a", "en": "b"}), CORE)
            replayed = Wiring(bench.wiring.trades)
            replayed.adopt(replayed.empty())
            for line in await bench.journalled():
                replayed.apply(line)
            rows = await bench.writer.run(bench.wiring.load)
            assert replayed.states == rows
            assert bench.wiring.states == rows

    run_async(main)
