"""The plant of an imported city, read through the same HTTP reads as any integrator: whatever the register holds.

A city's open data rarely names cabinets or gateways: lights without a feeder are put on circuits of our own, which stay
off the wire, and lights without a gateway are spoken for by sources of our own.
"""

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from beffroi.rehearsal.plant.from_town import DIMMING, cable_drop, starts
from beffroi.rehearsal.plant.types import (
    Cabinets,
    Circuits,
    Device,
    Floats,
    Gateways,
    Groups,
    Ints,
    Lamps,
    Mover,
    NightProgramme,
    Plant,
    Roads,
)
from beffroi.rehearsal.player.door import Door, DoorError

PAGE = 1_000
CIRCUIT_LIGHTS = 36
PRESUMED_W = 70.0
PRESUMED_YEAR = 2012
SODIUM = ("shp", "sodium", "hps")
DEVICE_KINDS = ("junction", "camera", "building", "bollard", "car_park")
DEVICES_PER_SOURCE = 60

Row = dict[str, Any]


def plant_of_register(door: Door) -> Plant:
    """Return what the register of the running core holds; raises DoorError when it holds no light point."""
    lights = [row for row in list_assets(door, "street_light") if row["management"] != "none"]
    if not lights:
        raise DoorError("rehearsal.no_lights")
    circuits, cabinets = list_assets(door, "circuit"), list_assets(door, "cabinet")
    xy = np.array([(row["lon"], row["lat"]) for row in lights])
    return _build(door, lights, circuits, cabinets, xy)


def list_assets(door: Door, kind: str) -> list[Row]:
    """Return all the assets of a kind that are in service, page after page."""
    rows: list[Row] = []
    after: int | None = -1
    while after is not None:
        page = door.get("/api/assets", kind=kind, limit=PAGE, after=after)
        rows += [row for row in page["items"] if row["state"] == "in_service"]
        after = page["next"]
    return rows


def _build(door: Door, lights: list[Row], circuits: list[Row], cabinets: list[Row], xy: Any) -> Plant:
    """Sort lights by feeder: a known circuit, else a known cabinet, else a neighbourhood of about CIRCUIT_LIGHTS."""
    keys = _feeders(lights, xy, circuits, cabinets)
    known = sorted(set(keys))
    rank = {key: place for place, key in enumerate(known)}
    order = sorted(range(len(lights)), key=lambda n: (rank[keys[n]], lights[n]["code"]))
    circuit = np.array([rank[keys[n]] for n in order], np.int32)
    boxes = sorted({key[0] for key in known})
    box_rank = {box: place for place, box in enumerate(boxes)}
    owner = np.array([box_rank[key[0]] for key in known], np.int32)
    rows = [lights[n] for n in order]
    box_rows = [cabinets[box] if box < len(cabinets) else None for box in boxes]
    gateways, of_light, of_cabinet = _gateways(rows, circuit, owner, box_rows)
    return Plant(
        lamps=_lamps(rows, circuit, of_light),
        circuits=Circuits(tuple(key[1] for key in known), owner, starts(circuit, len(known))),
        cabinets=_cabinets(box_rows, of_cabinet, starts(owner, len(boxes))),
        groups=Groups(("",), np.array([-1], np.int32)),
        gateways=gateways,
        programmes=(_programme(xy),),
        devices=_devices(door),
        movers=_movers(door),
        roads=_roads(xy),
    )


def _lamps(rows: list[Row], circuit: Ints, gateway: Ints) -> Lamps:
    rated = np.array([_number(row, "power_w", PRESUMED_W) for row in rows])
    sodium = np.array([str(_fact(row, "lamp")).lower() in SODIUM for row in rows])
    years = np.array([int(str(row["installed_on"])[:4] or PRESUMED_YEAR) for row in rows], np.int32)
    place = np.arange(len(circuit)) - np.searchsorted(circuit, circuit)
    along: Floats = 25.0 * (place.astype(np.float64) + 1.0)
    codes = tuple(str(row["code"]) for row in rows)
    return Lamps(codes, circuit, gateway, rated, sodium, years, cable_drop(circuit, along, rated))


def _cabinets(rows: list[Row | None], gateway: Ints, first: Ints) -> Cabinets:
    nothing = np.zeros(len(rows), np.int32)
    return Cabinets(
        tuple(row["code"] if row else "" for row in rows),
        tuple(row["commune"] if row else "" for row in rows),
        nothing,
        gateway,
        nothing,
        np.array([row is not None and row["rhythm"] == "day_cut" for row in rows]),
        np.array([row is None or row["management"] == "point" for row in rows]),
        first,
    )


