"""What is read of the main courante: page after page in one order, by the sentence, each line with its visa."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from beffroi.journal.signing import SigningKey
from beffroi.logbook.actions import Note, Sign, Write
from beffroi.logbook.api import Wanted, search
from beffroi.logbook.changes import KEPT_VISAS
from beffroi.logbook.store import list_visas
from beffroi.logbook.types import Entry
from beffroi.logbook.visas import Visas
from beffroi.logbook.wording import _MARKS, _PLAIN, fold
from beffroi.model.actor import SYSTEM
from beffroi.model.time import MINUTE
from beffroi.procedures.logbook_paper import pack, printed
from beffroi.procedures.sentences import catalogue
from beffroi.server.reading import PoolReader
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from tests.logbook.room import CAMILLE, REACTION, START, Room

EVERYBODY = trusted(SYSTEM)


def _read(database: Any, room: Room, read: Callable[[Any], Awaitable[Any]]) -> Any:
    with psycopg.connect(database.app) as connection, connection.cursor() as cursor:
        room.trade.write(cursor, room.lines)

    async def run() -> Any:
        reader = PoolReader(database.app)
        await reader.open()
        try:
            return await read(reader)
        finally:
            await reader.close()

    return asyncio.run(run())


def test_every_line_is_on_one_page_and_one_only_whatever_the_order_of_entry(database: Any) -> None:
    room = Room()
    # entered late, in no order: the facts go back and forth
    for rank in range(12):
        room.do(Write(text=str(rank)), happened_at=START - (rank * 5 % 12) * MINUTE)
    for rank in range(3):
        room.do(Write(text=f"même heure {rank}"), happened_at=START)

    async def pages(reader: Any) -> list[Entry]:
        found: list[Entry] = []
        wanted = Wanted()
        while page := await search(reader, EVERYBODY, wanted, {}, 4):
            found += page
            wanted = Wanted(before=(page[-1].happened_at, page[-1].position))
        return found

    found = _read(database, room, pages)
    assert len(found) == 15
    order = [(entry.happened_at, entry.position) for entry in found]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == 15


def test_a_line_is_found_by_its_sentence_as_it_is_read(database: Any) -> None:
    room = Room()
    closed = {"number": "2026-0004", "cause_fr": "Ampoule grillée", "cause_en": "Burnt lamp", "result_fr": "réparé"}
    opened = {"number": "2026-0004", "label_fr": "Mât couché", "label_en": "Mast down", "place": "rue Monge, Dijon"}
    room.do(Note(code="incidents.note.closed", params=closed), actor=REACTION)
    room.do(Note(code="incidents.note.opened", params=opened), actor=REACTION)
    room.do(Write(text="Équipe prévenue à la cœur de ville, n’attend que 50 %"))

    async def found(reader: Any) -> dict[str, list[str]]:
        asked = (
            "0004 clos",
            "événement 2026-0004 ouvert",
            "EVENEMENT 2026-0004 OUVERT : Mat couche",
            "event 2026-0004 closed",
            "equipe prevenue",
            "coeur n'attend 50 %",
            "label_fr",
            "0004 repris",
            "50_",
        )
        return {
            q: [one.code or "typed" for one in await search(reader, EVERYBODY, Wanted(q=q), catalogue())] for q in asked
        }

    said = _read(database, room, found)
    opening, closing = ["incidents.note.opened"], ["incidents.note.closed"]
    assert said == {
        "0004 clos": closing,
        "événement 2026-0004 ouvert": opening,
        "EVENEMENT 2026-0004 OUVERT : Mat couche": opening,
        "event 2026-0004 closed": closing,
        "equipe prevenue": ["typed"],
        "coeur n'attend 50 %": ["typed"],
        "label_fr": [],
        "0004 repris": [],
        "50_": [],
    }


def test_the_database_folds_as_the_search_does() -> None:
    assert len(_MARKS) == len(_PLAIN)
    assert "".join(map(fold, _MARKS)) == _PLAIN


def test_a_visa_belongs_to_its_line_however_many_were_put_since(database: Any) -> None:
    room = Room()
    room.do(Write(text="première"))
    room.do(Sign())
    room.do(Write(text="secret", compartment="police"))
    room.do(Sign(compartment="police"))
    for rank in range(KEPT_VISAS + 5):
        room.do(Write(text=str(rank)))
        room.do(Sign())
    room.do(Write(text="non visée"))
    # what police signed is known after sixty visas of the room: never signed twice
    with pytest.raises(Rejected):
        room.do(Sign(compartment="police"))

    async def under(reader: Any) -> tuple[list[Entry], Visas]:
        found = await search(reader, EVERYBODY, Wanted(), {})
        return found, Visas(await list_visas(reader, found))

    found, visas = _read(database, room, under)
    unsigned = [entry.text for entry in found if visas.find(entry) is None]
    assert unsigned == ["non visée"]
    assert {visas.find(entry).compartment for entry in found if entry.text == "secret"} == {"police"}  # type: ignore[union-attr]
    names = {CAMILLE.id or UUID(int=0): "Camille"}
    rows = printed(found, "fr", "Europe/Paris", names, visas)["rows"]
    assert [row[1] for row in rows if "visée par Camille" not in row[2]] == ["non visée"]
    content, _ = pack(found, SigningKey(bytes(range(32))), Wanted(), START, "x", "Europe/Paris", visas)
    assert content
    known = room.shown()
    with psycopg.connect(database.app) as connection:
        room.state = room.trade.load(connection)
    assert room.shown()["visas"] == known["visas"]
