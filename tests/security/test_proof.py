"""Fact 9, the proof: one altered byte, a truncation, a rewritten tail are found, live and without any server."""

import asyncio
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from beffroi.journal.signing import load_key
from beffroi.journal.watch import Watch
from beffroi.procedures.keeping.heads import follow
from tests.security.conftest import Person, WholeCity
from tests.security.town import EVERYTHING

InCity = Callable[..., None]
LINES = 30
Spoil = Callable[[psycopg.Connection[Any], int], object]


async def written(city: WholeCity) -> tuple[Person, int]:
    """Write some lines, have their head signed, and return who did it and where the journal ends."""
    chief = await city.person("tout", EVERYTHING)
    for number in range(LINES):
        await chief.done("logbook.write", text=f"ronde {number}")
    await follow(city.core, await asyncio.to_thread(Watch, load_key(city.data / "keys"), city.data))
    return chief, city.core.executor.head.position


async def report(person: Person) -> dict[str, Any]:
    """Return the report of a verification asked now."""
    await person.seat.post("/api/journal/verification")
    async with asyncio.timeout(30):
        while (found := (await person.get("/api/journal/verification")).json())["state"] == "running":
            await asyncio.sleep(0.05)
    checked: dict[str, Any] = found
    return checked


def alter(connection: psycopg.Connection[Any], last: int) -> object:
    changed = "UPDATE journal_line SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE position = %s"
    return connection.execute(changed, [last - 10])


def truncate(connection: psycopg.Connection[Any], last: int) -> object:
    connection.execute("DELETE FROM journal_body WHERE position > %s", [last - 5])
    return connection.execute("DELETE FROM journal_line WHERE position > %s", [last - 5])


def rewrite(connection: psycopg.Connection[Any], last: int) -> object:
    """Change a line, then chain everything after it again: only a signature outside the database knows better."""
    rows = connection.execute(
        "SELECT position, bytes FROM journal_line WHERE position >= %s ORDER BY position", [last - 5]
    ).fetchall()
    before = connection.execute("SELECT hash FROM journal_line WHERE position = %s", [last - 6]).fetchone()
    assert before is not None
    previous = bytes(before[0])
    for position, content in rows:
        forged = (
            bytes(content).replace(b'"kind":"person"', b'"kind":"system"') if position == last - 5 else bytes(content)
        )
        previous = sha256(previous + forged).digest()
        connection.execute(
            "UPDATE journal_line SET bytes = %s, hash = %s WHERE position = %s", [forged, previous, position]
        )
    return connection.execute("UPDATE journal_line SET actor_kind = 'system' WHERE position = %s", [last - 5])


def drop_word(connection: psycopg.Connection[Any], last: int) -> object:
    return connection.execute("UPDATE journal_body SET text = '\"rien\"' WHERE position = %s", [last - 3])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (alter, "journal.altered"),
        (truncate, "journal.truncated"),
        (rewrite, "journal.rewritten"),
        (drop_word, "journal.body_altered"),
    ],
)
def test_what_somebody_does_in_the_database_is_found(in_whole_city: InCity, spoil: Spoil, code: str) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, last = await written(city)
        sound = await report(chief)
        assert (sound["sound"], sound["report"]["signed_until"]) == (True, last)
        await city.core.work(lambda connection: spoil(connection, last), owner=True)
        found = await report(chief)
        assert not found["sound"]
        assert code in {one["code"] for one in found["report"]["problems"]}, found
        offline = verify(settings_of(city))
        assert offline.returncode == 4, offline.stderr
        assert code in {one["code"] for one in msgspec.json.decode(offline.stdout)["problems"]}

    in_whole_city(scenario)


def test_an_export_is_verified_by_anybody_anywhere(in_whole_city: InCity, tmp_path: Path) -> None:
    async def scenario(city: WholeCity) -> None:
        chief, last = await written(city)
        target = tmp_path / "journal.zip"
        async with chief.seat.stream("GET", "/api/journal/export") as answer:
            assert answer.status_code == 200
            with target.open("wb") as file:
                async for block in answer.aiter_bytes():
                    file.write(block)
        (public,) = (city.data / "keys").glob("*.pub")
        told = verify([], str(target), "--key", str(public))
        assert told.returncode == 0, told.stderr + told.stdout
        found = msgspec.json.decode(told.stdout)
        assert (found["lines"], found["problem_count"]) == (found["last"], 0)
        assert found["last"] >= last
        with zipfile.ZipFile(target) as pack:
            table = pack.read("journal.csv").decode("utf-8-sig").splitlines()
        assert len(table) == found["lines"] + 1
        for name in ("journal.jsonl", "journal.csv", "manifest.json", "heads.jsonl"):
            spoilt = verify([], str(spoil_file(target, tmp_path / f"{name}.zip", name)), "--key", str(public))
            # 4: the proof does not hold; 1: what should say so can no longer be read
            assert spoilt.returncode in ({4} if name.startswith("journal") else {1, 4}), (name, spoilt.stdout)
        stranger = tmp_path / "stranger.pub"
        stranger.write_text(load_key(tmp_path / "other").public.raw.hex())
        assert verify([], str(target), "--key", str(stranger)).returncode == 4
        cut = tmp_path / "cut.zip"
        cut.write_bytes(target.read_bytes()[:-200])
        assert verify([], str(cut)).returncode != 0

    in_whole_city(scenario)


def spoil_file(source: Path, target: Path, name: str) -> Path:
    """Copy an export with one byte of one of its files altered."""
    with zipfile.ZipFile(source) as pack, zipfile.ZipFile(target, "w") as out:
        for one in pack.namelist():
            content = bytearray(pack.read(one))
            if one == name:
                content[len(content) // 2] ^= 1
            out.writestr(one, bytes(content))
    return target


def settings_of(city: WholeCity) -> list[str]:
    """Return the variables by which a command line finds the city's database and its data folder."""
    settings = city.core.settings
    return [
        f"BEFFROI_DATA={city.data}",
        f"BEFFROI_DATABASE={settings.database}",
        f"BEFFROI_DATABASE_OWNER={settings.database_owner}",
    ]


def verify(variables: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `beffroi journal verify` alone: nothing of this process reaches it."""
    command = [sys.executable, "-m", "beffroi.server.cli", "journal", "verify", "--json", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | dict(one.split("=", 1) for one in variables)
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
