"""Directory files through the HTTP door of a whole core."""

from collections.abc import Callable

from beffroi.access.types import RoleGrant
from tests.directory.test_importing import FIRST, SECOND
from tests.security.conftest import (
    Person,
    WholeCity,
    in_whole_city,  # noqa: F401 - a fixture
    quick_passwords,  # noqa: F401 - a fixture
)

InCity = Callable[..., None]


async def brought(person: Person, text: str) -> dict[str, object]:
    answer = await person.seat.post("/api/directory/import?form=csv", content=text.encode())
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def named(person: Person) -> set[str]:
    found = (await person.get("/api/directory/print")).json()["contacts"]
    return {one["person"]["name"] if one["person"] else one["organisation"] for one in found}


def test_an_import_is_taken_back_from_what_the_journal_holds(in_whole_city: InCity) -> None:  # noqa: F811
    async def scenario(city: WholeCity) -> None:
        clerk = await city.person("annuaire", RoleGrant("all"))
        await brought(clerk, FIRST)
        before = await named(clerk)
        made = await brought(clerk, SECOND)
        assert await named(clerk) != before
        undone = await clerk.seat.post(f"/api/directory/import/{made['undo']}/undo", json={})
        assert (undone.status_code, undone.json()) == (200, {"restored": 2, "left": 0})
        assert await named(clerk) == before
        unknown = await clerk.seat.post("/api/directory/import/00000000-0000-0000-0000-000000000000/undo", json={})
        assert unknown.json()["code"] == "directory.too_late_to_undo"

    in_whole_city(scenario)
