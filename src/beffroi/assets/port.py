"""The streets as the other trades see them (`beffroi.model.ports.Streets`)."""

import numpy as np
from numpy.typing import NDArray

from beffroi.assets.places import STREET_WITHIN_M, Places
from beffroi.assets.state import AssetsState
from beffroi.assets.streets.names import fold
from beffroi.assets.streets.travel import Travel

NEAR_M = 500.0
"""A place this near the territory is taken as its own: outlines are drawn along middles of roads."""
SURE = 90.0
"""Score from which a typed street is that street: below, words were guessed."""


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

    def commune_at(self, lon: float, lat: float) -> str:
        """Return the commune around a place, the nearest within NEAR_M of the territory."""
        lonlat = np.array([[lon, lat]])
        places = self._state.places
        return places.communes_at(lonlat)[0] if places.metres_outside(lonlat)[0] <= NEAR_M else ""

    def commune_of(self, place: str) -> str:
        """Return the commune that a typed place names, or the one that has its street; nothing when several do."""
        places = self._state.places
        street, *after = [part.strip() for part in place.split(",")]
        named = {fold(name): code for code, name in places.communes.items()}
        for part in after:
            if code := named.get(fold(part)):
                return code
        hits = places.gazetteer.find(street) if street else []
        best = [hit.commune for hit in hits if hit.score == hits[0].score and hit.score >= SURE]
        return best[0] if best and len(set(best)) == 1 else ""

    def _ready(self) -> Travel:
        places = self._state.places
        if self._travel is None or places is not self._places:
            self._places, self._travel = places, Travel(places.streets)
        return self._travel
