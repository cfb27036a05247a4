"""Where the duties meet other trades: the page of the relève, the main courante, work, the city's own routines."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from beffroi.access.purposes import DEFAULTS
from beffroi.duties import TRADE
from beffroi.duties import actions as ask
from beffroi.duties import events as told
from beffroi.duties.texts import TEXTS
from beffroi.duties.types import Target
from beffroi.journal.events import Erased, LineErased
from beffroi.model.time import HOUR
from beffroi.procedures import duty_rounds
from beffroi.procedures.erasures import duties as duty_erasures
from beffroi.procedures.lines import duties as duty_lines
from beffroi.procedures.start.routines import read
from beffroi.server.absent import empty_city
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.work.actions import Open
from beffroi.work.texts import SEEN
from tests.duties.hand import CAMILLE, START, Hand, paris


def line(event: Event) -> Line:
    return Line(7, START, START, CAMILLE, None, event)


def test_the_routines_that_come_with_beffroi_are_a_night(tmp_path: Path) -> None:
    hand = Hand(paris("2026-12-01T16:00"))
    hand.do(read(None, "Europe/Paris"))
    missed = hand.until(paris("2026-12-02T08:00"))
    assert [event.label["fr"] for event in missed if event.routine == "winter_patrol"] == ["Patrouille hivernale"]
    assert {event.routine for event in missed} == set(hand.state.routines)
    patrol = next(event for event in missed if event.routine == "winter_patrol")
    assert patrol.at == paris("2026-12-02T03:30")
    own = tmp_path / "routines.toml"
    own.write_text('[[routines]]\nname = "x"\nlabel = { fr = "X" }\nat = "01:00"\n', encoding="utf-8")
    assert [one.name for one in read(own, "Europe/Paris").routines] == ["x"]


@pytest.fixture
def in_paris(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TRADE, "zone", "Europe/Paris")


def test_what_the_room_is_told_holds_no_typed_text(in_paris: None) -> None:
    given = told.Instructed(
        instruction=uuid4(), text="Mme Durand, 06 39 98 00 00", begin=START, end=START + HOUR, desks=("lighting",)
    )
    label = {"fr": "Essai radio", "en": "Radio test"}
    done = told.Recorded(routine="radio", label=label, day="2026-03-10", at=START, result="done", remark="Mme Durand")
    missed = told.Missed(routine="radio", label=label, day="2026-03-10", at=START)
    ended = told.InstructionEnded(instruction=uuid4(), reason="mistake")
    round_ = told.RoundEnded(round=uuid4(), label="rue Monge", began_at=START, seen=42, faults=3)
    notes: list[Any] = [
        note for event in (given, done, missed, ended, round_) for note in duty_lines.note(line(event), empty_city())
    ]
    said = [TEXTS[note.code]["fr"].format(**note.params) for note in notes]
    assert said == [
        "Consigne donnée (Éclairage), jusqu'au 10/03/2026 21:45",
        "Essai radio (20:45) : fait",
        "Non fait : Essai radio (20:45)",
        "Consigne levée : erreur",
        "Tournée de nuit, rue Monge : 42 points vus, 3 défauts",
    ]
    assert "Durand" not in str(notes)
    about = told.Reminded(reminder=uuid4(), text="appel 2", due_at=START, target=Target("incident", uuid4()))
    assert duty_lines.note(line(about), empty_city()) == []
    by_time = told.InstructionEnded(instruction=uuid4(), reason="time")
    assert duty_lines.note(line(by_time), empty_city()) == []


def test_every_fault_of_the_round_has_its_words() -> None:
    keys = (Path(__file__).parents[2] / "web/desk/src/rooms/duties/round.ts").read_text(encoding="utf-8")
    block = keys.partition("FAULT_KEYS")[2].partition("};")[0]
    asked = {part.split("'")[1] for part in block.split(",") if "'" in part}
    assert asked - {"lamp_fault"} == set(SEEN)
    seen = told.Observed(observation=uuid4(), round=uuid4(), asset=UUID(int=4), fault="bowl_broken")
    (opened,) = duty_rounds.open_item(line(seen), empty_city())
    assert isinstance(opened, Open)
    assert (opened.faults[0].asset, opened.faults[0].fault) == (UUID(int=4), "bowl_broken")


def test_texts_leave_with_the_journals() -> None:
    for purpose in ("instruction", "reminder", "routine"):
        assert purpose in DEFAULTS
        assert duty_erasures.forget(line(Erased(purpose=purpose, before=5)), empty_city()) == [
            ask.Forget(purpose=purpose, before=5)
        ]
    assert duty_erasures.forget(line(Erased(purpose="logbook", before=5)), empty_city()) == []
    erased = LineErased(position=3, reason="x")
    assert duty_erasures.forget(line(erased), empty_city()) == [ask.Forget(position=3)]
