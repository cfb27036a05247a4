"""Imports through the whole door: what is understood, what is refused, what is undone, what is replayed."""

import csv
import io
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from pyproj import Transformer

from beffroi.assets import store
from beffroi.assets.held import Plan
from beffroi.assets.importing import jobs
from beffroi.journal import store as journal
from beffroi.journal.codec import Decoder
from tests.assets.conftest import Desk, viewer_of

MAPPING = """
name = "essai"
title = "Essai"
attribution = "Ville d'essai"
owner = "Dijon"
tolerance_m = 300

[[layer]]
file = "communes.geojson"
layer = "commune"
key = "{insee}"
fields.name = "{nom}"

[[layer]]
file = "voies.geojson"
layer = "street"
key = "{id}"
fields.name = "{nom}"

[[layer]]
file = "adresses.csv"
layer = "address"
key = "{id}"
fields.name = "{voie}"
fields.number = "{numero}"

[[layer]]
file = "armoires.csv"
kind = "cabinet"
key = "{num}"
fields.code = "{num}"

[[layer]]
file = "lampes.csv"
kind = "street_light"
key = "{num}"
fields.code = "{num}"
fields.parent = "{armoire}"
fields.installed_on = "{pose}"
fields.management = "{gestion}"
fields.characteristics.watts = "{watts}"
[layer.values.management]
oui = "point"
non = "none"
"*" = "cabinet"
"""
COMMUNES = """{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"insee":"21231","nom":"Dijon"},
  "geometry":{"type":"Polygon","coordinates":[[[5.0,47.3],[5.1,47.3],[5.1,47.4],[5.0,47.4],[5.0,47.3]]]}}]}"""
STREETS = """{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"id":1,"nom":"Rue Monge"},
  "geometry":{"type":"LineString","coordinates":[[5.02,47.32],[5.03,47.32]]}},
 {"type":"Feature","properties":{"id":2,"nom":"Rue Berbisey"},
  "geometry":{"type":"LineString","coordinates":[[5.03,47.32],[5.03,47.33]]}}]}"""
ADDRESSES = "id;voie;numero;lon;lat\n1;Rue Monge;12 bis;5,025;47,32005\n2;Rue Berbisey;7;5,0301;47,325\n"
CABINETS = "num;lon;lat\nA1;5,02;47,32\nA2;5,03;47,32\n"
LAMPS = (
    "num;armoire;pose;gestion;watts;lon;lat\n"
    "A1-1;A1;17/05/2019;oui;70;5,025;47,32\n"
    "A1-2;A1;2004;non;;5,0301;47,3251\n"
    "A1-3;;;peut-être;35,5;5,031;47,39\n"
)


def _files(**changed: str) -> dict[str, bytes]:
    names = {
        "communes.geojson": COMMUNES,
        "voies.geojson": STREETS,
        "adresses.csv": ADDRESSES,
        "armoires.csv": CABINETS,
        "lampes.csv": LAMPS,
    }
    given = {name.replace("_", "."): text for name, text in changed.items()}
    return {name: given.get(name, text).encode() for name, text in names.items()}


