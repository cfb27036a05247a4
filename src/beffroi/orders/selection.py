"""From what a person named or drew to light points."""

from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from beffroi.model.ports import AssetFacts, Topology
from beffroi.orders.types import Selection
from beffroi.trade.rejected import Rejected

KIND = "street_light"
PARENT_KINDS = frozenset({"circuit", "cabinet", "cabinet_group"})


def resolve(selection: Selection, topology: Topology) -> list[AssetFacts]:
    """List the light points of a selection in index order; raises Rejected when it names none or says two things."""
    ways = [name for name in selection.__struct_fields__ if getattr(selection, name)]
    if len(ways) != 1 and set(ways) != {"street", "commune"}:
        raise Rejected("orders.one_selection")
    found = [facts for facts in _list(selection, topology) if facts.state == "in_service"]
    if not found:
        raise Rejected("orders.no_target")
    if not (selection.assets or selection.parents):
        # cut from the register's own list: each once, in index order already
        return found
    once = {facts.index: facts for facts in found}
    return [once[index] for index in sorted(once)]


def _list(selection: Selection, topology: Topology) -> Iterable[AssetFacts]:
    if selection.assets:
        return _lights(selection.assets, topology)
    if selection.parents:
        return _below(selection, topology)
    lights = topology.list_kind(KIND)
    if selection.polygon:
        return _inside(selection, lights)
    if selection.street:
        return [
            facts for facts in lights if facts.street == selection.street and selection.commune in ("", facts.commune)
        ]
    if selection.commune:
        return [facts for facts in lights if facts.commune == selection.commune]
    return lights


def _lights(assets: Iterable[object], topology: Topology) -> Iterable[AssetFacts]:
    for asset in assets:
        facts = topology.find(asset)  # type: ignore[arg-type]
        if facts is None or facts.kind != KIND:
            raise Rejected("orders.not_a_light", asset=str(asset))
        yield facts


def _below(selection: Selection, topology: Topology) -> Iterable[AssetFacts]:
    for parent in selection.parents:
        facts = topology.find(parent)
        if facts is None or facts.kind not in PARENT_KINDS:
            raise Rejected("orders.not_a_feeder", asset=str(parent))
        for child in topology.descendants(parent, KIND):
            light = topology.find(child)
            if light is not None:
                yield light


def _inside(selection: Selection, lights: Sequence[AssetFacts]) -> Iterable[AssetFacts]:
    if len(selection.polygon) < 3:
        raise Rejected("orders.open_polygon")
    polygon = shapely.Polygon([(corner.lon, corner.lat) for corner in selection.polygon])
    if not polygon.is_valid:
        raise Rejected("orders.crossed_polygon")
    shapely.prepare(polygon)
    lons = np.fromiter((facts.lon for facts in lights), np.float64, len(lights))
    lats = np.fromiter((facts.lat for facts in lights), np.float64, len(lights))
    return [lights[place] for place in np.flatnonzero(shapely.contains_xy(polygon, lons, lats)).tolist()]
