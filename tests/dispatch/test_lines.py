"""The automatic lines of the main courante: one for what matters, whole in both languages, naming nobody."""

import re

import pytest

from beffroi.dispatch import actions, events
from beffroi.dispatch.calling import ESCALATION
from beffroi.dispatch.engaging import ANSWER
from beffroi.dispatch.texts import TEXTS
from beffroi.logbook.actions import Note
from beffroi.model.time import HOUR
from beffroi.procedures.events.crews import follow
from beffroi.procedures.lines.dispatch import REACTION, note
from tests.dispatch.room import LIT, Post, alone, post


def notes(room: Post) -> list[Note]:
    found: list[Note] = []
    for line in room.lines:
        if type(line.event) in REACTION.listens:
            found += note(line, room.city)  # type: ignore[arg-type]
    return found


def whole_night() -> Post:
    room = alone()
    called = room.do(actions.CallAttempt(incident=LIT))[0]
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="no_answer"))
    room.time_passes(ESCALATION)
    room.do(actions.CallAttempt(incident=LIT))
    room.do(actions.TellOutcome(call_out=called.call_out, outcome="reached"))
    held = next(iter(room.state.engagements))
    for state in ("en_route", "on_site", "made_safe"):
        room.do(actions.TellState(engagement=held, state=state))
    room.do(actions.TellState(engagement=held, state="made_safe"), at=room.now - 60_000_000)
    moved = room.do(actions.TellState(engagement=held, state="available"))[0]
    room.do(actions.UndoState(engagement=held, move=moved.move))
    room.do(actions.Disengage(engagement=held))
    room.do(actions.DoNotWake(incident=LIT, until=room.now + HOUR, criteria=("no_danger", "few_points")))
    room.time_passes(HOUR)
    room.do(actions.CallAttempt(incident=LIT))
    for _ in range(3):
        room.time_passes(ESCALATION)
    return room


def day() -> Post:
    room = post()
    room.do(actions.Engage(incident=LIT, crew=room.crews["E1"]))
    room.time_passes(ANSWER)
    held = next(iter(room.state.engagements))
    room.do(actions.Refuse(engagement=held, reason="vehicle"))
    room.do(actions.Engage(incident=LIT, crew=room.crews["R1"], support=True))
    return room


def test_what_is_written_of_a_night() -> None:
    codes = [one.code.removeprefix("dispatch.note.") for one in notes(whole_night())]
    assert codes == [
        *("attempted", "no_answer", "escalated", "attempted", "reached", "on_site", "made_safe", "corrected"),
        *("available", "undone", "released", "not_woken", "resumed", "attempted", "escalated", "exhausted"),
    ]


def test_what_is_written_of_a_day() -> None:
    codes = [one.code.removeprefix("dispatch.note.") for one in notes(day())]
    assert codes == ["engaged_in", "unanswered", "refused", "engaged"]


@pytest.mark.parametrize("room", [whole_night(), day()], ids=["night", "day"])
def test_every_sentence_is_whole_and_names_nobody(room: Post) -> None:
    for one in notes(room):
        assert one.incident == LIT
        for sentence in TEXTS[one.code].values():
            said = sentence.format_map(one.params)
            assert "D-2025-1" in said
            assert not re.search(r"Appel \d\b.*06|Cadre|Agent ", said)


def test_a_closed_event_releases_its_crews() -> None:
    from beffroi.incidents.events import Closed

    room = day()
    closed = Closed(incident=LIT, number="D-2025-1", cause="protection", result="repaired")
    line = room.lines[-1]
    (asked,) = follow(type(line)(99, room.now, room.now, line.actor, None, closed), room.city)
    assert isinstance(room.do(asked, None)[0], events.Disengaged)
