"""Six streets with numbered houses and painted masts, imported as any city is; an event under way on one circuit."""

import gzip
import json
import time
from collections.abc import Iterable
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any

COMMUNE = "21231"
WEST, SOUTH = 5.0300, 47.3150
STREETS = [
    ("Rue Berbisey", "A045", 3), ("Rue Monge", "A045", 4), ("Avenue du Drapeau", "A012", 1),
    ("Rue de la Liberté", "A012", 2), ("Boulevard de la Trémouille", "A033", 1), ("Place Wilson", "A033", 2),
]  # fmt: skip
HOUSES, LAMP_EVERY = 30, 2
STEP = 0.0003


def places() -> list[tuple[str, str, int, int, float, float]]:
    """Return (street, cabinet, circuit, house number, lon, lat), streets 400 m apart."""
    return [
        (name, cabinet, circuit, 2 * house, WEST + STEP * house, SOUTH + 0.004 * rank)
        for rank, (name, cabinet, circuit) in enumerate(STREETS)
        for house in range(1, HOUSES + 1)
    ]


def _street(rank: int, name: str) -> dict[str, Any]:
    ends = [[WEST, SOUTH + 0.004 * rank], [WEST + STEP * (HOUSES + 1), SOUTH + 0.004 * rank]]
    facts = {"id": rank, "name": name, "code": f"R{rank}", "class": "street", "direction": "both"}
    return {"type": "Feature", "properties": facts, "geometry": {"type": "LineString", "coordinates": ends}}


def files() -> dict[str, str]:
    """Return the files of the import."""
    rows = places()
    lines = [_street(rank, name) for rank, (name, _, _) in enumerate(STREETS)]
    west, south, east, north = WEST - 0.01, SOUTH - 0.01, WEST + 0.03, SOUTH + 0.04
    square = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    commune = {"type": "Feature", "properties": {"id": COMMUNE, "name": "Dijon", "population": 159_000},
               "geometry": {"type": "Polygon", "coordinates": [square]}}  # fmt: skip
    cabinets = {cabinet: (lon, lat, name) for name, cabinet, _, number, lon, lat in rows if number == 2}
    circuits = {
        (cabinet, circuit): (lon, lat, name) for name, cabinet, circuit, number, lon, lat in rows if number == 2
    }
    numbered: dict[str, int] = {}
    lamps = []
    for name, cabinet, circuit, number, lon, lat in rows:
        if number // 2 % LAMP_EVERY == 0:
            numbered[cabinet] = numbered.get(cabinet, 0) + 1
            code = f"{cabinet}-{numbered[cabinet]}"
            lamps.append(
                f"{code},{lon},{lat},{COMMUNE},{name},{number},{cabinet}/D{circuit},2020,point,permanent,LED,60,"
            )
    return {
        "communes.geojson": json.dumps({"type": "FeatureCollection", "features": [commune]}),
        "streets.geojson": json.dumps({"type": "FeatureCollection", "features": lines}),
        "addresses.csv": "\n".join(
            ["id,lon,lat,name,code,number,commune",
             *(f"{name}-{number},{lon},{lat},{name},R,{number},{COMMUNE}" for name, _, _, number, lon, lat in rows)]
        ),
        "cabinets.csv": "\n".join(
            ["code,lon,lat,commune,street,number,parent,management,rhythm,installed_on,gateway",
             *(f"{code},{lon},{lat},{COMMUNE},{name},2,,point,permanent,2015,"
               for code, (lon, lat, name) in cabinets.items())]
        ),
        "circuits.csv": "\n".join(
            ["code,name,lon,lat,commune,street,parent,management,rhythm,gateway",
             *(f"{cabinet}/D{number},{number},{lon},{lat},{COMMUNE},{name},{cabinet},point,permanent,"
               for (cabinet, number), (lon, lat, name) in circuits.items())]
        ),
        "street_lights.csv": "\n".join(
            ["code,lon,lat,commune,street,number,parent,installed_on,management,rhythm,lamp,power_w,gateway", *lamps]
        ),
    }  # fmt: skip


def mapping(names: Iterable[str]) -> str:
    """Return the rehearsal's mapping with the layers of some files only."""
    whole = (files_of("beffroi.assets") / "mappings" / "rehearsal.toml").read_text("utf-8")
    head, *layers = whole.split("[[layer]]")
    return head + "".join(f"[[layer]]{layer}" for layer in layers if any(f'"{name}.gz"' in layer for name in names))


def install(city: Any, folder: Path) -> None:
    """Import the streets by the register's own door."""
    paths = []
    for name, text in files().items():
        path = folder / f"{name}.gz"
        path.write_bytes(gzip.compress((text + "\n").encode()))
        paths.append(path)
    parts = [("files", (path.name, path.read_bytes())) for path in paths]
    headers = {"X-Beffroi-CSRF": city.csrf}
    answer = city.client.post("/api/assets/imports", files=parts, data={"mapping": mapping(files())}, headers=headers)
    assert answer.status_code < 300, answer.text
    job = answer.json()
    while job["state"] == "reading":
        time.sleep(0.1)
        job = city.client.get(f"/api/assets/imports/{job['id']}").json()
    assert job["state"] != "failed", job
    city.act("assets.import", import_id=job["id"])


def find(city: Any, code: str) -> str:
    """Return the asset that bears a code."""
    hits = city.client.get("/api/search", params={"q": code}).json()
    items = hits["items"] if isinstance(hits, dict) else hits
    return str(next(one["id"] for one in items if one.get("code") == code))


def event_under_way(city: Any) -> str:
    """Open the event of A045/D3 and reach the on-call electrician, expected in 45 minutes; returns the event."""
    now = time.time_ns() // 1000
    hour = 3_600_000_000
    opened = city.act("incidents.open", what="Départ 3 déclenché, rue Berbisey", asset=find(city, "A045/D3"))["events"][
        0
    ]
    agent = city.act(
        "dispatch.set_agent", name="Astreinte éclairage", phone="06 39 98 00 01", ends_at=now + 9000 * hour,
        skills=["lighting"], authorisations=[{"code": "electrical", "until": now + 9000 * hour}],
    )["events"][0]["agent"]  # fmt: skip
    turn = {
        "kind": "on_call",
        "subject": agent,
        "start": now - hour,
        "end": now + 12 * hour,
        "rank": 1,
        "delay_min": 45,
    }
    city.act("dispatch.set_roster", trade="lighting", start=now - hour, end=now + 12 * hour, turns=[turn])
    out = city.act("dispatch.call_attempt", incident=opened["incident"], trade="lighting")["events"]
    call_out = next(one["call_out"] for one in out if "call_out" in one)
    city.act("dispatch.call_outcome", call_out=call_out, outcome="reached")
    return str(opened["incident"])
