"""Every visible asset's place in 16 bytes: what the map loads once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.assets.columns import Columns

RECORD = np.dtype([("index", "<u4"), ("lon", "<f4"), ("lat", "<f4"), ("kind", "<u2"), ("commune", "<u2")])


def encode_positions(columns: Columns, mask: NDArray[Any]) -> bytes:
    """Return the count (u32) then one record for each asset of the mask, in index order; little endian."""
    chosen = np.flatnonzero(mask)
    records = np.empty(len(chosen), RECORD)
    records["index"] = chosen
    records["lon"], records["lat"] = columns.lon[chosen], columns.lat[chosen]
    records["kind"], records["commune"] = columns.kind[chosen], columns.commune[chosen]
    return np.uint32(len(chosen)).tobytes() + records.tobytes()
