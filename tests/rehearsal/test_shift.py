"""Voices of a shift: people answer, refuse, arrive late, put right what they say; the same seed says the same."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.model.time import HOUR, MINUTE, SECOND, Micros, from_iso
from beffroi.rehearsal.scenario import list_scenarios, read_scenario, schedule
from beffroi.rehearsal.shift.jobs import heard_code
from beffroi.rehearsal.shift.people import at_number, at_sign, bare
from beffroi.rehearsal.shift.types import Said
from beffroi.rehearsal.shift.wording import WORDS
from beffroi.rehearsal.world.world import World
from tests.rehearsal.small_plant import small_plant

NIGHT = from_iso("2025-06-21T21:00:00Z")
NUMBER = "06 39 98 12 34"
HEAD = 'title = { fr = "a", en = "a" }\nexpected = { fr = "a", en = "a" }\n'
JOB = "Départ A001/D1 déclenché, quatre points éteints."


def world_of(acts: str = "", seed: int = 7) -> World:
    world = World(small_plant(), seed, NIGHT)
    schedule(read_scenario(HEAD + acts, "essai"), world, NIGHT + SECOND)
    world.step(NIGHT + 30 * SECOND)
    return world


def step(do: str, fields: str = "", at: str = "0s") -> str:
    return f'[[step]]\nat = "{at}"\ndo = "{do}"\n{fields}\n'


def texts(world: World, direction: str = "heard") -> list[str]:
    return [said.text for said in world.shift.log if said.direction == direction]


TRIP = step("trip_circuit", 'circuit = "A001/D1"')


def test_a_crew_on_call_restores_three_of_four_when_it_says_so() -> None:
    hours = 'code = "A001/D1"\nen_route = "23:21"\non_site = "23:40"\navailable = "23:59"\nlost = 1'
    world = world_of(TRIP + step("job", hours))
    assert not world.bank.live[:4].any()
    world.shift.dial(NUMBER, JOB)
    world.step(NIGHT + 57 * MINUTE)
    assert not world.bank.live[:4].any(), "nothing comes back before the crew has worked"
    world.step(NIGHT + HOUR)
    said = {line.text: line.at for line in world.shift.log if line.direction == "heard"}
    when = {word: at for text, at in said.items() for word in ("en route", "sur", "disponible") if word in text.lower()}
    assert when["disponible"] == from_iso("2025-06-21T21:59:00Z")
    restored = next(text for text in said if "3 points revenus sur 4" in text or "3 sur 4" in text)
    lost = [code for code, mute in zip(world.plant.lamps.codes[:4], world.bank.mute[:4], strict=True) if mute]
    assert len(lost) == 1
    assert lost[0] in restored
    assert world.bank.live[:4].all()
    assert any(at == from_iso("2025-06-21T21:21:00Z") and "route" in text for text, at in said.items())
    assert any(at == from_iso("2025-06-21T21:40:00Z") for at in said.values())


def test_nobody_answers_the_first_attempt_then_somebody_does() -> None:
    world = world_of(step("no_answer") + TRIP)
    call = world.shift.dial(NUMBER, JOB)
    world.step(world.now + 40 * SECOND)
    assert call.state == "ended"
    assert texts(world, "line")[-1] == WORDS["asleep"][0]
    assert not texts(world)
    world.shift.dial(NUMBER, JOB)
    world.step(world.now + 40 * SECOND)
    assert "A001/D1" in texts(world)[1], "answered, then accepted"


def test_who_hangs_up_first_is_not_talked_to() -> None:
    world = world_of(TRIP)
    call = world.shift.dial(NUMBER, JOB)
    world.shift.hang_up(call.id)
    world.step(world.now + 5 * MINUTE)
    assert not texts(world)
    assert not world.shift.say(call.id, "allô")


def test_a_call_without_number_is_asked_again() -> None:
    world = world_of(TRIP)
    call = world.shift.dial(NUMBER)
    world.step(world.now + 26 * SECOND)
    assert call.state == "answered"
    assert world.shift.say(call.id, "une rue est dans le noir")
    world.step(world.now + 4 * SECOND)
    assert texts(world)[-1] in WORDS["what"]
    assert world.shift.say(call.id, "armoire A001")
    world.step(world.now + 10 * SECOND)
    assert not [one for one in world.shift.calls.values() if one.state != "ended"]
    world.step(world.now + 30 * MINUTE)
    assert any("A001/D1" in text for text in texts(world)), "at the cabinet, the tripped circuit is found"


def test_a_refusal_has_its_reason_and_nobody_leaves() -> None:
    world = world_of(TRIP + step("refusal", 'reason = "vehicle"'))
    world.shift.radio("Éclairage 3", JOB)
    world.step(world.now + 2 * HOUR)
    assert [text for text in texts(world) if "nacelle" in text] == texts(world)
    assert not world.bank.live[:4].any()


def test_a_late_crew_says_how_late_it_will_be() -> None:
    world = world_of(TRIP + step("delay", "minutes = 20") + step("refusal", 'reason = ""'))
    world.shift.refusals.clear()
    key = next(sign for sign in ("Éclairage 1", "Éclairage 2", "Éclairage 3") if not at_sign(7, sign).refuses)
    world.shift.radio(key, JOB)
    world.step(world.now + 3 * HOUR)
    assert any("20 minutes" in text for text in texts(world))
    assert world.bank.live[:4].all()
    assert not world.shift.missions[key.lower()].open


def test_a_dark_junction_follows_its_plan_again_when_the_crew_says_so() -> None:
    world = world_of(step("device", 'code = "F001"\npoints = { mode = 0.0 }'))
    world.shift.dial(NUMBER, "Carrefour F001 éteint.")
    world.step(world.now + 2 * MINUTE)
    assert world.life.altered["F001"] == {"mode": 0.0}
    world.step(world.now + 3 * HOUR)
    assert "PC de Astreinte 34, contrôleur F001 réarmé, retour au plan de feux." in texts(world)
    assert "F001" not in world.life.altered


def test_an_electrician_locks_a_circuit_out_around_a_mast_and_gives_it_back() -> None:
    job = step("job", 'code = "A001-3"\nconsign = "C-2026-118"') + step("mast_down", 'lamp = "A001-3"')
    world = world_of(job)
    world.shift.dial(NUMBER, "Mât couché, point A001-3, câbles à nu.")
    locked: list[bool] = []
    while not any("disponible" in text.lower() for text in texts(world)):
        world.step(world.now + MINUTE)
        locked.append(bool(world.grid.opened[0]))
        assert world.now < NIGHT + 4 * HOUR
    assert any(locked)
    assert not locked[-1]
    assert next(text for text in texts(world) if "C-2026-118" in text).startswith("PC de Astreinte 34, je consigne")
    assert world.bank.mute[2], "the mast lies there until it is replaced by day"


def test_the_restarted_modem_lets_the_cabinet_speak_again() -> None:
    world = world_of(step("links", 'cabinet = "A001"'))
    assert world.uplinks.is_down(0)
    world.shift.dial(NUMBER, "Armoire A001 muette, allez voir.")
    world.step(world.now + 3 * HOUR)
    assert not world.uplinks.is_down(0)


def test_what_was_said_before_a_restart_is_not_said_again() -> None:
    acts = step("voice", 'who = "PM 12"\ntext = "rien à signaler"') + step("no_answer")
    world = World(small_plant(), 7, NIGHT + HOUR)
    schedule(read_scenario(HEAD + acts, "essai"), world, NIGHT)
    world.step(NIGHT + HOUR + MINUTE)
    assert not world.shift.log
    assert not world.shift.unanswered


def test_who_is_told_something_without_number_takes_note() -> None:
    world = world_of()
    call = world.shift.dial(NUMBER, "Un mât est à terre avenue du Drapeau, pour information.")
    for _ in range(40):
        world.step(world.now + SECOND)
        if texts(world)[-1:] and texts(world)[-1] in WORDS["what"]:
            break
    assert world.shift.say(call.id, "aucun numéro, c'est pour information")
    world.step(world.now + 40 * SECOND)
    assert texts(world)[-1] in WORDS["noted"]
    assert not world.shift.missions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("départ A045/D3 rue Monge", "A045/D3"),
        ("armoire a045 départ 3", "A045/D3"),
        ("point A043-34, armoire A043", "A043-34"),
        ("armoire A088 sans tension", "A088"),
        ("poste P031", "P031"),
        ("rue Monge dans le noir", ""),
    ],
)
def test_painted_numbers_are_understood(text: str, code: str) -> None:
    assert heard_code(text) == code


def test_numbers_are_people_and_authorities() -> None:
    assert bare("+33 6 39 98 12 34") == "0639981234"
    assert at_number(1, NUMBER) == at_number(1, "0639981234")
    assert at_number(1, NUMBER).kind == "on_call"
    assert at_number(1, "18").sign == "CODIS 21"
    assert at_sign(1, "PM 12").kind == "patrol"
    assert at_sign(1, "Cadre d'astreinte").kind == "manager"


Deed = Callable[[World], object]
DEEDS: tuple[Deed, ...] = (
    lambda world: world.shift.dial(NUMBER, JOB),
    lambda world: world.shift.radio("PM 12", "essai radio"),
    lambda world: world.shift.radio("Éclairage 2", JOB),
    lambda world: world.shift.dial("18", "Mât couché avenue du Drapeau"),
)


def played(slices: list[int], deeds: dict[int, Deed]) -> list[Said]:
    world = World(small_plant(), 7, NIGHT)
    schedule(read_scenario(HEAD + TRIP + step("no_answer"), "essai"), world, NIGHT + SECOND)
    now: Micros = NIGHT
    for stop in sorted({*slices, *deeds, 150}):
        now = NIGHT + stop * MINUTE
        world.step(now)
        if stop in deeds:
            deeds[stop](world)
    return world.shift.log


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 149), max_size=12), st.dictionaries(st.integers(1, 90), st.sampled_from(DEEDS)))
def test_the_same_calls_are_answered_the_same_whatever_the_slices(slices: list[int], deeds: dict[int, Deed]) -> None:
    log = played(slices, deeds)
    assert log == played([], deeds)
    assert not deeds or log


def test_the_scenes_name_what_the_town_has(plant: object) -> None:
    from beffroi.rehearsal.plant.types import Plant

    assert isinstance(plant, Plant)
    names = ("shift_trip", "shift_trip_silent", "shift_cabinet_mute", "mast_down", "on_call_asleep", "post_falls",
             "four_at_once", "whole_night", "night_ends")  # fmt: skip
    scenarios = list_scenarios()
    world = World(plant, 1, NIGHT)
    for name in names:
        schedule(scenarios[name], world, NIGHT - 24 * HOUR)
    world.step(NIGHT + SECOND)
    assert not world.problems
