"""Rue Berbisey: a cabinet, a circuit, lights before numbered houses, beside a whole core."""

import asyncio
from collections.abc import Callable
from typing import Any

from beffroi.access.types import RoleGrant
from tests.security.conftest import Person, WholeCity

LON, LAT = 5.0370, 47.3180
HERE = "21231"
EVERYTHING = RoleGrant("all")
PHONE, EMAIL, NAME = "06 39 98 12 34", "marie.zzdupont@example.org", "Marie Zzdupont"


async def street(chief: Person, lights: int = 4) -> dict[str, str]:
    """Make the street; returns assets by code."""
    found: dict[str, str] = {}

    async def make(kind: str, code: str, lon: float, number: str = "", parent: str = "") -> None:
        more: dict[str, Any] = {"parent": found[parent]} if parent else {}
        (event,) = await chief.done(
            "assets.create", kind=kind, code=code, lon=lon, lat=LAT, commune=HERE, street="Rue Berbisey",
            number=number, **more,
        )  # fmt: skip
        found[code] = event["asset"]

    await make("cabinet", "A045", LON)
    await make("circuit", "A045/D3", LON, parent="A045")
    for place in range(1, lights + 1):
        await make("street_light", f"A045-{place}", LON + 0.0004 * place, str(10 + 2 * place), "A045/D3")
    return found


async def until(condition: Callable[[], Any], within_s: float = 10.0) -> Any:
    """Wait for a condition and return what it gave."""
    async with asyncio.timeout(within_s):
        while not (found := condition()):
            await asyncio.sleep(0.02)
    return found


def requests_of(city: WholeCity) -> Any:
    """Return the trade's state."""
    return city.core.state("requests")
