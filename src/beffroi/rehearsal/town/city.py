"""The whole invented metropole, drawn in one call."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from beffroi.rehearsal.town.fleet import Fleet, place_fleet
from beffroi.rehearsal.town.lights import LIGHTS, Lighting, place_lights
from beffroi.rehearsal.town.naming import NamedStreets, name_streets
from beffroi.rehearsal.town.nature import Nature, draw_nature
from beffroi.rehearsal.town.sites import Sites, place_sites
from beffroi.rehearsal.town.streets import SPACING_M, Network, draw_streets
from beffroi.rehearsal.town.territory import Territory, draw_territory
from beffroi.rehearsal.town.traffic import one_ways, travel_times

DEFAULT_SEED = 21_000


class Town(msgspec.Struct, frozen=True):
    """The metropole on the drawing board: places are in metres, see plane.py."""

    seed: int
    territory: Territory
    nature: Nature
    network: Network
    streets: NamedStreets
    one_way: NDArray[np.bool_]
    lighting: Lighting
    sites: Sites
    fleet: Fleet


def draw_town(seed: int = DEFAULT_SEED) -> Town:
    """Return the metropole of a seed: the same seed gives the same bytes everywhere."""
    rngs = [np.random.Generator(np.random.PCG64(child)) for child in np.random.SeedSequence(seed).spawn(8)]
    territory = draw_territory(rngs[0])
    nature = draw_nature(rngs[1])
    weight = np.array([commune.population for commune in territory.communes]) ** 0.86
    network = draw_streets(territory, nature, weight / weight.sum() * LIGHTS * SPACING_M, rngs[2])
    streets = name_streets(network, territory, rngs[3])
    one_way = one_ways(network, streets, rngs[7])
    return Town(
        seed, territory, nature, network, streets, one_way,
        place_lights(network, streets, rngs[4]),
        place_sites(network, streets, territory, rngs[5]),
        place_fleet(network, travel_times(network, one_way), territory, rngs[6]),
    )  # fmt: skip
