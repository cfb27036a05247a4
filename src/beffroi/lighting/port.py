"""The programmes as the other trades see them."""

from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from beffroi.lighting.logic import level_pct, night_of
from beffroi.lighting.types import LightingState, NightProgramme
from beffroi.model.ports import City
from beffroi.model.time import Micros

KIND = "street_light"


class ProgrammePort:
    """Serves expected levels; which programme holds for which light follows the register and the programmes."""

    def __init__(self, state: LightingState, city: City) -> None:
        self._state = state
        self._city = city
        self._key: tuple[int, int] | None = None
        self._slots: NDArray[np.int16] = np.empty(0, np.int16)
        self._programmes: list[NightProgramme] = []

    def expected_level_pct(self, asset: UUID, at: Micros) -> float | None:
        """Return the level that the programme of this light asks, or nothing."""
        facts = self._city.topology.find(asset)
        if facts is None or facts.kind != KIND:
            return None
        programme = self._state.programmes.get(facts.commune) or self._state.programmes.get("")
        return level_pct(programme, at) if programme else None

    def expected_levels_pct(self, at: Micros) -> NDArray[np.float32]:
        """Return the level of every asset by index, NaN where no programme holds."""
        self._refresh()
        levels = np.array([*(level_pct(programme, at) for programme in self._programmes), np.nan], np.float32)
        return levels[self._slots]

    def by_day(self, at: Micros) -> NDArray[np.bool_]:
        """Tell for every asset by index whether its programme is between dawn and dusk."""
        self._refresh()
        days = np.array([*(night_of(programme, at) is None for programme in self._programmes), False], np.bool_)
        return days[self._slots]

    def _refresh(self) -> None:
        key = (self._city.topology.version, self._state.version)
        if key == self._key:
            return
        self._programmes = list(self._state.programmes.values())
        slot_of = {programme.commune: slot for slot, programme in enumerate(self._programmes)}
        common = slot_of.get("", -1)
        lights = self._city.topology.list_kind(KIND)
        indexes = np.fromiter((facts.index for facts in lights), np.int32, len(lights))
        slots = np.full(int(indexes.max(initial=-1)) + 1, -1, np.int16)
        slots[indexes] = np.fromiter((slot_of.get(facts.commune, common) for facts in lights), np.int16, len(lights))
        self._slots = slots
        self._key = key
