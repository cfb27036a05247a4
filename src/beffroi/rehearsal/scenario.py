"""Scenarios: small TOML files that say when the night begins and what happens in it."""

import re
import tomllib
from datetime import timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from beffroi.model.kinds import Text
from beffroi.model.time import MILLISECOND, Micros, from_datetime, to_datetime
from beffroi.rehearsal.plant.types import NightProgramme
from beffroi.rehearsal.shift.scenes import AnyScene
from beffroi.rehearsal.world.acts import Act, ActError, AnyAct
from beffroi.rehearsal.world.night import next_dawn, next_dusk
from beffroi.rehearsal.world.world import World

_UNITS = {"h": 3600, "m": 60, "s": 1}
_START = re.compile(r"(dusk|dawn|\d{2}:\d{2})([+-].+)?")
_LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


class ScenarioError(Exception):
    """A scenario that cannot be played: code and params, with what to change."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"acts": "step"}):
    """One scenario: `start` is when the city's clock begins ("dusk-30s", "dawn+2h", "02:30", empty: anywhere).

    `expected` says what the room must see. With `repeat` ("24h") the acts come again and again.
    """

    title: Text
    expected: Text
    start: str = ""
    repeat: str = ""
    acts: tuple[AnyAct | AnyScene, ...] = ()
    name: str = ""


def length(text: str) -> Micros:
    """Return µs of "90s", "1m30s", "72h" or "0.5s"; raises ScenarioError."""
    found = _LENGTH.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise ScenarioError("rehearsal.bad_length", text=text)
    seconds = sum(float(part) * factor for part, factor in zip(found.groups(), _UNITS.values(), strict=True) if part)
    return round(seconds * 1000) * MILLISECOND


def read_scenario(text: str, name: str) -> Scenario:
    """Return the scenario of a TOML text; ScenarioError says which field to change."""
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
        for act in scenario.acts:
            length(act.at)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioError("rehearsal.bad_scenario", name=name, problem=str(error)) from None
    return msgspec.structs.replace(scenario, name=name)


def list_scenarios(folder: Path | None = None) -> dict[str, Scenario]:
    """Return the scenarios that ship with Beffroi, then those of a folder of the city, by name."""
    ours = files("beffroi.rehearsal") / "scenarios"
    texts = {entry.name: entry.read_text("utf-8") for entry in ours.iterdir() if entry.name.endswith(".toml")}
    if folder is not None and folder.is_dir():
        texts.update({path.name: path.read_text("utf-8") for path in folder.glob("*.toml")})
    names = sorted(texts)
    return {name.removesuffix(".toml"): read_scenario(texts[name], name.removesuffix(".toml")) for name in names}


def get_scenario(name: str, folder: Path | None = None) -> Scenario:
    """Return a scenario by name; raises ScenarioError with the names that exist."""
    known = list_scenarios(folder)
    if name not in known:
        raise ScenarioError("rehearsal.no_scenario", name=name, known=", ".join(known))
    return known[name]


def start_of(scenario: Scenario, programme: NightProgramme, after: Micros) -> Micros:
    """Return the first time after another at which a scenario can begin, on a whole second."""
    if not scenario.start:
        return after
    found = _START.fullmatch(scenario.start)
    if not found:
        raise ScenarioError("rehearsal.bad_start", text=scenario.start)
    anchor, shift_text = found.groups()
    shift = 0 if not shift_text else length(shift_text[1:]) * (-1 if shift_text[0] == "-" else 1)
    when = _anchor(anchor, programme, after - shift) + shift
    return when - when % (1000 * MILLISECOND)


def _anchor(anchor: str, programme: NightProgramme, after: Micros) -> Micros:
    if anchor == "dusk":
        return next_dusk(programme, after)
    if anchor == "dawn":
        return next_dawn(programme, after)
    local = to_datetime(after).astimezone(ZoneInfo(programme.zone))
    when = local.replace(hour=int(anchor[:2]), minute=int(anchor[3:]), second=0, microsecond=0)
    return from_datetime(when if from_datetime(when) > after else when + timedelta(days=1))


def _play(act: Act, world: World, at: Micros) -> None:
    """Play an act; one that names what this city does not have is noted and stops nothing."""
    try:
        act.play(world, at)
    except ActError as error:
        world.problems.append((error.code, error.params))


def schedule(scenario: Scenario, world: World, begin: Micros) -> None:
    """Write the acts of a scenario in the world's agenda, counted from `begin`."""
    for act in scenario.acts:
        world.agenda.at(begin + length(act.at), partial(_play, act, world))
    if scenario.repeat:
        again = begin + length(scenario.repeat)
        world.agenda.at(again, partial(schedule, scenario, world))