def test_a_small_city_enters_whole(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        shown = await desk.bring(_files(), MAPPING)
        assert shown["refused"] == 0
        lamp = desk.state.find_code("A1-1")
        assert desk.state.place_label(lamp.id) == "12 bis Rue Monge, Dijon · A1-1"
        asset = desk.state.get(lamp.id)
        assert (asset.owner, asset.installed_on, asset.management) == ("Dijon", "2019-05-17", "point")
        assert asset.characteristics == '{"watts":70}'
        assert desk.state.get(desk.state.find_code("A1-3").id).management == "cabinet"
        assert len(desk.state.children(desk.state.find_code("A1").id)) == 2
        hits = await desk.get("/api/search", q="rue monge / rue berbisey")
        assert (hits[0]["type"], round(hits[0]["lon"], 5)) == ("crossing", 5.03)
        style = await desk.get("/api/map/style")
        assert style["attribution"] == "Ville d'essai"
        listed = await desk.get("/api/assets/imports")
        assert [(row["record"]["title"], row["undoable"]) for row in listed] == [("Essai", True)]
        fresh = await desk.fresh()
        assert fresh.assets == desk.state.assets
        assert fresh.places.counts == desk.state.places.counts

    run_desk(scenario)


def test_the_same_file_changes_nothing_even_after_a_correction_by_hand(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        lamp = desk.state.find_code("A1-1")
        await desk.act("assets.correct", asset=str(lamp.id), edits={"installed_on": "2020"})
        again = await desk.upload(_files(), MAPPING)
        assert again["changes"] == 0
        newer = await desk.upload(_files(lampes_csv=LAMPS.replace("17/05/2019", "2021")), MAPPING)
        assert newer["changes"] == 1
        assert newer["sample"][0]["fields"]["installed_on"] == ["2020", "2021"]

    run_desk(scenario)


def test_refused_rows_name_the_line_and_the_reason(run_desk: Any) -> None:
    lamps = LAMPS + (
        "A1-1;A1;;oui;70;5,025;47,32\n"  # 5: duplicate
        ";A1;;oui;70;5,025;47,32\n"  # 6: no key
        "B-1;ZZ;;oui;70;5,025;47,32\n"  # 7: unknown feeder
        "B-2;A1;32/13/2019;oui;70;5,025;47,32\n"  # 8: date
        "B-3;A1;;oui;70;;\n"  # 9: no position
        "B-4;A1;;oui;70;4,5;47,32\n"  # 10: outside
        "A2;;;oui;70;5,025;47,32\n"  # 11: the number of a cabinet
        "B-5;A1;;oui;70;5,025;47,32;en trop\n"  # 12: too many columns
        "B-6;A1-1;;oui;70;5,025;47,32\n"  # 13: a lamp feeds nothing
    )

    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        shown = await desk.upload(_files(lampes_csv=lamps), MAPPING)
        assert shown["state"] == "ready"
        assert shown["changes"] == 0
        answer = await desk.http.get(f"/api/assets/imports/{shown['id']}/refused.csv")
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
        assert rows[0] == ["fichier", "ligne", "motif", "code", "extrait"]
        assert {int(row[1]): row[3].removeprefix("assets.row_") for row in rows[1:]} == {
            5: "duplicate",
            6: "no_key",
            7: "unknown_parent",
            8: "bad_date",
            9: "no_position",
            10: "outside",
            11: "code_taken",
            12: "unreadable",
            13: "wrong_parent",
        }
        assert all("{" not in row[2] and "?" not in row[2].replace("en trop ?", "") for row in rows[1:])

    run_desk(scenario)


def test_refused_rows_stay_with_a_committed_import_in_both_languages(
    run_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(desk: Desk) -> None:
        lamps = LAMPS + "B-1;ZZ;;oui;70;5,025;47,32\n"
        kept = await desk.bring(_files(lampes_csv=lamps), MAPPING)
        monkeypatch.setattr(jobs, "MAX_JOBS", 1)
        await desk.upload(_files(), MAPPING)
        await desk.get(f"/api/assets/imports/{kept['id']}", expect=404)
        reasons = []
        for lang in ("fr", "en"):
            answer = await desk.http.get(f"/api/assets/imports/{kept['id']}/refused.csv", params={"lang": lang})
            rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
            assert [(row[1], row[3]) for row in rows[1:]] == [("5", "assets.row_unknown_parent")]
            reasons.append(rows[1][2])
        assert reasons[0] != reasons[1]
        await desk.get(f"/api/assets/imports/{uuid4()}/refused.csv", expect=404)

    run_desk(scenario)


def test_lambert_93_swapped_axes_and_windows_text_are_told(run_desk: Any) -> None:
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform([5.025, 5.026], [47.32, 47.321])
    rows = "".join(f"C{i};Caméra n° {i};{y[i]:.2f};{x[i]:.2f}\n".replace(".", ",") for i in range(2))
    mapping = (
        'name="cam"\n[[layer]]\nfile="c.csv"\nkind="camera"\nkey="{id}"\nfields.code="{id}"\nfields.name="{nom}"\n'
    )

    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        shown = await desk.bring({"c.csv": f"id;nom;x;y\n{rows}".encode("cp1252")}, mapping)
        codes = [notice["code"].removeprefix("assets.notice_") for notice in shown["notices"]]
        assert sorted(codes) == ["comma", "encoding", "reprojected", "separator", "swapped"]
        told = next(notice["text"] for notice in shown["notices"] if "reprojected" in notice["code"])
        assert "Lambert-93" in told
        camera = desk.state.find_code("C1")
        assert camera.name == "Caméra n° 1"
        assert np.allclose((camera.lon, camera.lat), (5.026, 47.321), atol=1e-6)

    run_desk(scenario)


def test_undo_refuses_what_was_touched_and_what_feeds_it(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        shown = await desk.bring(_files(), MAPPING)
        lamp = desk.state.find_code("A1-2")
        await desk.act("assets.correct", asset=str(lamp.id), edits={"owner": "Talant"})
        early = await desk.act("assets.undo_import", 409, import_id=shown["id"])
        assert early["code"] == "assets.undo_not_prepared"
        undo = await desk.undo(shown["id"])
        reasons = {(one["code"], one["params"]["number"]) for one in undo["refusals"]}
        assert reasons == {("assets.undo_touched", "A1-2"), ("assets.undo_feeds", "A1")}
        assert {facts.code for kind in ("cabinet", "street_light") for facts in desk.state.list_kind(kind)} == {
            "A1",
            "A1-2",
        }
        assert desk.state.places.counts == {}
        assert (await desk.fresh()).assets == desk.state.assets
        twice = await desk.http.post(f"/api/assets/imports/{shown['id']}/undo")
        assert twice.json()["code"] == "assets.import_undone_already"

    run_desk(scenario)


def test_undo_of_an_update_gives_the_former_values_back(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        before = desk.state.get(desk.state.find_code("A1-1").id)
        changed = _files(lampes_csv=LAMPS.replace(";70;", ";40;"), voies_geojson=STREETS.replace("Monge", "Neuve"))
        second = await desk.bring(changed, MAPPING)
        assert desk.state.places.gazetteer.find("rue neuve")
        await desk.undo(second["id"])
        after = desk.state.get(before.id)
        assert (after.characteristics, after.source_hash) == (before.characteristics, before.source_hash)
        assert after.revision == before.revision + 2
        assert desk.state.places.gazetteer.find("rue monge")[0].score == 100
        assert (await desk.upload(_files(), MAPPING))["changes"] == 0

    run_desk(scenario)


def test_an_import_planned_before_a_change_is_outdated_only_where_it_meets(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        plan = await desk.upload(_files(lampes_csv=LAMPS.replace(";70;", ";40;")), MAPPING)
        lamp = desk.state.find_code("A1-1")
        await desk.act("assets.create", kind="camera", code="NEW", lon=5.02, lat=47.32)
        extra = await desk.upload(_files(armoires_csv=CABINETS + "A9;5,02;47,32\n"), MAPPING)
        await desk.act("assets.create", kind="camera", code="NEW2", lon=5.02, lat=47.32)
        await desk.act("assets.import", import_id=extra["id"])
        await desk.act("assets.correct", asset=str(lamp.id), edits={"owner": "Talant"})
        late = await desk.act("assets.import", 409, import_id=plan["id"])
        assert late["code"] == "assets.import_outdated"
        assert desk.state.find_code("A9").index == desk.state.find_code("NEW2").index + 1
        assert (await desk.fresh()).assets == desk.state.assets
        assert (await desk.sql("SELECT count(*), max(index) FROM series"))[0] == (
            desk.state.next_series,
            desk.state.next_series - 1,
        )

    run_desk(scenario)


def test_the_journal_and_the_kept_rows_replay_to_the_same_register(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        first = await desk.bring(_files(), MAPPING)
        await desk.act("assets.bulk_edit", where={"kind": "street_light"}, edits={"contract": "2026"}, expected=3)
        await desk.act("assets.create", kind="camera", code="CAM", lon=5.02, lat=47.32)
        second = await desk.bring(_files(armoires_csv=CABINETS.replace("A2;5,03", "A2;5,04")), MAPPING)
        undo = await desk.undo(second["id"])
        decoder = Decoder.of(desk.wiring.events)
        lines = await desk.writer.run(lambda connection: journal.read(connection, 0, 1000, decoder))
        replayed = type(desk.trade)(desk.trade.kinds)
        state = replayed.empty()
        for identity, undoes in ((first["id"], None), (second["id"], None), (undo["id"], second["id"])):
            state.held.keep(await _plan(desk, identity, undoes))
        for line in lines:
            replayed.apply(state, line)
        assert state.assets == desk.state.assets
        assert (state.next_series, state.by_code, state.fed) == (
            desk.state.next_series,
            desk.state.by_code,
            desk.state.fed,
        )

    run_desk(scenario)


async def _plan(desk: Desk, identity: str, undoes: str | None) -> Plan:
    from uuid import UUID

    key = UUID(identity)
    return await desk.writer.run(lambda connection: store.read_plan(connection, key, UUID(undoes) if undoes else None))


def test_a_file_without_mapping_gets_a_proposal(run_desk: Any) -> None:
    content = "Numéro;Désignation;Longitude;Latitude;Année pose;Puissance (W)\nP1;Mât;5,02;47,32;2001;70\n"

    async def scenario(desk: Desk) -> None:
        await desk.bring(_files(), MAPPING)
        shown = await desk.upload({"lampadaires.csv": content.encode()})
        assert shown["state"] == "ready", shown["error"]
        assert 'kind = "street_light"' in shown["mapping_text"]
        await desk.act("assets.import", import_id=shown["id"])
        lamp = desk.state.get(desk.state.find_code("P1").id)
        assert (lamp.name, lamp.installed_on) == ("Mât", "2001")
        assert lamp.characteristics == '{"puissance_(w)":70}'
        unknown = await desk.upload({"truc.csv": content.encode()})
        assert (unknown["state"], unknown["error"]["code"]) == ("failed", "assets.kind_needed")

    run_desk(scenario)


def test_declared_numbers_are_numbers_and_the_others_are_told(run_desk: Any) -> None:
    content = "num;lon;lat;watts;haut\nP1;5,02;47,32;40,5;8,5\nP2;5,03;47,32;36.25;9\nP3;5,03;47,33;n/c;9\n"
    layer = '[[layer]]\nfile="p.csv"\nkind="street_light"\nkey="{num}"\nfields.code="{num}"\n'
    fields = 'fields.characteristics.watts="{watts}"\nfields.characteristics.haut="{haut}"\n'
    mapping = f'name = "n"\n{layer}{fields}'

    async def scenario(desk: Desk) -> None:
        shown = await desk.bring({"p.csv": content.encode()}, mapping + 'numbers = ["watts"]\n')
        assert [(one["line"], one["code"]) for one in shown["refusals"]] == [(4, "assets.row_bad_number")]
        lamps = [desk.state.get(desk.state.find_code(code).id) for code in ("P1", "P2")]
        assert [lamp.characteristics for lamp in lamps] == ['{"haut":"8,5","watts":40.5}', '{"haut":9,"watts":36.25}']
        told = [one["params"] for one in shown["notices"] if one["code"] == "assets.notice_comma_text"]
        assert told == [{"names": '"haut"'}]
        wrong = await desk.upload({"p.csv": content.encode()}, mapping + 'numbers = ["height"]\n')
        assert wrong["error"]["code"] == "assets.mapping_number"
        proposed = await desk.upload({"lampadaires.csv": content.replace("n/c", "9").encode()})
        assert 'numbers = ["watts", "haut"]' in proposed["mapping_text"]

    run_desk(scenario)


def test_only_clerks_import(run_desk: Any) -> None:
    async def scenario(desk: Desk) -> None:
        shown = await desk.upload(_files(), MAPPING)
        desk.as_(viewer_of())
        parts = [("files", ("a.csv", b"a\n"))]
        assert (await desk.http.post("/api/assets/imports", files=parts)).status_code == 403
        await desk.get(f"/api/assets/imports/{shown['id']}", 403)
        await desk.act("assets.import", 403, import_id=shown["id"])

    run_desk(scenario)
