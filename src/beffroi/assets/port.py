"""The streets as the other trades see them (`beffroi.model.ports.Streets`)."""

import numpy as np
from numpy.typing import NDArray

from beffroi.assets.places import STREET_WITHIN_M, Places
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.travel import Travel


class StreetsPort:
    """Answers from the streets of the register as they stand; what is computed once is computed per version of them."""

    def __init__(self, state: AssetsState) -> None:
        self._state = state
        self._places: Places | None = None
        self._travel: Travel | None = None

    def travel_times_s(self, origins: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
        """Return the seconds from each (lon, lat) to one place; infinity where no way is known."""
        return self._ready().seconds(origins, lon, lat)

    def place_at(self, lon: float, lat: float) -> str:
        """Return « rue Monge, Dijon »; empty where no street is known."""
        return self.places_at(np.array([[lon, lat]]))[0]

    def places_at(self, lonlat: NDArray[np.float64]) -> list[str]:
        """List the same for each (lon, lat)."""
        if not len(lonlat):
            return []
        places = self._state.places
        streets = places.streets
        arcs, metres = streets.nearest(lonlat)
        names = [
            streets.names[streets.name_of[arc]] if away <= STREET_WITHIN_M else ""
            for arc, away in zip(arcs.tolist(), metres.tolist(), strict=True)
        ]
        communes = (places.commune_name(commune) for commune in places.communes_at(lonlat))
        return [", ".join(part for part in pair if part) for pair in zip(names, communes, strict=True)]

    def _ready(self) -> Travel:
        places = self._state.places
        if self._travel is None or places is not self._places:
            self._places, self._travel = places, Travel(places.streets)
        return self._travel
