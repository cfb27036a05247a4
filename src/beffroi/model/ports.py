"""How one trade is served by another: protocols only, handed over as arguments; trades never import each other."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.model.kinds import Text
from beffroi.model.reading import Quality
from beffroi.model.scope import Scope
from beffroi.model.time import Micros

Management = Literal["none", "cabinet", "point"]
"""*Non télégéré*, *géré à l'armoire*, *géré au point* (room.md rule 6)."""

Rhythm = Literal["permanent", "day_cut"]
"""A circuit is *permanent* or *coupé de jour*: silence by day on the second is normal."""

LifeState = Literal["planned", "in_service", "out_of_service", "removed"]


class AssetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What every room may know of one asset. `index` is its place (int32) in the live arrays, never reused."""

    id: UUID
    index: int
    kind: str
    code: str
    name: str = ""
    commune: str = ""
    street: str = ""
    number: str = ""
    lon: float = 0.0
    lat: float = 0.0
    parent: UUID | None = None
    management: Management = "point"
    rhythm: Rhythm = "permanent"
    state: LifeState = "in_service"
    trade: str = ""
    source: str = ""
    """The source (gateway) that speaks for it: where orders are sent; empty when nothing does."""
    simulated: bool = False

    @property
    def scope(self) -> Scope:
        """Return the scope that rights filter this asset by."""
        return Scope(self.commune, self.trade, self.kind)


class Topology(Protocol):
    """Who feeds whom. A removed asset is still found, so that history keeps its names."""

    @property
    def version(self) -> int:
        """Return a number that grows with every change of the register."""

    def find(self, asset: UUID) -> AssetFacts | None:
        """Return the facts of an asset, or nothing."""

    def find_index(self, index: int) -> AssetFacts | None:
        """Return the facts of the asset at that place of the live arrays, or nothing."""

    def find_code(self, code: str) -> AssetFacts | None:
        """Return the asset that bears this painted number or code, or nothing."""

    def children(self, asset: UUID) -> Sequence[UUID]:
        """List the assets fed directly by this one, in a stable order."""

    def ancestors(self, asset: UUID) -> Sequence[UUID]:
        """List the feeding assets, the nearest first (circuit, cabinet, cabinet group)."""

    def descendants(self, asset: UUID, kind: str = "") -> Sequence[UUID]:
        """List everything fed by this asset, directly or not, of one kind when given."""

    def list_kind(self, kind: str) -> Sequence[AssetFacts]:
        """List the assets of one kind in index order, removed ones left out."""

    def place_label(self, asset: UUID) -> str:
        """Return the place as the room reads it: street and number or crossing, commune, then the painted number."""


class LiveValue(msgspec.Struct, frozen=True):
    """The last known value of a point at its source time."""

    at: Micros
    value: float
    quality: Quality


class Live(Protocol):
    """The live picture of points."""

    def find(self, asset: UUID, point: str) -> LiveValue | None:
        """Return the last value of a point, or nothing when it never spoke."""

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (source time µs, value) by series index, time 0 where nothing was heard; do not write in them."""

    def series_of(self, point: str) -> NDArray[np.int32]:
        """Return the series index of that point by asset index, -1 where the asset has no such point."""

    def last_heard(self, asset: UUID) -> Micros | None:
        """Return when the asset last said anything, or nothing."""

    def words(self) -> NDArray[np.int64]:
        """Return how many times each asset spoke since its last value was known, by asset index; do not write in it.

        It grows with every word, those of a clock that lies or of days ago included: who speaks is not silent.
        """


class Programme(Protocol):
    """What the lights ought to do without us: sun, dimming steps, extinction voted by the commune."""

    def expected_level_pct(self, asset: UUID, at: Micros) -> float | None:
        """Return the level (0 to 100) that the programme asks, or nothing where no programme is known."""

    def expected_levels_pct(self, at: Micros) -> NDArray[np.float32]:
        """Return the same for every asset, by asset index; NaN where no programme is known."""

    def by_day(self, at: Micros) -> NDArray[np.bool_]:
        """Tell for every asset, by asset index, whether its programme is between dawn and dusk.

        False where no programme is known, and in the extinction voted for the heart of the night.
        """


