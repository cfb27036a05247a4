"""Noise that depends on its arguments only: a rehearsal repeats itself whatever the order of the questions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import SECOND, Micros

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SCALE = 1.0 / float(1 << 53)


def share(
    seed: int, who: NDArray[Any], salt: int, at: NDArray[np.int64] | Micros = 0, hold_s: int = 0
) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each of `who`, held for `hold_s` seconds (SplitMix64); 0: for ever."""
    slot = np.asarray(at, np.int64) // (hold_s * SECOND) if hold_s else np.zeros((), np.int64)
    with np.errstate(over="ignore"):
        z = np.asarray(who).astype(np.uint64) * _GOLDEN
        z = z + np.uint64((seed * 0x5851F42D4C957F2D + salt * 0x14057B7EF767814F) & 0xFFFFFFFFFFFFFFFF)
        z = z ^ (slot.astype(np.uint64) * _MIX_2)
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        z = z ^ (z >> np.uint64(31))
    result: NDArray[np.float64] = (z >> np.uint64(11)).astype(np.float64) * _SCALE
    return result


def swing(seed: int, who: NDArray[Any], salt: int, at: NDArray[np.int64] | Micros, hold_s: int) -> NDArray[np.float64]:
    """Return a number in [-1, 1) for each of `who`, held for slices of `hold_s` seconds."""
    return 2.0 * share(seed, who, salt, at, hold_s) - 1.0
