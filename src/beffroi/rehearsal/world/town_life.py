"""The rest of the city: signals, cameras, buildings and bollards behind their central systems; vehicles and buses."""

from collections.abc import Callable
from importlib import import_module
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np

from beffroi.model.time import MILLISECOND, SECOND, Micros, to_datetime
from beffroi.rehearsal.plant.types import Mover, Plant
from beffroi.rehearsal.world.agenda import Cadence
from beffroi.rehearsal.world.journeys import Fix, Journeys
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.noise import share, swing

EVERY: dict[str, tuple[Micros, Micros]] = {
    "junction": (SECOND, 26 * SECOND),
    "camera": (10 * SECOND, 54 * SECOND),
    "building": (10 * SECOND, 80 * SECOND),
    "bollard": (5 * SECOND, 54 * SECOND),
    "vehicle": (5 * SECOND, 54 * SECOND),
    "bus": (4 * SECOND, 54 * SECOND),
}
"""Period at 1× and the longest one when the clock runs fast, under half the heartbeat of the kind."""

DEFAULT_EVERY = (30 * SECOND, 60 * SECOND)
KNOTS_PER_KMH = 1 / 1.852
_ZONE = ZoneInfo("Europe/Paris")
_HOURS = {"day": (5.0, 20.0), "night": (20.0, 5.0), "bus": (5.5, 0.5)}
AVAILABLE, OFF_DUTY, ON_SITE, ON_THE_WAY = 5, 0, 3, 2

Readings = Callable[[Micros, int], dict[str, float]]
Tell = Callable[[int, Micros], Message | None]


def at_work(shift: str, at: Micros) -> bool:
    """Tell whether a shift works at a time: outside it nothing is located (CNIL)."""
    local = to_datetime(at).astimezone(_ZONE)
    hour = local.hour + local.minute / 60
    start, end = _HOURS[shift]
    return start <= hour < end if start < end else hour >= start or hour < end


class TownLife:
    """Everything that is not lighting; `altered` holds points that a scenario changed, by code."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self.altered: dict[str, dict[str, float]] = {}
        self._plant = plant
        self._seed = seed
        self._journeys = Journeys(plant.roads, seed)
        self._readings: dict[str, Readings] = {
            kind: import_module(f"beffroi.equipment.{kind}.simulator").readings
            for kind in sorted({device.kind for device in plant.devices})
        }
        self._cadences = [
            self._cadence(kind, [n for n, d in enumerate(plant.devices) if d.kind == kind], self._device)
            for kind in self._readings
        ] + [
            self._cadence(kind, [n for n, mover in enumerate(plant.movers) if mover.kind == kind], self._mover)
            for kind in ("vehicle", "bus")
        ]

    def set_rate(self, rate: float, at: Micros) -> None:
        """Set the pace of what each kind says, from a time on."""
        for kind, cadence, _, _ in self._cadences:
            every, most = EVERY.get(kind, DEFAULT_EVERY)
            cadence.set_period(max(every, min(int(every * rate), most)), at)

    def _cadence(self, kind: str, members: list[int], tell: Tell) -> tuple[str, Cadence, Tell, list[int]]:
        shares = share(self._seed, np.array(members, np.int64), 81)
        return kind, Cadence(shares, EVERY.get(kind, DEFAULT_EVERY)[0]), tell, members

    def report(self, after: Micros, until: Micros) -> list[Message]:
        """Return what is said after one time and up to another."""
        said = []
        for _, cadence, tell, members in self._cadences:
            for times, places in cadence.due(after, until):
                for at, place in zip(times.tolist(), places.tolist(), strict=True):
                    message = tell(members[place], at)
                    if message is not None:
                        said.append(message)
        return said

    def tell(self, code: str, at: Micros) -> list[Message]:
        """Return what one device says at once, after a scenario touched it."""
        return [self._device(n, at) for n, device in enumerate(self._plant.devices) if device.code == code]

    def _device(self, place: int, at: Micros) -> Message:
        device = self._plant.devices[place]
        points = self._readings[device.kind](at, self._seed + place)
        points |= self.altered.get(device.code, {})
        return Message(at, "mqtt", device.source, device.code, _payload(at, points))

    def _mover(self, place: int, at: Micros) -> Message | None:
        mover = self._plant.movers[place]
        if not at_work(mover.shift, at):
            return None
        if mover.kind == "bus":
            fix = self._journeys.on_loop(mover.line, place, at)
            delay = 60 + 150 * float(swing(self._seed, np.array([place]), 82, at, 300)[0])
            extra = {"delay_s": round(delay), "line": mover.line + 1}
        else:
            fix = self._journeys.wandering(place, at)
            extra = {"state": ON_THE_WAY if fix.speed_kmh > 0 else AVAILABLE}
        return _osmand(mover, fix, at) if mover.door == "osmand" else _by_mqtt(mover, fix, at, extra)


def _by_mqtt(mover: Mover, fix: Fix, at: Micros, extra: dict[str, int]) -> Message:
    points: dict[str, float] = {
        "lon_deg": round(fix.lon, 6),
        "lat_deg": round(fix.lat, 6),
        "speed_kmh": round(fix.speed_kmh, 1),
        "heading_deg": round(fix.heading_deg, 1),
        **extra,
    }
    return Message(at, "mqtt", mover.source, mover.code, _payload(at, points))


def _osmand(mover: Mover, fix: Fix, at: Micros) -> Message:
    query = urlencode(
        {
            "id": mover.code,
            "lat": f"{fix.lat:.6f}",
            "lon": f"{fix.lon:.6f}",
            "timestamp": at // MILLISECOND,
            "speed": f"{fix.speed_kmh * KNOTS_PER_KMH:.3f}",
            "bearing": f"{fix.heading_deg:.1f}",
        }
    )
    return Message(at, "osmand", mover.source, mover.code, query.encode())


def _payload(at: Micros, points: dict[str, float]) -> bytes:
    inside = ",".join(
        f'"{name}":{value:g}' if abs(value) < 1000 and name[:3] not in {"lon", "lat"} else f'"{name}":{value!r}'
        for name, value in points.items()
    )
    return f'{{"t":{at // MILLISECOND},"p":{{{inside}}}}}'.encode()
