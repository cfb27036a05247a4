"""Nothing leaves in a file but what the right to export reaches: the right held here takes nothing from elsewhere."""

import io
import zipfile
from collections.abc import Callable

from beffroi.access.actions import DefineRole
from beffroi.access.types import RoleGrant
from tests.security.conftest import Person, WholeCity
from tests.security.town import EVERYTHING

InCity = Callable[..., None]
HERE, ELSEWHERE = "21231", "21355"
MINE, OTHER = "zzhere", "zzelsewhere"


def test_a_clerk_of_one_commune_exports_that_commune_only(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        await city.decide(DefineRole(name="readers", rights=("view", "journal", "logbook")))
        clerk = await city.person("gestionnaire", RoleGrant("readers"), RoleGrant("clerk", (HERE,)))
        for commune, word in ((HERE, MINE), (ELSEWHERE, OTHER)):
            light = {"lon": 5.04, "lat": 47.32, "commune": commune}
            (made,) = await chief.done("assets.create", kind="street_light", code=f"L-{commune}", **light)
            (event,) = await chief.done("incidents.open", what=f"lampadaire éteint {word}", asset=made["asset"])
            await chief.done("logbook.write", text=f"vu {word}", incident=event["incident"])
            await chief.done("incidents.open", what="rixe", commune=commune, lon=5.0, lat=47.3)
        for address in ("/api/incidents?state=all", "/api/logbook", "/api/journal?limit=1000"):
            assert OTHER in (await clerk.get(address)).text
        for address in ("/api/incidents/export.csv", "/api/logbook/export", "/api/journal/export"):
            mine, all_of_it = await _words(clerk, address), await _words(chief, address)
            assert MINE in mine, address
            assert OTHER not in mine, address
            assert OTHER in all_of_it, address
        assert ELSEWHERE not in (await clerk.get("/api/incidents/export.csv")).text

    in_whole_city(scenario)


async def _words(person: Person, address: str) -> str:
    answer = await person.get(address)
    assert answer.status_code == 200, answer.text
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        return "\n".join(zipped.read(name).decode() for name in zipped.namelist())
