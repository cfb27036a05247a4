"""The standby pack: everything of the post on paper, for whom may see it, until its end date, escaped."""

import asyncio
from errno import ENOSPC
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from beffroi.directory.actions import Entry, SetContact
from beffroi.directory.types import Phone
from beffroi.incidents.actions import Open
from beffroi.model.actor import Actor
from beffroi.model.scope import Grant, Rights
from beffroi.model.time import HOUR, SECOND
from beffroi.procedures.pack.hourly import keep
from beffroi.procedures.pack.making import make_pack
from beffroi.procedures.pack.page import POLICY, render
from beffroi.procedures.pack.sections import MOST
from beffroi.procedures.pack.types import KEPT_FOR, Pack
from beffroi.server.wiring import find_trades
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, trusted
from beffroi.trade.line import Line
from tests.alarms.town import PERSON, START, Desk, Town

NOW = START + 4 * HOUR


class Rooms:
    """The rooms of the post in memory, driven by their own decisions."""

    zone = "Europe/Paris"
    demo = False

    def __init__(self) -> None:
        self.desk = Desk(Town(cabinets=1, circuits=1, lamps=3))
        self.city = self.desk.town.city
        self.trades = {trade.name: trade for trade in find_trades()}
        self.states: dict[str, Any] = {name: trade.empty() for name, trade in self.trades.items()}
        self.states["alarms"] = self.desk.state

    def state(self, trade: str) -> Any:
        return self.states[trade]

    def do(self, action: Action) -> Any:
        name = action.action_type().split(".")[0]
        trade, state = self.trades[name], self.states[name]
        context = Context(NOW, NOW, PERSON, Rights(), self.desk.ids, self.city)
        events = trade.decide(state, action, context)
        for place, event in enumerate(events, start=1):
            trade.apply(state, Line(place, NOW, NOW, PERSON, None, event))
        return events[0]

    def pack(self, caller: Caller | None = None, lang: str = "fr") -> Pack:
        caller = caller or trusted(Actor(kind="system"))
        return asyncio.run(make_pack(self, caller, lang, NOW, "Camille"))


def cells(pack: Pack, name: str) -> list[list[str]]:
    return next(section.rows for section in pack.sections if section.name == name)


def seeing(*trades: str) -> Caller:
    grants = (Grant(trades=frozenset(trades)),)
    return Caller(actor=Actor(kind="person", id=UUID(int=7)), rights=Rights(grants={"view": grants}))


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


def test_an_empty_post_still_has_every_table_and_its_forms(rooms: Rooms) -> None:
    pack = rooms.pack()
    assert len(pack.sections) == 16
    assert all(not section.rows and section.empty == "Néant." for section in pack.sections)
    assert [form.name for form in pack.forms] == ["event_sheet", "log_sheet", "call_sheet"]
    assert pack.until == NOW + KEPT_FOR
    assert pack.ends in pack.warning


def test_open_events_alarms_and_people_are_in_it(rooms: Rooms) -> None:
    rooms.do(Open(what="mât couché", place="avenue du Drapeau", lon=5.03, lat=47.33))
    rooms.desk.cross([rooms.desk.town.get("A001/D1")], "tripped")
    rooms.desk.advance(5)
    entry = Entry(
        organisation="Enedis",
        function="Chef de quart",
        phones=[Phone("03 80 00 00 00")],
        name="Sacha Martin",
        category="network",
    )
    rooms.do(SetContact(entry=entry))
    pack = rooms.pack()
    (incident,) = cells(pack, "incidents")
    assert "mât couché" in incident[1]
    assert incident[2] == "avenue du Drapeau"
    assert any("Dijon · A001/D1" in row[2] for row in cells(pack, "alarms"))
    (contact,) = cells(pack, "directory")
    assert contact[1:3] == ["Sacha Martin", "03 80 00 00 00"]


def test_a_masked_event_tells_others_only_not_to_go_there(rooms: Rooms) -> None:
    # words of the police: masked from its opening
    rooms.do(Open(what="rodéo, individu armé", place="rue Secrète", lon=5.03, lat=47.33))
    (mine,) = cells(rooms.pack(seeing("police")), "incidents")
    (other,) = cells(rooms.pack(seeing("lighting")), "incidents")
    assert "individu armé" in mine[1]
    assert other[1] == "Intervention en cours, ne pas engager d'équipe"
    assert "armé" not in render(rooms.pack(seeing("lighting")))


def test_english_is_complete_and_texts_are_escaped(rooms: Rooms) -> None:
    rooms.do(Open(what="<script>alert(1)</script> & fils", place='rue "B"', lon=5.03, lat=47.33))
    page = render(rooms.pack(lang="en"))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; fils" in page
    assert "Standby pack" in page
    assert "Dossier" not in page
    assert "sha256-" in POLICY


def test_a_storm_is_counted_the_directory_is_whole(rooms: Rooms) -> None:
    for number in range(MOST + 5):
        rooms.do(SetContact(entry=Entry(organisation=f"Service {number}", phones=[Phone("0380")])))
        rooms.do(Open(what=f"fait {number}", place="rue Monge", lon=5.0, lat=47.3))
    pack = rooms.pack()
    assert len(cells(pack, "incidents")) == MOST
    assert next(one for one in pack.sections if one.name == "incidents").left_out == 5
    assert len(cells(pack, "directory")) == MOST + 5


def test_packs_of_the_server_are_closed_and_leave_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    for hour in range(30):
        keep(folder, "<html></html>", START + hour * HOUR)
    kept = sorted(folder.iterdir())
    assert len(kept) == 24
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)
    keep(folder, "<html></html>", START + 90 * HOUR + SECOND)
    assert len(list(folder.iterdir())) == 1


def test_a_full_disk_is_told_and_the_last_pack_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pack"
    keep(folder, "<html></html>", START)

    def full(*_: object, **__: object) -> int:
        raise OSError(ENOSPC, "no space left")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space left"):
        keep(folder, "<html></html>", START + 30 * HOUR)
    assert [file.suffix for file in folder.iterdir()] == [".html"]