def _programme(xy: Any) -> NightProgramme:
    return NightProgramme(commune="", lon=float(xy[:, 0].mean()), lat=float(xy[:, 1].mean()), steps=DIMMING)


def _feeders(lights: list[Row], xy: Any, circuits: list[Row], cabinets: list[Row]) -> list[tuple[int, str]]:
    """Return (cabinet, circuit code) of each light; cabinets beyond the known ones are neighbourhoods."""
    cabinet_of = {row["id"]: place for place, row in enumerate(cabinets)}
    feeder_of = {row["id"]: (cabinet_of[row["parent"]], row["code"]) for row in circuits if row["parent"] in cabinet_of}
    feeder_of |= {known: (place, "") for known, place in cabinet_of.items()}
    tiles = _tiles(xy).tolist()
    return [feeder_of.get(row["parent"]) or (len(cabinets) + tiles[n], "") for n, row in enumerate(lights)]


def _tiles(xy: Any) -> Ints:
    """Cut places into neighbourhoods of about CIRCUIT_LIGHTS: strips of longitude, then runs of latitude."""
    strips = max(1, round((len(xy) / CIRCUIT_LIGHTS) ** 0.5))
    by_lon = np.argsort(xy[:, 0], kind="stable")
    tiles = np.empty(len(xy), np.int32)
    count = 0
    for strip in np.array_split(by_lon, strips):
        inside = strip[np.argsort(xy[strip, 1], kind="stable")]
        for run in np.array_split(inside, max(1, round(len(inside) / CIRCUIT_LIGHTS))):
            tiles[run] = count
            count += 1
    return tiles


def _gateways(rows: list[Row], circuit: Ints, owner: Ints, cabinets: list[Row | None]) -> tuple[Gateways, Ints, Ints]:
    """Return the gateways, the one of each light and of each cabinet: the register's, or one per cabinet of our own."""
    names: dict[str, int] = {}
    boxes: list[int] = []

    def place(name: str, box: int) -> int:
        if name not in names:
            names[name] = len(names)
            boxes.append(box)
        return names[name]

    of_light = np.array(
        [place(str(_fact(row, "gateway")) or f"sim-{box + 1:04d}", box)
         if row["management"] == "point" else -1
         for row, box in zip(rows, owner[circuit].tolist(), strict=True)], np.int32
    )  # fmt: skip
    of_cabinet = np.array(
        [
            place(str(_fact(row, "gateway")) or f"sim-{box + 1:04d}", box) if row else -1
            for box, row in enumerate(cabinets)
        ],
        np.int32,
    )
    return Gateways(tuple(names), ("",) * len(names), np.array(boxes, np.int32)), of_light, of_cabinet


def _fact(row: Row, name: str) -> Any:
    return (row.get("characteristics") or {}).get(name, "")


def _number(row: Row, name: str, default: float) -> float:
    try:
        return float(_fact(row, name)) or default
    except (TypeError, ValueError):
        return default


def _devices(door: Door) -> tuple[Device, ...]:
    found = []
    for kind in DEVICE_KINDS:
        rows = [row for row in list_assets(door, kind) if row["management"] != "none"]
        for n, row in enumerate(rows):
            source = str(_fact(row, "gateway")) or f"sim-{kind}-{n // DEVICES_PER_SOURCE + 1}"
            found.append(Device(kind, row["code"], source))
    return tuple(found)


def _movers(door: Door) -> tuple[Mover, ...]:
    vehicles = [
        Mover("vehicle", row["code"], f"sim-veh-{n}", "osmand", "day")
        for n, row in enumerate(list_assets(door, "vehicle"))
    ]
    return tuple(vehicles)


def _roads(xy: Any) -> Roads:
    """Let vehicles drive from light to light: lights stand along the streets, which no read of the register gives."""
    tree = cKDTree(xy)
    gap, near = tree.query(xy, k=min(5, len(xy)))
    a = np.repeat(np.arange(len(xy)), gap.shape[1] - 1)
    b, metres = near[:, 1:].ravel(), gap[:, 1:].ravel() * 90_000
    keep = metres < 200
    a, b, seconds = a[keep], b[keep], np.maximum(metres[keep] / 8.0, 0.5)
    both = np.concatenate([a, b]), np.concatenate([b, a])
    calls = tuple(int(n) for n in np.linspace(0, len(xy) - 1, min(60, len(xy))).astype(int))
    return Roads(xy, both[0].astype(np.int32), both[1].astype(np.int32), np.concatenate([seconds, seconds]), calls, ())
