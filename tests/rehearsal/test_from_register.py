"""A real city from its register: lights with and without cabinets, everything plays."""

import json
from typing import Any, cast

import pytest

from beffroi.model.time import MINUTE, from_iso
from beffroi.rehearsal.plant.from_register import plant_of_register
from beffroi.rehearsal.player.door import Door, DoorError
from beffroi.rehearsal.prepare import create_sources
from beffroi.rehearsal.world.world import World


class Pages:
    """Answers `/api/assets` from rows, two a page, as the register does."""

    def __init__(self, **rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    def get(self, path: str, kind: str, limit: int, after: int) -> dict[str, Any]:
        assert path == "/api/assets"
        rows = self._rows.get(kind, [])
        page = rows[after + 1 : after + 3]
        end = after + len(page)
        return {"items": page, "total": len(rows), "next": end if end + 1 < len(rows) else None}


def row(code: str, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"id-{code}", "code": code, "parent": parent, "state": "in_service", "management": "point",
        "commune": "34172", "rhythm": "permanent", "installed_on": "", "characteristics": {}, "lon": 3.87, "lat": 43.61,
    } | fields  # fmt: skip


def plant_of(**rows: list[dict[str, Any]]) -> Any:
    return plant_of_register(cast(Door, Pages(**rows)))


def test_lights_alone_are_spoken_for_by_sources_of_ours() -> None:
    lights = [row(f"L{n:05d}", lon=3.8 + n * 1e-4, lat=43.6) for n in range(100)]
    plant = plant_of(street_light=lights, vehicle=[row("V1")], junction=[row("F1")])
    assert sorted(plant.lamps.codes) == [light["code"] for light in lights]
    assert all(name.startswith("sim-") for name in plant.sources())
    assert not any(plant.circuits.codes)
    said = World(plant, 1, from_iso("2025-10-16T20:00:00Z")).step(from_iso("2025-10-16T20:00:00Z") + MINUTE)
    text = b"".join(message.payload for message in said)
    assert all(f'"a":"{light["code"]}"'.encode() in text for light in lights)
    assert b'"a":""' not in text


def test_known_feeders_and_gateways_are_kept() -> None:
    gateway = {"gateway": "gw-7", "power_w": 40, "lamp": "SHP"}
    plant = plant_of(
        cabinet=[row("A1", characteristics={"gateway": "gw-7"})],
        circuit=[row("A1/D1", "id-A1"), row("A1/D2", "id-A1")],
        street_light=[
            row("A1-1", "id-A1/D1", characteristics=gateway),
            row("A1-2", "id-A1/D2", characteristics=gateway),
            row("A1-3", "id-A1"),
            row("X-1"),
            row("N-1", management="none"),
        ],
    )
    by_code = dict(zip(plant.lamps.codes, plant.lamps.circuit.tolist(), strict=True))
    assert plant.circuits.codes[by_code["A1-1"]] == "A1/D1"
    assert plant.circuits.codes[by_code["A1-3"]] == ""
    assert plant.cabinets.codes[int(plant.circuits.cabinet[by_code["A1-3"]])] == "A1"
    assert plant.gateways.sources[int(plant.cabinets.gateway[0])] == "gw-7"
    assert "N-1" not in by_code
    assert plant.lamps.sodium.sum() == 2


def test_a_city_without_lights_says_so() -> None:
    with pytest.raises(DoorError, match="no_lights"):
        plant_of(junction=[row("F1")])


class Actions:
    """Keeps the actions asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, fields: dict[str, Any]) -> None:
        self.asked.append((path, fields))


def test_sources_of_ours_may_speak_for_what_they_say() -> None:
    lights = [row(f"L{n:05d}", lon=3.8 + n * 1e-4, lat=43.6) for n in range(100)]
    known = row("A1-1", "id-A1", characteristics={"gateway": "gw-7"})
    plant = plant_of(cabinet=[row("A1"), row("A2")], circuit=[row("A1/D1", "id-A1")], street_light=[*lights, known])
    door = Actions()
    create_sources(cast(Door, door), plant, dict.fromkeys(plant.sources(), "secret"), lambda _: None)
    [(path, fields)] = door.asked
    assert path == "/api/actions/telemetry.create_sources"
    may = {source["name"]: set(source["assets"]) for source in fields["sources"]}
    now = from_iso("2025-10-16T20:00:00Z")
    for message in World(plant, 1, now).step(now + 20 * MINUTE):
        if message.source.startswith("sim-") and message.payload.startswith(b"["):
            assert {item["a"] for item in json.loads(message.payload)} <= may[message.source]
    assert may["gw-7"] == set(), "the register says itself what its gateways speak for"
