"""Scenario files: read, placed in time, refused with what to change."""

import pytest

from beffroi.model.time import HOUR, MINUTE, SECOND, Micros, from_iso
from beffroi.rehearsal.scenario import Scenario, ScenarioError, get_scenario, length, read_scenario, start_of
from beffroi.rehearsal.texts import TEXTS, say
from beffroi.rehearsal.world.acts import ActError, TripCircuit
from beffroi.rehearsal.world.night import changes_of, level_at, next_change
from beffroi.rehearsal.world.world import World
from tests.rehearsal.small_plant import PROGRAMME, small_plant

AFTER = from_iso("2025-06-21T12:00:00Z")
HEAD = 'title = { fr = "a", en = "a" }\nexpected = { fr = "a", en = "a" }\n'


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90 * SECOND), ("1m30s", 90 * SECOND), ("72h", 72 * HOUR), ("0.5s", SECOND // 2)]
)
def test_lengths(text: str, expected: Micros) -> None:
    assert length(text) == expected


@pytest.mark.parametrize("text", ["", "90", "1x", "s", "-3s"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"rehearsal\.bad_length"):
        length(text)


def test_the_sun_of_dijon() -> None:
    """19:40 UTC on 21 June and 15:52 UTC on 21 December 2025, within two minutes (mission, capability 11)."""
    for day, expected in (("2025-06-21", "19:40"), ("2025-12-21", "15:52")):
        dusk = changes_of(PROGRAMME, from_date(day))[0][0] - PROGRAMME.dusk_offset_min * MINUTE
        assert abs(dusk - from_iso(f"{day}T{expected}:00Z")) <= 2 * MINUTE


def from_date(day: str):  # type: ignore[no-untyped-def]
    from datetime import date

    return date.fromisoformat(day)


def test_a_night_has_its_steps_in_order() -> None:
    levels, at = [], AFTER
    for _ in range(5):
        at, level, _ = next_change(PROGRAMME, at)
        assert level_at(PROGRAMME, at) == level
        levels.append(level)
    assert levels == [100, 70, 50, 100, 0]


@pytest.mark.parametrize(
    ("start", "expected"),
    [("21:36", "2025-06-21T19:36:00Z"), ("13:00", "2025-06-22T11:00:00Z"), ("", "2025-06-21T12:00:00Z")],
)
def test_a_scenario_begins_at_its_next_hour(start: str, expected: str) -> None:
    scenario = Scenario(title={}, expected={}, start=start)
    assert start_of(scenario, PROGRAMME, AFTER) == from_iso(expected)


def test_dusk_is_before_the_lights() -> None:
    start = start_of(get_scenario("dusk"), PROGRAMME, AFTER)
    assert 29 * SECOND <= next_change(PROGRAMME, start)[0] - start <= 31 * SECOND


@pytest.mark.parametrize(
    "text",
    ["", "title = 3", HEAD + "[[step]]\ndo = 'fly'", HEAD + "[[step]]\ndo = 'mad'", HEAD + "nonsense = 1", "[["],
)
def test_a_bad_file_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_scenario(text, "mine")
    assert refused.value.code == "rehearsal.bad_scenario"
    assert "mine" in say(refused.value.code, refused.value.params)


def test_an_unknown_code_is_told() -> None:
    world = World(small_plant(), 1, AFTER)
    with pytest.raises(ActError) as refused:
        TripCircuit(circuit="A999/D9").play(world, AFTER)
    assert "A999/D9" in say(refused.value.code, refused.value.params, "en")


def test_every_sentence_exists_in_both_languages() -> None:
    assert all(set(text) == {"fr", "en"} and all(text.values()) for text in TEXTS.values())
