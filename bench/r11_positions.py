"""R11: the whole city's first paint, 34,000 assets: bytes and time of /api/map/positions.

Peers: pygeoapi sent 7.8 MB in 2.2 to 3.1 s, a PostGIS tile took 150 to 264 ms (`stack.md`); in this run, the same
points as GeoJSON by the fastest encoder we have. The result is checked by decoding every record.
"""

import argparse
import gzip
import sys
import time

import msgspec
import numpy as np

from _common import spread
from _register import COUNT, drawn, synthetic
from beffroi.assets.logic import visible
from beffroi.assets.state import AssetsState
from beffroi.assets.tiles.positions import RECORD, encode_positions

PYGEOAPI_MB, PYGEOAPI_S, POSTGIS_MS = 7.8, 2.2, 150.0
LIMIT_KB = 700


def geojson(state: AssetsState) -> bytes:
    """Return the same points as a GeoJSON collection."""
    features = [
        {
            "type": "Feature",
            "id": asset.index,
            "geometry": {"type": "Point", "coordinates": [round(asset.lon, 6), round(asset.lat, 6)]},
            "properties": {"kind": asset.kind, "commune": asset.commune},
        }
        for asset in state.assets
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def main() -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    state = synthetic()
    ours, theirs = [], []
    for _ in range(options.runs):
        began = time.perf_counter()
        data = encode_positions(state.columns, visible(state, lambda _scope: True))
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        text = geojson(state)
        theirs.append(time.perf_counter() - began)
    records = np.frombuffer(data[4:], RECORD)
    assert int.from_bytes(data[:4], "little") == COUNT == len(records)
    assert np.array_equal(records["index"], np.arange(COUNT))
    assert np.abs(records["lon"] - state.columns.lon).max() < 1e-6
    size, packed = len(data) / 1e3, len(gzip.compress(data, 1)) / 1e3
    assert size < LIMIT_KB
    sys.stdout.write(
        f"R11 first paint of {COUNT:,} assets, every record decoded\n"
        f"  payload      {size:.0f} kB, {packed:.0f} kB as sent (gzip 1); goal under {LIMIT_KB} kB\n"
        f"  made in      {spread(drawn(ours), ' ms')}\n"
        f"  GeoJSON      {spread(drawn(theirs), ' ms')}, {len(text) / 1e6:.1f} MB:"
        f" {len(text) / len(data):.0f} times the bytes, {np.median(theirs) / np.median(ours):.0f} times the time\n"
        f"  to pygeoapi  1/{PYGEOAPI_MB * 1e3 / size:.0f} of the bytes (goal 10),"
        f" 1/{PYGEOAPI_S / np.median(ours):.0f} of the time (published)\n"
        f"  to PostGIS   1/{POSTGIS_MS / (np.median(ours) * 1e3):.0f} of the time of a tile (published, goal 2)\n"
    )


if __name__ == "__main__":
    main()
