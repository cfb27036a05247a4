"""A city of one cabinet, two circuits and a lone light, for decisions about orders."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.model.ports import AssetFacts, City, LiveValue, Management
from beffroi.model.time import Micros
from beffroi.orders.port import LocksPort, OverridesPort
from beffroi.orders.types import OrdersState

CABINET, D1, D2 = UUID(int=1), UUID(int=2), UUID(int=3)
PER_CIRCUIT = 60


def light(place: int) -> UUID:
    return UUID(int=100 + place)


class SmallTopology:
    """Lights 0–59 on D1 (rue Monge), 60–119 on D2 (rue Berbisey, managed at the cabinet), 120 not telemanaged."""

    version = 1

    def __init__(self) -> None:
        self.assets: dict[UUID, AssetFacts] = {}
        self._add(CABINET, 0, "cabinet", "A045", None)
        self._add(D1, 1, "circuit", "A045/D1", CABINET)
        self._add(D2, 2, "circuit", "A045/D2", CABINET)
        for place in range(2 * PER_CIRCUIT):
            first = place < PER_CIRCUIT
            self._add(
                light(place),
                3 + place,
                "street_light",
                f"A045-{place}",
                D1 if first else D2,
                street="rue Monge" if first else "rue Berbisey",
                management="point" if first else "cabinet",
            )
        self._add(light(120), 123, "street_light", "A045-120", None, management="none")

    def _add(
        self,
        id_: UUID,
        index: int,
        kind: str,
        code: str,
        parent: UUID | None,
        *,
        street: str = "",
        management: Management = "point",
    ) -> None:
        self.assets[id_] = AssetFacts(
            id=id_,
            index=index,
            kind=kind,
            code=code,
            commune="21231",
            street=street,
            lon=5.0 + index / 1e4,
            lat=47.3,
            parent=parent,
            management=management,
            trade="lighting",
            source="" if management == "none" else "gw-1",
        )

    def find(self, asset: UUID) -> AssetFacts | None:
        return self.assets.get(asset)

    def find_index(self, index: int) -> AssetFacts | None:
        return next((facts for facts in self.assets.values() if facts.index == index), None)

    def find_code(self, code: str) -> AssetFacts | None:
        return next((facts for facts in self.assets.values() if facts.code == code), None)

    def children(self, asset: UUID) -> Sequence[UUID]:
        return [facts.id for facts in self.assets.values() if facts.parent == asset]

    def ancestors(self, asset: UUID) -> Sequence[UUID]:
        found: list[UUID] = []
        facts = self.assets.get(asset)
        while facts is not None and facts.parent is not None:
            found.append(facts.parent)
            facts = self.assets.get(facts.parent)
        return found

    def descendants(self, asset: UUID, kind: str = "") -> Sequence[UUID]:
        return [
            facts.id for facts in self.assets.values() if asset in self.ancestors(facts.id) and kind in ("", facts.kind)
        ]

    def list_kind(self, kind: str) -> Sequence[AssetFacts]:
        return [facts for facts in self.assets.values() if facts.kind == kind]

    def place_label(self, asset: UUID) -> str:
        return self.assets[asset].code


class SmallLive:
    """Levels by light, one series per asset index."""

    def __init__(self) -> None:
        self.at = np.zeros(200, np.int64)
        self.value = np.full(200, np.nan)

    def find(self, asset: UUID, point: str) -> LiveValue | None:
        return None

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return self.at, self.value

    def series_of(self, point: str) -> NDArray[np.int32]:
        return np.arange(200, dtype=np.int32)

    def words(self) -> NDArray[np.int64]:
        return np.zeros(200, np.int64)

    def last_heard(self, asset: UUID) -> Micros | None:
        return None


class SmallProgramme:
    """Every light ought to be at 70 %."""

    def expected_level_pct(self, asset: UUID, at: Micros) -> float | None:
        return 70.0

    def expected_levels_pct(self, at: Micros) -> NDArray[np.float32]:
        return np.full(200, 70.0, np.float32)

    def by_day(self, at: Micros) -> NDArray[np.bool_]:
        return np.zeros(200, np.bool_)


def small_city(state: OrdersState) -> City:
    """Return the city with the orders' own ports."""
    city = City(SmallTopology(), SmallLive(), SmallProgramme(), None, None, None, None, None, None)  # type: ignore[arg-type]
    city.locks, city.overrides = LocksPort(state, city), OverridesPort(state, city)
    return city
