"""Fixtures of the journal's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest


@pytest.fixture
def counted_salt() -> Callable[[], bytes]:
    """Salts that repeat from one run to the next."""
    numbers = iter(range(1, 1_000_000))
    return lambda: next(numbers).to_bytes(16, "big")


@pytest.fixture
def connection(database: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role."""
    with psycopg.connect(database.app) as opened:
        yield opened
