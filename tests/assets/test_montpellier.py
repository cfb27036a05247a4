"""The real city: Montpellier's files in, twice, out again, and an address found in spite of a typing error."""

import time
from pathlib import Path
from typing import Any

import pytest

from beffroi.equipment import registry
from tests.assets.conftest import SHARED, Desk

CITY = SHARED / "montpellier-ville"
pytestmark = [
    pytest.mark.skipif(not CITY.is_dir(), reason="real data absent: ../shared/data/montpellier-ville"),
    pytest.mark.slow,
    pytest.mark.timeout(400),
]


def _files(folder: Path) -> dict[str, bytes]:
    wanted = (".csv", ".gz", ".geojson")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in wanted}


def test_montpellier_in_again_and_out(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        files = _files(CITY)
        began = time.monotonic()
        shown = await desk.bring(files, "montpellier")
        took = time.monotonic() - began
        counts = {(one["target"], one["file"]): one for one in shown["counts"]}
        assert counts["street_light", "street_lights.csv.gz"]["created"] > 29_900
        assert counts["junction", "traffic_signals.geojson"]["created"] == 369
        assert counts["address", "addresses.csv.gz"]["created"] == 36_395
        assert shown["refused"] == sum(one["refused"] for one in shown["counts"]) > 0
        assert took < 60
        print(f"import {took:.1f} s")
        refused = await desk.http.get(f"/api/assets/imports/{shown['id']}/refused.csv")
        assert refused.text.count("\n") == shown["refused"] + 1
        began = time.monotonic()
        fresh = await desk.fresh()
        print(f"load {time.monotonic() - began:.1f} s")
        assert fresh.assets == desk.state.assets
        assert fresh.next_series == desk.state.next_series == (await desk.sql("SELECT count(*) FROM series"))[0][0]

        again = await desk.upload(files, "montpellier")
        assert (again["changes"], again["refused"]) == (0, shown["refused"])

        times = []
        for _ in range(5):
            began = time.monotonic()
            hits = await desk.get("/api/search", q="12 rue julles feryy")
            times.append(time.monotonic() - began)
        print(f"search {sorted(times)[2] * 1000:.0f} ms")
        assert min(times) < 0.3, times
        assert hits[0]["label"] == "12 Rue Jules Ferry, Montpellier"

        touched = desk.state.find_code("L00100")
        await desk.act("assets.correct", asset=str(touched.id), edits={"owner": "Enedis"})
        began = time.monotonic()
        undo = await desk.undo(shown["id"])
        print(f"undo {time.monotonic() - began:.1f} s")
        assert [one["code"] for one in undo["refusals"]] == ["assets.undo_touched"]
        assert [facts.code for facts in desk.state.list_kind("street_light")] == ["L00100"]
        assert desk.state.places.counts == {}
        assert (await desk.fresh()).assets == desk.state.assets
        series = desk.state.next_series
        await desk.bring(files, "montpellier")
        assert desk.state.next_series == series
        assert len(desk.state.list_kind("street_light")) == counts["street_light", "street_lights.csv.gz"]["created"]

    run_desk(scenario, registry(), within_s=110)
