"""The plant: plain arrays that the world animates. Places in lists are the only identity here; codes go on the wire."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Lamps(msgspec.Struct, frozen=True):
    """Light points sorted by circuit, then along the cable.

    `gateway` -1 means that nothing speaks for the point. `drop_v` is the voltage lost in the cable up to the point when
    its whole circuit burns at full power.
    """

    codes: tuple[str, ...]
    circuit: Ints
    gateway: Ints
    rated_w: Floats
    sodium: Flags
    year: Ints
    drop_v: Floats

    def __len__(self) -> int:
        return len(self.codes)


class Circuits(msgspec.Struct, frozen=True):
    """Circuits sorted by cabinet; lights of `c` are `first[c]` to `first[c + 1]` excluded. No code: not on the wire."""

    codes: tuple[str, ...]
    cabinet: Ints
    first: Ints


class Cabinets(msgspec.Struct, frozen=True):
    """Cabinets; circuits of `k` are `first[k]` to `first[k + 1]` excluded. `gateway` speaks for it, -1 nobody.

    `communes` are INSEE codes; `programme` is a place in Plant.programmes; `by_point` tells that its
    lights are driven one by one, else all together by its contactors.
    """

    codes: tuple[str, ...]
    communes: tuple[str, ...]
    group: Ints
    gateway: Ints
    programme: Ints
    day_cut: Flags
    by_point: Flags
    first: Ints


class Groups(msgspec.Struct, frozen=True):
    """Public substations and the gateway that tells of each, -1 for none."""

    codes: tuple[str, ...]
    gateway: Ints


class Gateways(msgspec.Struct, frozen=True):
    """Gateways by the name of their source; `codes` empty when the register has no such asset."""

    sources: tuple[str, ...]
    codes: tuple[str, ...]
    cabinet: Ints


class Step(msgspec.Struct, frozen=True):
    """From this local minute of the day on, this level."""

    minute: int
    level_pct: float


class NightProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """What the lights of a commune do at night by themselves: fields of the action `lighting.set_programme`."""

    commune: str
    lon: float
    lat: float
    zone: str = "Europe/Paris"
    dusk_offset_min: int = 10
    dawn_offset_min: int = -10
    level_pct: float = 100.0
    steps: tuple[Step, ...] = ()


class Device(msgspec.Struct, frozen=True):
    """One equipment that a central system speaks for: kind, code, source."""

    kind: str
    code: str
    source: str


class Mover(msgspec.Struct, frozen=True):
    """A vehicle or a bus. `shift` says when it works; `door` how it tells; buses follow loop `line`, others wander."""

    kind: Literal["vehicle", "bus"]
    code: str
    source: str
    door: Literal["mqtt", "osmand"]
    shift: Literal["day", "night", "bus"]
    line: int = -1


class Roads(msgspec.Struct, frozen=True):
    """The street graph driven on: nodes as (lon, lat), directed arcs with seconds, places called at, bus loops."""

    nodes: Floats
    a: Ints
    b: Ints
    seconds: Floats
    calls: tuple[int, ...]
    loops: tuple[tuple[int, ...], ...]


class Plant(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a world plays."""

    lamps: Lamps
    circuits: Circuits
    cabinets: Cabinets
    groups: Groups
    gateways: Gateways
    programmes: tuple[NightProgramme, ...]
    devices: tuple[Device, ...]
    movers: tuple[Mover, ...]
    roads: Roads

    def sources(self) -> dict[str, str]:
        """Return every source by name and the door it uses (`mqtt` or `osmand`)."""
        found = dict.fromkeys(self.gateways.sources, "mqtt")
        found.update((device.source, "mqtt") for device in self.devices)
        found.update((mover.source, mover.door) for mover in self.movers)
        return found