class Lock(msgspec.Struct, frozen=True):
    """A *consignation*: who holds it, its certificate number, since when, on which asset."""

    asset: UUID
    holder: str
    certificate: str
    since: Micros


class Locks(Protocol):
    """Lock-outs for electricians: life safety, above every order."""

    def find(self, asset: UUID) -> Lock | None:
        """Return the lock-out that covers this asset, its own or an ancestor's, or nothing."""

    def list_roots(self) -> Sequence[Lock]:
        """List the lock-outs in force, each on the asset where it was put."""


class Overrides(Protocol):
    """*Forçages* in force, by point."""

    def find(self, asset: UUID) -> tuple[float, Micros] | None:
        """Return (level, until) of the override in force on a light point, or nothing."""

    def list_active(self) -> Sequence[tuple[UUID, float, Micros]]:
        """List (light point, level, until) of every override in force."""

    def levels(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (asset index, level in %) of every override in force; do not write in them."""

    def spans(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return (asset index, begin, end) of every override in force, µs; do not write in them."""


class Streets(Protocol):
    """The street graph: travel times by road, one-ways respected."""

    def travel_times_s(self, origins: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
        """Return the seconds from each origin, (n, 2) longitude and latitude in degrees, to one place.

        Infinity where no way is known: without streets, or farther than the graph reaches.
        """

    def place_at(self, lon: float, lat: float) -> str:
        """Return how the room reads a place: street and commune; empty where no street is known."""

    def places_at(self, lonlat: NDArray[np.float64]) -> list[str]:
        """List the same for each of (n, 2) longitude and latitude in degrees, at once."""

    def commune_at(self, lon: float, lat: float) -> str:
        """Return the code of the commune around a place; empty far outside the territory, or where none is known."""

    def commune_of(self, place: str) -> str:
        """Return the code of the commune of a place as typed: named, or of its street where only one has it."""


class IncidentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What every room may know of one *événement*. `label` never tells the content of a masked one."""

    id: UUID
    number: str
    """As the room says it: numbered per city and year."""
    label: str
    title: Text = {}
    """The label in every language: how queue, relève page and lines of the main courante call it."""
    category: str = ""
    """Code of what it is about: decides the skills asked of whoever is sent; empty for a masked one."""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    asset: UUID | None = None
    opened_at: Micros = 0
    open: bool = True
    masked: bool = False
    scope: Scope = Scope()


class Incidents(Protocol):
    """The events of the room."""

    def find(self, incident: UUID) -> IncidentFacts | None:
        """Return an event, open or closed within the days that memory keeps, or nothing."""

    def list_open(self) -> Sequence[IncidentFacts]:
        """List the open events, the oldest first."""

    def find_open_of(self, asset: UUID) -> IncidentFacts | None:
        """Return the open event that holds this asset or what feeds it, or nothing."""


class Presence(Protocol):
    """Who sits in the room."""

    def sits(self, account: UUID) -> bool:
        """Tell whether somebody sits at a seat that still lives."""


class Rows(Protocol):
    """Whose the rows of the screens are, so that what an action names in another trade is seen by who names it."""

    def scope_of(self, topic: str, key: UUID) -> Scope | None:
        """Return the scope of a row of any trade, or nothing when it was never there."""


class City(msgspec.Struct):
    """The trades as each other sees them; the server fills it, tests fill what they need."""

    topology: Topology
    live: Live
    programme: Programme
    locks: Locks
    overrides: Overrides
    streets: Streets
    incidents: Incidents
    rows: Rows
    presence: Presence


def scopes_of(topology: Topology, assets: Iterable[UUID]) -> list[Scope]:
    """List the distinct scopes of some assets; an unknown asset counts as the whole city."""
    found: dict[Scope, None] = {}
    for asset in assets:
        facts = topology.find(asset)
        found[facts.scope if facts else Scope()] = None
    return list(found)
