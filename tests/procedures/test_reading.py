"""The newest value of a point for some assets: arrays that grew apart, silences, assets without the point."""

import numpy as np

from beffroi.model.reading import read_newest

TIMES = np.array([5, 0, 7], np.int64)
VALUES = np.array([1.5, 9.0, 2.5])
COLUMN = np.array([2, -1, 1, 3, 0], np.int32)
"""Series by asset: the second has no such point, the third never spoke, the fourth is newer than the arrays."""


def test_what_was_not_heard_has_no_time_and_no_value() -> None:
    at, value = read_newest((TIMES, VALUES), COLUMN, np.array([4, 0, 1, 2, 3, 99]))
    assert at.tolist() == [5, 7, 0, 0, 0, 0]
    assert value[:2].tolist() == [1.5, 2.5]
    assert np.isnan(value[2:]).all()


def test_before_anything_is_known() -> None:
    at, value = read_newest((TIMES[:0], VALUES[:0]), COLUMN[:0], np.array([0, 1]))
    assert at.tolist() == [0, 0]
    assert np.isnan(value).all()
