"""The facts that the invented town starts from: communes by name, code, population and centre; names of streets."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Commune(msgspec.Struct, frozen=True):
    """A member of the metropole as plain facts; `reach_m` is the half-width it claims when the ground is shared out."""

    insee: str
    name: str
    population: int
    lon: float
    lat: float
    reach_m: float


class StreetNames(msgspec.Struct, frozen=True):
    """Bases of French street names, without the kind of way."""

    bases: list[str]
    boulevards: list[str]
    avenues: list[str]


@cache
def communes() -> tuple[Commune, ...]:
    """Return the 23 communes, the most populated first."""
    table = tomllib.loads(files(__package__).joinpath("communes.toml").read_text(encoding="utf-8"))
    return tuple(msgspec.convert(table["commune"], list[Commune]))


@cache
def street_names() -> StreetNames:
    """Return the bases of names that streets are given."""
    table = tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    return msgspec.convert(table, StreetNames)
