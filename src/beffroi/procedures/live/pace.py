"""Long work on the core's loop, cut into slices: a generator yields where others may have a turn."""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]

SLICE_S = 0.004
"""A slice ends at the first yield after that: well under the 10 ms of house convention 6."""


async def paced(steps: Steps[T]) -> T:
    """Run steps to their end and return what they give, the loop free between slices."""
    slice_ends = time.perf_counter() + SLICE_S
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if time.perf_counter() > slice_ends:
            await asyncio.sleep(0)
            slice_ends = time.perf_counter() + SLICE_S


def at_once(steps: Steps[T]) -> T:
    """Run steps to their end without a pause: for what is small, and for tests."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
