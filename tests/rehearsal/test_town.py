"""The invented town: the figures of the mission, the facts of the scenarios, and the same bytes for the same seed."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse.csgraph import connected_components

from beffroi.assets.importing.mapping import builtin_mappings, read_mapping
from beffroi.rehearsal.prepare import prepare
from beffroi.rehearsal.town.city import Town, draw_town
from beffroi.rehearsal.town.files import circuit_code, write_town
from beffroi.rehearsal.town.traffic import travel_times


def test_the_figures_of_the_mission(town: Town) -> None:
    lighting, sites, fleet = town.lighting, town.sites, town.fleet
    assert len(town.territory.communes) == 23
    assert len(lighting.xy) == 34_000
    assert len(lighting.cabinet_xy) == 430
    assert 950 <= len(lighting.gateway_cabinet) <= 1_080
    assert len(sites.junctions) == 113
    assert len(sites.cameras) == 269
    assert len(sites.buildings) == 180
    assert sum(site.facts["renovated"] == "oui" for site in sites.buildings) == 13
    assert len(sites.bollards) == 26
    assert len(fleet.vehicles) == 205
    assert len(fleet.buses) == 180
    assert lighting.sodium.sum() == 2_380
    circuits = np.bincount(lighting.circuit_cabinet)
    assert 2 <= circuits.min() <= circuits.max() <= 4


def test_circuit_three_of_a045_holds_the_eighty_lights_of_rue_monge(town: Town) -> None:
    lighting = town.lighting
    codes = [circuit_code(lighting, circuit) for circuit in range(len(lighting.circuit_cabinet))]
    lights = np.flatnonzero(lighting.circuit == codes.index("A045/D3"))
    assert len(lights) == 80
    names = {town.streets.names[way] for way in lighting.way[lights].tolist()}
    assert names == {"Rue Monge", "Rue Berbisey"}, "its far end, where callers of the moments of truth live"
    assert (lighting.gateway[lights] >= 0).all()
    assert town.territory.communes[lighting.cabinet_commune[44]].name == "Dijon"


def test_one_substation_feeds_two_thousand_lights(town: Town) -> None:
    lighting = town.lighting
    sizes = np.bincount(lighting.cabinet_group[lighting.circuit_cabinet[lighting.circuit]])
    assert sizes.max() == 2_000
    assert sizes.argmax() == 30, "the scenarios call it P031"


def test_each_light_stands_in_the_commune_of_its_cabinet(town: Town) -> None:
    lighting = town.lighting
    commune = lighting.cabinet_commune[lighting.circuit_cabinet[lighting.circuit]]
    for index, outline in enumerate(town.territory.outlines):
        mine = lighting.xy[commune == index]
        inside = shapely.contains_xy(outline.buffer(60), mine[:, 0], mine[:, 1])
        assert inside.mean() > 0.99, town.territory.communes[index].name


def test_outlines_meet_without_overlap(town: Town) -> None:
    whole = shapely.union_all(list(town.territory.outlines))
    assert sum(outline.area for outline in town.territory.outlines) == pytest.approx(whole.area, rel=0.002)


def test_every_place_can_be_reached_by_road_and_back(town: Town) -> None:
    graph = travel_times(town.network, town.one_way)
    used = np.unique(np.concatenate([town.network.a, town.network.b]))
    _, piece = connected_components(graph, directed=True, connection="strong")
    assert len(set(piece[used].tolist())) == 1
    assert town.one_way.sum() > 100


def test_street_names_are_unique_in_a_commune(town: Town) -> None:
    pairs = list(zip(town.streets.communes.tolist(), town.streets.names, strict=True))
    assert len(pairs) == len(set(pairs))


def test_same_seed_same_bytes(town: Town, tmp_path: Path) -> None:
    once, twice = (write_town(one, tmp_path / name) for one, name in ((town, "a"), (draw_town(), "b")))

    def digest(paths: list[Path]) -> list[str]:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]

    assert digest(once) == digest(twice)
    assert draw_town(seed=7).lighting.xy.tobytes() != town.lighting.xy.tobytes()


def test_the_mapping_reads_columns_that_the_files_have(town: Town, tmp_path: Path) -> None:
    mapping = read_mapping(builtin_mappings()["rehearsal"])
    assert mapping.simulated, "what is invented must say so on screen"
    files = {path.name: gzip.decompress(path.read_bytes()).decode() for path in prepare(tmp_path, town=town)}
    for layer in mapping.layers:
        text = files[layer.file]
        missing = [
            column
            for column in layer.columns()
            if f'"{column}":' not in text and column not in text.split("\n")[0].split(",")
        ]
        assert not missing, (layer.file, missing)


def test_prepare_writes_once(town: Town, tmp_path: Path) -> None:
    files = prepare(tmp_path, town=town)
    before = {path: path.stat().st_mtime_ns for path in files}
    assert sorted(prepare(tmp_path)) == sorted(files)
    assert {path: path.stat().st_mtime_ns for path in files} == before
