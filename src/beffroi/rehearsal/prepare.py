"""What a rehearsal needs before it can be played: the town's files, the secrets of its sources, their registration.

Everything enters by the doors of any city: the import of the register, actions over HTTP, a credential per source.
"""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.player.door import Door, DoorError
from beffroi.rehearsal.town.city import DEFAULT_SEED, Town, draw_town
from beffroi.rehearsal.town.files import write_town

FILES_VERSION = 2
MAPPING = "rehearsal"
SOURCES_FILE = "sources.json"
CENTRAL_RATE = 20_000.0
GATEWAY_RATE = 500.0
"""Values per second: 46 lamps and a cabinet's meter at 150× are some 60."""
BURST = 60_000.0
"""Values at once: 46 lamps after 72 h are 52,000. A mad device of 187,000 messages is over it on any machine."""

OURS = "sim-"
"""How the sources begin that stand for gateways that the register does not name (`plant/from_register.py`)."""

SOURCES_AT_ONCE = 5_000
POLL_S = 0.2

Progress = Callable[[str], None]


def prepare(folder: Path, seed: int = DEFAULT_SEED, town: Town | None = None) -> list[Path]:
    """Write the import files of a seed's town under `<folder>/rehearsal/city`, unless they are there; return them."""
    city = folder / "rehearsal" / "city"
    stamp = city / "stamp.json"
    wanted = {"seed": seed, "version": FILES_VERSION}
    try:
        if json.loads(stamp.read_bytes()) == wanted:
            return sorted(city.glob("*.gz"))
    except (OSError, ValueError):
        pass  # never prepared, or half: written again
    files = write_town(town or draw_town(seed), city)
    stamp.write_text(json.dumps(wanted), encoding="utf-8")
    return files


def source_secrets(folder: Path, plant: Plant) -> dict[str, str]:
    """Return the secret of every source of the plant, made at the first call and kept in a private file."""
    path = folder / "rehearsal" / SOURCES_FILE
    try:
        known: dict[str, str] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        known = {}
    missing = [name for name in plant.sources() if name not in known]
    if missing:
        known.update((name, secrets.token_hex(16)) for name in missing)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(known, file)
        partial.replace(path)
    return known


def install(door: Door, files: list[Path], plant: Plant, known: dict[str, str], progress: Progress) -> None:
    """Bring the town into an empty register and its sources beside; what is there already is left alone."""
    if not any(row["record"]["mapping"] == MAPPING for row in door.get("/api/assets/imports")):
        progress("rehearsal.importing")
        import_town(door, files)
    create_sources(door, plant, known, progress)
    set_programmes(door, plant)


def import_town(door: Door, files: list[Path]) -> None:
    """Import the town's files as a clerk would; raises DoorError with the register's own sentence."""
    job = door.upload("/api/assets/imports", files, {"mapping": MAPPING})
    while job["state"] == "reading":
        time.sleep(POLL_S)
        job = door.get(f"/api/assets/imports/{job['id']}")
    if job["state"] == "failed":
        raise DoorError("rehearsal.import_failed", text=job["error"]["text"])
    if job["changes"]:
        door.post("/api/actions/assets.import", {"import_id": job["id"]})


def create_sources(door: Door, plant: Plant, known: dict[str, str], progress: Progress) -> None:
    """Register the sources; known ones change nothing. Only the hash of a secret leaves this machine."""
    progress("rehearsal.registering")
    codes: dict[str, list[str]] = {}
    pairs = [(one.source, one.code) for one in plant.devices] + [(one.source, one.code) for one in plant.movers]
    for source, code in [*pairs, *_unnamed(plant)]:
        codes.setdefault(source, []).append(code)
    gateways = set(plant.gateways.sources)
    wanted = [_source(name, known[name], codes.get(name, []), name in gateways) for name in plant.sources()]
    for start in range(0, len(wanted), SOURCES_AT_ONCE):
        door.post("/api/actions/telemetry.create_sources", {"sources": wanted[start : start + SOURCES_AT_ONCE]})


def _unnamed(plant: Plant) -> list[tuple[str, str]]:
    """List (source, code) of the lights, cabinets and circuits for which the register names no gateway: ours speaks."""
    sources, cabinets = plant.gateways.sources, plant.cabinets
    pairs = [(int(gateway), code) for gateway, code in zip(plant.lamps.gateway, plant.lamps.codes, strict=True)]
    pairs += [(int(gateway), code) for gateway, code in zip(cabinets.gateway, cabinets.codes, strict=True)]
    for owner, code in zip(plant.circuits.cabinet, plant.circuits.codes, strict=True):
        pairs.append((int(cabinets.gateway[owner]), code))
    return [(sources[gateway], code) for gateway, code in pairs if gateway >= 0 and code and _ours(sources[gateway])]


def _ours(source: str) -> bool:
    return source.startswith(OURS)


def _source(name: str, secret: str, codes: list[str], gateway: bool) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "kind": "gateway" if gateway else "central",
        "secret": hashlib.sha256(secret.encode()).hexdigest(),
        "assets": codes,
        "rate": GATEWAY_RATE if gateway else CENTRAL_RATE,
        "burst": BURST,
        "simulated": True,
    }


def set_programmes(door: Door, plant: Plant) -> None:
    """Put the programmes that the lights follow in force in the room; the same ones again change nothing."""
    for programme in plant.programmes:
        door.post("/api/actions/lighting.set_programme", {"programme": msgspec.to_builtins(programme)})
