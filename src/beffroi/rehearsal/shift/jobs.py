"""What a crew finds at a painted number, and what it does there: the street changes when the crew says so."""

from __future__ import annotations

import re
from typing import Literal

import msgspec
import numpy as np

from beffroi.model.time import Micros
from beffroi.rehearsal.world.acts import Device, LampFault, RearmCircuit
from beffroi.rehearsal.world.street import Street

Trouble = Literal["tripped", "no_mains", "mute", "mast", "lamp", "device", "none"]

_CODE = re.compile(r"\b([APF]\d{3})\b(?:\s*[/·,]?\s*(?:D|d[ée]part\s+)(\d)\b|-(\d+)\b)?", re.IGNORECASE)


class Found(msgspec.Struct, frozen=True):
    """What is wrong at a code; `place` is where it stands in the list of the plant that its kind belongs to."""

    code: str
    trouble: Trouble
    place: int


class Repair(msgspec.Struct, frozen=True):
    """What came back: `left` are the painted numbers that did not, of `total`."""

    total: int = 0
    left: tuple[str, ...] = ()


def heard_code(text: str) -> str:
    """Return the painted number that a sentence names, a circuit rather than a cabinet, empty when there is none."""
    found = [_written(match) for match in _CODE.finditer(text)]
    return max(found, key=len) if found else ""


def _written(match: re.Match[str]) -> str:
    owner, circuit, lamp = match.groups()
    return owner.upper() + (f"/D{circuit}" if circuit else f"-{lamp}" if lamp else "")


def look(world: Street, code: str) -> Found:
    """Return what somebody on site sees at a code."""
    plant, grid, bank = world.plant, world.grid, world.bank
    if code in plant.circuits.codes:
        place = plant.circuits.codes.index(code)
        return Found(code, "tripped" if grid.tripped[place] else _supply(world, plant.circuits.cabinet[place]), place)
    if code in plant.cabinets.codes:
        place = plant.cabinets.codes.index(code)
        tripped = [one for one in grid.circuits_of(place) if grid.tripped[one]]
        return Found(plant.circuits.codes[tripped[0]], "tripped", tripped[0]) if tripped else _cabinet(world, place)
    if code in plant.lamps.codes:
        place = plant.lamps.codes.index(code)
        dead = bool(bank.faulty[place] or bank.mute[place])
        return Found(code, "mast" if code in world.shift.masts else "lamp" if dead else "none", place)
    if code in world.life.altered:
        return Found(code, "device", -1)
    return Found(code, "none", -1)


def _supply(world: Street, cabinet: np.int32) -> Trouble:
    found = _cabinet(world, int(cabinet)).trouble
    return "none" if found == "mute" else found


def _cabinet(world: Street, cabinet: int) -> Found:
    mains = bool(world.grid.mains[cabinet])
    mute = any(world.uplinks.is_down(gateway) for gateway in gateways(world, cabinet))
    trouble: Trouble = "no_mains" if not mains else "mute" if mute else "none"
    return Found(world.plant.cabinets.codes[cabinet], trouble, cabinet)


def gateways(world: Street, cabinet: int) -> list[int]:
    """List the gateways of a cabinet."""
    return [int(place) for place in np.flatnonzero(world.plant.gateways.cabinet == cabinet)]


def repair(world: Street, found: Found, lost: int, at: Micros) -> Repair:
    """Put right what can be put right on site; returns what came back."""
    if found.trouble == "tripped":
        RearmCircuit(circuit=found.code, lost=lost).play(world, at)
        lamps = world.grid.lamps_of(found.place)
        left = tuple(world.plant.lamps.codes[lamp] for lamp in lamps if world.bank.mute[lamp])
        return Repair(len(lamps), left)
    if found.trouble == "mute":
        cabinet = world.plant.cabinets.codes.index(found.code)
        world.restore_links(gateways(world, cabinet), at)
    elif found.trouble == "lamp":
        LampFault(codes=(found.code,), repaired=True).play(world, at)
    elif found.trouble == "device":
        Device(code=found.code).play(world, at)
    return Repair()
