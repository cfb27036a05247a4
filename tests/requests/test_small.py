"""Codes, the limiter, the switchboard's steps, sentences to read aloud, sheets."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.model.actor import SYSTEM
from beffroi.model.calls import CallNews
from beffroi.model.ids import uuid7
from beffroi.model.time import MINUTE, SECOND
from beffroi.procedures.calls import sheets as call_sheets
from beffroi.procedures.calls.matches import sentence_of, spoken_time
from beffroi.procedures.calls.sheets import find_sheets, read_sheets
from beffroi.procedures.calls.switchboard import steps_of
from beffroi.procedures.calls.telling import step_of
from beffroi.requests import evolve, ringing, rows
from beffroi.requests.actions import Progress
from beffroi.requests.codes import ALPHABET, LENGTH, code_of, read_code
from beffroi.requests.events import Rang
from beffroi.requests.limiter import BURST, KEPT, Limiter
from beffroi.requests.numbers import phone_key
from beffroi.requests.texts import TEXTS
from beffroi.requests.types import Call, Owed, Request, RequestsState
from beffroi.server.absent import empty_city
from beffroi.server.feed.rows import Rows
from beffroi.trade.line import Line

AT = 1_750_534_620 * SECOND
"""21 June 2025, 21:37 in Dijon."""


@given(st.integers(0, 2**74 - 1), st.integers(0, 2**48 - 1))
def test_a_code_holds_the_random_bits_and_only_them(bits: int, ms: int) -> None:
    def of(clock_ms: int) -> str:
        parts = iter([bits >> 62, bits & (2**62 - 1)])
        return code_of(uuid7(clock_ms * 1000, lambda _count: next(parts)))

    assert of(ms) == of(0)
    assert read_code(of(ms).lower().replace("-", " ")) == of(ms)


def test_a_code_cannot_be_guessed() -> None:
    assert len(ALPHABET) ** LENGTH > 2**64
    assert not set("01ILOU") & set(ALPHABET)
    assert code_of(UUID(int=1)) != code_of(UUID(int=2))


@pytest.mark.parametrize("typed", ["", "abc", "AAAAA-BBBBB-CCCC!", "A" * 16, "é" * 15])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) == ""


def test_one_address_is_slowed_and_another_is_not() -> None:
    limiter = Limiter()
    assert [limiter.wait_s("a", 0.0) for _ in range(int(BURST))] == [0.0] * int(BURST)
    assert limiter.wait_s("a", 0.0) > 0
    assert limiter.wait_s("b", 0.0) == 0
    assert limiter.wait_s("a", 7.0) == 0


def test_a_crowd_is_slowed_and_memory_is_bounded() -> None:
    limiter = Limiter()
    passed = sum(limiter.wait_s(f"10.0.{one // 250}.{one % 250}", 0.0) == 0 for one in range(2 * KEPT))
    assert passed == 100
    assert len(limiter._buckets) == KEPT


def news(state: str, **more: Any) -> CallNews:
    return CallNews(call="1.1", state=state, rang_at=AT, since=AT + SECOND, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "told", "steps"),
    [
        (None, "waiting", ["requests.rang"]),
        (None, "talking", ["requests.rang", "requests.answered_call"]),
        (None, "ended", ["requests.rang", "requests.hung_up"]),
        ("waiting", "waiting", []),
        ("waiting", "talking", ["requests.answered_call"]),
        ("picking_up", "talking", ["requests.answered_call"]),
        ("talking", "ended", ["requests.hung_up"]),
        ("ended", "ended", []),
        ("abandoned", "ended", []),
        ("talking", "talking", []),
    ],
)
def test_the_switchboard_brings_the_room_to_what_the_exchange_tells(
    known: str | None, told: str, steps: list[str]
) -> None:
    call = Call(id="1.1", state=known, rang_at=AT) if known else None  # type: ignore[arg-type]
    assert [action.action_type() for action, _ in steps_of(call, news(told), simulated=False)] == steps


@pytest.mark.parametrize(
    ("known", "told", "steps"),
    [
        ("waiting", news("ended", answered_at=AT + 1, extension="201"), ["requests.answered_call", "requests.hung_up"]),
        (None, news("ended", answered_at=AT + 1), ["requests.rang", "requests.answered_call", "requests.hung_up"]),
        ("talking", news("ended", answered_at=AT + 1), ["requests.hung_up"]),
        ("picking_up", news("waiting"), ["requests.pick_up_failed"]),
        (None, news("talking", found=True), []),
        ("waiting", news("talking", found=True, answered_at=AT + 1), ["requests.answered_call"]),
    ],
)
def test_what_happened_while_the_core_was_away_is_told_as_it_was(
    known: str | None, told: CallNews, steps: list[str]
) -> None:
    call = Call(id="1.1", state=known, rang_at=AT) if known else None  # type: ignore[arg-type]
    made = steps_of(call, told, simulated=False)
    assert [action.action_type() for action, _ in made] == steps
    answered = [at for action, at in made if action.action_type() == "requests.answered_call"]
    assert answered in ([], [AT + 1])


def test_only_a_simulated_exchange_says_what_callers_say() -> None:
    ((rang, at),) = steps_of(None, news("waiting", said="bonjour"), simulated=False)
    assert (rang.said, at) == ("", AT)  # type: ignore[attr-defined]
    ((rang, _),) = steps_of(None, news("waiting", said="bonjour"), simulated=True)
    assert rang.said == "bonjour"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("crew", "expected", "taken", "code"),
    [
        ("on_site", AT + MINUTE, True, "requests.say.on_site"),
        ("engaged", AT + 45 * MINUTE, True, "requests.say.expected"),
        ("engaged", AT - MINUTE, True, "requests.say.engaged"),
        ("en_route", None, True, "requests.say.en_route"),
        ("", None, True, "requests.say.taken"),
        ("", None, False, "requests.say.known"),
    ],
)
def test_the_sentence_never_promises_a_time_that_is_past(
    crew: str, expected: int | None, taken: bool, code: str
) -> None:
    said, at = sentence_of(crew, expected, taken, AT)
    assert said == code
    assert code in TEXTS
    if at is not None:
        assert spoken_time(at, ZoneInfo("Europe/Paris"), "fr") == "22\u00a0h\u00a025"
        assert spoken_time(at, ZoneInfo("Europe/Paris"), "en") == "22:25"


def test_every_text_exists_in_both_languages() -> None:
    assert all(texts["fr"] and texts["en"] for texts in TEXTS.values())


def test_sheets_are_found_by_their_words_and_a_city_corrects_them(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert find_sheets(read_sheets(), "carte d'identité")[0].name == "identity_card"
    (tmp_path / "own.toml").write_text(
        '[[sheet]]\nname = "identity_card"\ntitle = { fr = "Carte", en = "Card" }\n'
        'answer = { fr = "Ici.", en = "Here." }\n',
        "utf-8",
    )
    (tmp_path / "broken.toml").write_text("[[sheet]]\nname = 3\n", "utf-8")
    (tmp_path / "latin.toml").write_text("[[sheet]]\nname = 'été'\n", "latin-1")
    found = {sheet.name: sheet for sheet in read_sheets(tmp_path)}
    assert found["identity_card"].answer["fr"] == "Ici."


@pytest.mark.parametrize("typed", ["06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234", "06.39.98.12.34",
                                   "+33 (0)6 39 98 12 34", "33639981234", "00 33 (0) 6.39.98.12.34"])  # fmt: skip
def test_a_number_is_found_again_however_it_was_typed(typed: str) -> None:
    assert phone_key(typed) == "0639981234"


def test_what_is_owed_a_call_stays_on_the_screen_whatever_comes_after() -> None:
    state = RequestsState()
    for place in range(rows.SHOWN + 10):
        owed: Any = {"state": "call_back"} if place == 0 else {"state": "recorded"}
        one = Request(id=UUID(int=place), code=str(place), position=place, happened_at=AT, recorded_at=AT, author=None,
                      **owed)  # fmt: skip
        evolve.put(state, one)
    message = Owed(id=UUID(int=9), request=UUID(int=1), step="closed", round=0, channel="phone", created_at=AT)
    message.state = "by_phone"
    evolve.owe(state, message)
    for place in range(rows.SHOWN_CALLS + 60):
        kept: Any = {"state": "abandoned", "number_known": place == 0} if place < 50 else {"state": "ended"}
        state.calls[str(place)] = Call(id=str(place), rang_at=AT + place, **kept)
    shown = list(rows.snapshot(state, empty_city()))
    requests = [one.id for one in shown if one.topic == "requests"]
    assert (requests[:3], len(requests)) == ([UUID(int=0), UUID(int=1), UUID(int=10)], rows.SHOWN + 2)
    assert [one.id for one in shown if one.stays] == [UUID(int=0), UUID(int=1), "0"]
    assert len([one for one in shown if one.topic == "calls"]) == 50
    # neither the feed's window nor a memory that is full pushes it out
    feed = Rows({"requests": 5})
    for one in shown[:10]:
        feed.set(one.topic, one.id, one)
    assert b"call_back" in bytes(feed.topics()["requests"][0].raw)
    ring = Line(1, AT, AT, SYSTEM, None, Rang(call="new", queue=""))
    full = RequestsState(calls={str(n): Call(id=str(n), state="abandoned", rang_at=n, number_known=n == 0)
                                for n in range(ringing.KEPT_CALLS)})  # fmt: skip
    evolve.apply(full, ring)
    assert "0" in full.calls
    assert "1" not in full.calls


def test_a_sheet_corrected_in_its_folder_is_read_once_and_at_once(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    reads: list[Any] = []
    real = call_sheets.read_sheets
    monkeypatch.setattr(call_sheets, "read_sheets", lambda own: (reads.append(own), real(own))[1])
    shelf = call_sheets.SheetShelf(tmp_path)
    asyncio.run(shelf.current())
    asyncio.run(shelf.current())
    assert len(reads) == 1
    (tmp_path / "own.toml").write_text(
        '[[sheet]]\nname = "own"\ntitle = { fr = "A", en = "A" }\nanswer = { fr = "B", en = "B" }\n', "utf-8"
    )
    assert "own" in {one.name for one in asyncio.run(shelf.current())}
    assert len(reads) == 2


@pytest.mark.parametrize(
    ("crew", "taken", "resolved", "step"),
    [
        ("", False, False, None), ("", True, False, "in_progress"), ("engaged", False, False, "in_progress"),
        ("en_route", True, False, "in_progress"), ("on_site", True, False, "on_site"),
        ("made_safe", True, False, "on_site"), ("on_site", True, True, "done"),
    ],
)  # fmt: skip
def test_who_joins_an_event_is_brought_to_where_it_is(crew: str, taken: bool, resolved: bool, step: str | None) -> None:
    event = UUID(int=1)
    engaged: Any = [SimpleNamespace(incident=event, open=True, state=crew, expected_at=AT)] if crew else []
    found = step_of(taken, resolved, engaged, event)
    assert (found.step if found else None) == step
    assert step != "in_progress" or found == Progress(
        incident=event, step="in_progress", expected_at=AT if crew else None
    )
