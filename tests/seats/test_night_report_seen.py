"""Who reads what of the report of a night: what he reads in the main courante, long after as the first morning."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from beffroi.access.types import RoleGrant
from beffroi.procedures.night_report import file_report, reading
from tests.security.conftest import (
    WholeCity,
    in_whole_city,  # noqa: F401 - a fixture
    quick_passwords,  # noqa: F401 - a fixture
)
from tests.security.test_replay import still

InCity = Callable[..., None]
HERE, ELSEWHERE = "21231", "21355"
NIGHT = date(2026, 1, 10)


def test_the_report_shows_each_reader_his_lines_and_hides_a_masked_event_for_ever(
    in_whole_city: InCity,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "window", lambda night, zone: (0, 2**62))

    async def scenario(city: WholeCity) -> None:
        chief = await city.person("chef", RoleGrant("all"))
        agent = await city.person("agent", RoleGrant("all", (HERE,)))
        lighting = await city.person("eclairage", RoleGrant("all", ("*",), ("lighting",)))
        events = {}
        for commune, word in ((HERE, "zzhere"), (ELSEWHERE, "zzelsewhere"), (HERE, "zzmasked")):
            place = {"lon": 5.04, "lat": 47.32, "commune": commune}
            (made,) = await chief.done("assets.create", kind="street_light", code=f"L-{word}", **place)
            (event,) = await chief.done("incidents.open", what=f"mât {word}", asset=made["asset"], category="lamp_out")
            await chief.done("logbook.write", text=f"vu {word}", incident=event["incident"])
            events[word] = event["incident"]
        await still(city)
        await file_report(city.core, NIGHT)
        assert await words(chief) == {"zzhere", "zzelsewhere", "zzmasked"}
        assert await words(agent) == {"zzhere", "zzmasked"}
        # three events, each with its opening and what was typed: he reads two of them
        assert await written(chief) - await written(agent) >= 2
        await chief.done("incidents.mask", incident=events["zzmasked"], trade="police")
        await still(city)
        held = city.core.state("incidents").incidents.pop(UUID(events["zzmasked"]))
        try:
            assert await words(lighting) == {"zzhere", "zzelsewhere"}
            assert await words(chief) == {"zzhere", "zzelsewhere", "zzmasked"}
            text = (await chief.get("/api/night_report?night=2026-01-10")).json()["text"]
            sections = {"events": {"text": text, "lang": "fr"}, "links": {"text": "corrigé", "lang": "fr"}}
            body = msgspec.json.encode({"sections": sections}).decode()
            await chief.done("logbook.amend_report", night="2026-01-10", version=1, body=body)
            assert await words(agent) == {"zzhere", "zzmasked"}
            assert await words(lighting) == {"zzhere", "zzelsewhere"}
            assert "corrigé" in (await lighting.get("/api/night_report?night=2026-01-10")).json()["text"]
        finally:
            city.core.state("incidents").incidents[held.id] = held

    async def words(person: Any) -> set[str]:
        answer = await person.get("/api/night_report?night=2026-01-10")
        assert answer.status_code == 200, answer.text
        return {word for word in ("zzhere", "zzelsewhere", "zzmasked") if word in answer.text}

    async def written(person: Any) -> int:
        figures = (await person.get("/api/night_report?night=2026-01-10")).json()["sections"]
        return int(next(one["text"] for one in figures if one["name"] == "figures").split()[0])

    in_whole_city(scenario)
