"""In which system the coordinates of a file are: found by trying each on the territory, never by trusting the file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from beffroi.assets.importing.readers import Notice

FRANCE = (-5.8, 41.0, 10.0, 51.6)
"""West, south, east, north of metropolitan France in degrees."""
WGS84 = "EPSG:4326"
CANDIDATES = (WGS84, "EPSG:2154", *(f"EPSG:{zone}" for zone in range(3942, 3951)), "EPSG:27572", "EPSG:3857")
NAMES = {
    WGS84: "WGS 84",
    "EPSG:2154": "Lambert-93",
    "EPSG:27572": "Lambert II étendu",
    "EPSG:3857": "Web Mercator",
    **{f"EPSG:{3900 + zone}": f"Conique conforme zone {zone} (CC{zone})" for zone in range(42, 51)},
}
SAMPLE = 400
ENOUGH = 0.5
MARGIN = 0.25
"""How far around the territory, in degrees, a point still speaks for a system: neighbours are refused later."""

Box = tuple[float, float, float, float]


class Reference(msgspec.Struct, frozen=True):
    """A system of coordinates and whether the file gives its axes in the other order; `share` of points that fit."""

    crs: str
    swapped: bool
    share: float


def detect(xy: NDArray[np.float64], territory: Box | None, declared: str = "") -> Reference | None:
    """Return the system under which most points fall on the territory (France when unknown), or nothing.

    The declared system wins a tie, then plain longitude and latitude, then national before zonal systems.
    """
    finite = xy[np.isfinite(xy).all(axis=1)]
    if not len(finite):
        return None
    sample = finite[:: max(1, len(finite) // SAMPLE)]
    box = _grown(territory) if territory else FRANCE
    order = [declared, *CANDIDATES] if declared in NAMES or _known(declared) else list(CANDIDATES)
    best: Reference | None = None
    for swapped in (False, True):
        for crs in dict.fromkeys(order):
            share = _share(sample[:, ::-1] if swapped else sample, crs, box)
            if share >= ENOUGH and (best is None or share > best.share + 0.02):
                best = Reference(crs, swapped, share)
    return best


def _grown(box: Box) -> Box:
    return (box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN)


def _share(points: NDArray[np.float64], crs: str, box: Box) -> float:
    if not _plausible(points, crs):
        return 0.0
    lonlat = to_wgs84(points, crs)
    west, south, east, north = box
    inside = (lonlat[:, 0] >= west) & (lonlat[:, 0] <= east) & (lonlat[:, 1] >= south) & (lonlat[:, 1] <= north)
    return float(inside.mean())


def _plausible(points: NDArray[np.float64], crs: str) -> bool:
    """Spare pyproj (slow to load) where the magnitude alone decides."""
    degrees = bool(np.median(np.abs(points)) <= 180)
    return degrees == (crs == WGS84)


@lru_cache(maxsize=16)
def _transformer(crs: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(crs, WGS84, always_xy=True)


def _known(crs: str) -> bool:
    """Tell whether a declared system exists; a slip of the pen must not stop an import that detection understands."""
    if not crs:
        return False
    try:
        _transformer(crs)
    except Exception:
        return False
    return True


def to_wgs84(points: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Return (lon, lat) in degrees of (x, y) in a system; not finite where the system does not reach."""
    if crs == WGS84:
        return points
    lon, lat = _transformer(crs).transform(points[:, 0], points[:, 1])
    return np.column_stack([lon, lat])


def convert(shapes: Any, reference: Reference) -> Any:
    """Return geometries in WGS 84, longitude first."""
    if reference.crs == WGS84 and not reference.swapped:
        return shapes
    return shapely.transform(
        shapes, lambda xy: to_wgs84(np.ascontiguousarray(xy[:, ::-1] if reference.swapped else xy), reference.crs)
    )


def notices_of(reference: Reference, declared: str, count: int) -> list[Notice]:
    """List what must be told about the system found."""
    found: list[Notice] = []
    name = NAMES.get(reference.crs, reference.crs)
    if reference.crs != WGS84:
        found.append(Notice("assets.notice_reprojected", {"system": name, "crs": reference.crs, "count": count}))
    if declared and declared not in (reference.crs, "EPSG:4979") and (declared, reference.crs) != ("OGC:CRS84", WGS84):
        found.append(Notice("assets.notice_wrong_crs", {"declared": declared, "system": name}))
    if reference.swapped:
        found.append(Notice("assets.notice_swapped", {"count": count}))
    return found
