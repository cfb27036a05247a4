"""Entering, correcting, retiring, merging and bulk editing, through the door that everybody uses."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from beffroi.model.actor import SYSTEM
from beffroi.trade.doors import trusted
from tests.assets.conftest import Desk, viewer_of
from tests.assets.kinds import KINDS


async def _small_city(desk: Desk) -> dict[str, str]:
    """One cabinet, one circuit, three lamps and a camera."""
    made: dict[str, str] = {}

    async def create(code: str, kind: str, lon: float, parent: str = "", **more: Any) -> None:
        place = {"lon": lon, "lat": 47.3, "commune": "21231", "street": "Rue Monge"}
        fields = {"kind": kind, "code": code, **place, **more}
        answer = await desk.act("assets.create", **fields, **({"parent": made[parent]} if parent else {}))
        made[code] = answer["events"][0]["asset"]

    await create("A045", "cabinet", 5.0)
    await create("A045/D3", "circuit", 5.0, "A045")
    for number in range(3):
        await create(f"A045-{number}", "street_light", 5.0 + number / 1000, "A045/D3", number=str(number + 1))
    await create("CAM-1", "camera", 5.1, commune="21166")
    return made


def test_feeding_places_and_series(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        lamp, cabinet = UUID(made["A045-1"]), UUID(made["A045"])
        topology = desk.state
        assert [str(one) for one in topology.ancestors(lamp)] == [made["A045/D3"], made["A045"]]
        assert len(topology.descendants(cabinet, "street_light")) == 3
        assert topology.place_label(lamp) == "2 Rue Monge · A045-1"
        rows = await desk.sql("SELECT index, asset, point FROM series ORDER BY index")
        assert [row[0] for row in rows] == list(range(2 + 2 + 3 * 3 + 1))
        assert [row[2] for row in rows if row[1] == lamp] == ["p0", "p1", "p2"]
        assert (await desk.fresh()).assets == desk.state.assets

    run_desk(scenario)


def test_a_correction_keeps_before_and_after(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        lamp = made["A045-1"]
        await desk.act("assets.correct", asset=lamp, edits={"owner": "Dijon", "characteristics": {"watts": 70}})
        await desk.act("assets.correct", asset=lamp, edits={"characteristics": {"watts": 40}})
        shown = await desk.get(f"/api/assets/{lamp}")
        assert (shown["owner"], shown["characteristics"], shown["revision"]) == ("Dijon", {"watts": 40}, 3)
        history = await desk.get(f"/api/assets/{lamp}/history")
        assert [item["created"] for item in history] == [False, False, True]
        assert history[1]["changes"][0] == {"field": "owner", "before": "", "after": "Dijon"}
        again = await desk.act("assets.correct", 409, asset=lamp, edits={"owner": "Dijon"})
        assert again["code"] == "assets.nothing_to_change"
        late = await desk.act("assets.correct", 409, asset=lamp, edits={"owner": "X"}, revision=1)
        assert late["code"] == "assets.changed_meanwhile"

    run_desk(scenario)


def test_refusals_say_what_to_do(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)

        async def refused(action: str, reason: str, /, **fields: Any) -> None:
            answer = await desk.act(action, 409, **fields)
            assert answer["code"] == reason
            assert "{" not in answer["text"] and answer["text"] != reason

        here = {"lon": 5.0, "lat": 47.3}
        await refused("assets.create", "assets.unknown_kind", kind="tram", code="T1", **here)
        await refused("assets.create", "assets.code_taken", kind="camera", code="A045", **here)
        await refused("assets.create", "assets.bad_code", kind="camera", code="A 1", **here)
        await refused("assets.create", "assets.bad_position", kind="camera", code="Z", lon=5, lat=99)
        await refused("assets.create", "assets.bad_date", kind="camera", code="Z", installed_on="hier", **here)
        await refused(
            "assets.create", "assets.wrong_parent", kind="street_light", code="Z", parent=made["CAM-1"], **here
        )
        await refused("assets.retire", "assets.still_feeds", asset=made["A045"])
        await refused("assets.correct", "assets.retire_instead", asset=made["CAM-1"], edits={"state": "removed"})
        await refused("assets.merge", "assets.different_kinds", kept=made["A045"], duplicate=made["CAM-1"])

    run_desk(scenario)


def test_merging_keeps_both_histories_and_moves_what_was_fed(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        answer = await desk.act("assets.create", kind="cabinet", code="A045B", lon=5.0, lat=47.3)
        twin = answer["events"][0]["asset"]
        await desk.act("assets.merge", kept=twin, duplicate=made["A045"])
        assert [str(one) for one in desk.state.ancestors(UUID(made["A045-1"]))] == [made["A045/D3"], twin]
        history = await desk.get(f"/api/assets/{twin}/history")
        assert {item["asset"] for item in history} == {twin, made["A045"]}
        assert desk.state.find_code("A045") is None
        assert desk.state.find(UUID(made["A045"])).code == "A045"
        assert (await desk.fresh()).assets == desk.state.assets

    run_desk(scenario)


def test_bulk_edit_is_previewed_then_one_line(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        request = {"where": {"parent": made["A045"], "kind": "street_light"}, "edits": {"management": "cabinet"}}
        answer = await desk.http.post("/api/assets/bulk-preview", json=request)
        preview = answer.json()
        assert (preview["selected"], preview["changed"], len(preview["sample"])) == (3, 3, 3)
        before = desk.committer.head.position
        stale = await desk.act("assets.bulk_edit", 409, **request, expected=2)
        assert stale["code"] == "assets.selection_changed"
        await desk.act("assets.bulk_edit", **request, expected=3)
        assert desk.committer.head.position == before + 1
        assert {fact.management for fact in desk.state.list_kind("street_light")} == {"cabinet"}
        changes = await desk.sql("SELECT count(*) FROM asset_change WHERE position = %s", before + 1)
        assert changes[0][0] == 3
        empty = await desk.act("assets.bulk_edit", 409, where={}, edits={"owner": "x"})
        assert empty["code"] == "assets.no_selection"
        assert (await desk.fresh()).assets == desk.state.assets

    run_desk(scenario)


def test_what_is_out_of_sight_does_not_exist(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        desk.as_(viewer_of(commune="21166", trade="video"))
        assert (await desk.get("/api/assets"))["total"] == 1
        await desk.get(f"/api/assets/{made['A045']}", 404)
        await desk.get(f"/api/assets/{made['A045']}/history", 404)
        assert await desk.get("/api/assets/near", lon=5.0, lat=47.3, radius_m=5000) == []
        assert [hit["code"] for hit in await desk.get("/api/search", q="A045")] == []
        assert [hit["code"] for hit in await desk.get("/api/search", q="cam-1")] == ["CAM-1"]
        positions = await desk.http.get("/api/map/positions")
        assert int.from_bytes(positions.content[:4], "little") == 1
        clusters = await desk.get("/api/map/clusters", z=5, bbox="4,46,6,48")
        assert [one["count"] for one in clusters] == [1]
        await desk.act("assets.correct", 403, asset=made["CAM-1"], edits={"owner": "x"})
        await desk.act("assets.correct", 404, asset=made["A045"], edits={"owner": "x"})

    run_desk(scenario)


def test_near_and_search(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        made = await _small_city(desk)
        found = await desk.get("/api/assets/near", lon=5.0, lat=47.3, radius_m=80, kind="street_light")
        assert [one["asset"]["code"] for one in found] == ["A045-0", "A045-1"]
        assert found[1]["distance_m"] == pytest.approx(75.4, abs=0.3)
        hits = await desk.get("/api/search", q="a045-2")
        assert (hits[0]["code"], hits[0]["why"]) == ("A045-2", "code")
        by_id = await desk.get("/api/search", q=made["A045"])
        assert by_id[0]["code"] == "A045"

    run_desk(scenario)


def test_a_kind_that_gains_points_gives_its_assets_their_series(run_desk: Any, database: Any) -> None:
    kind = KINDS["street_light"]
    more = (*kind.points, msgspec.structs.replace(kind.points[0], name="tilt"))
    grown = {**KINDS, "street_light": msgspec.structs.replace(kind, points=more)}

    async def first(desk: Desk) -> None:
        await _small_city(desk)

    async def then(desk: Desk) -> None:
        before = desk.state.next_series
        assert desk.trade.next_due(desk.state) == 0
        for action in desk.trade.due(desk.state, 1):
            await desk.committer.execute(action, trusted(SYSTEM))
        assert desk.trade.next_due(desk.state) is None
        rows = await desk.sql("SELECT index, asset, point FROM series WHERE index >= %s ORDER BY index", before)
        assert [row[2] for row in rows] == ["tilt"] * 3
        assert [row[0] for row in rows] == list(range(before, before + 3))
        await desk.act("assets.create", kind="street_light", code="NEW", lon=5.0, lat=47.3)
        points = await desk.sql("SELECT point FROM series WHERE index >= %s ORDER BY index", before + 3)
        assert [row[0] for row in points] == ["p0", "p1", "p2", "tilt"]
        fresh = await desk.fresh()
        assert (fresh.next_series, fresh.missing_points) == (desk.state.next_series, {})

    run_desk(first)
    run_desk(then, grown)
