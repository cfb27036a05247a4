"""Fixtures of the access tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.access.running import SmallCity, small_city


@pytest.fixture
def in_city(database: Any) -> Callable[..., None]:
    """Run a test inside a small city at work."""

    def run(scenario: Callable[[SmallCity], Awaitable[None]], *, demo: bool = True, whole: bool = False) -> None:
        async def main() -> None:
            async with small_city(database, demo=demo, whole=whole) as city:
                await scenario(city)

        asyncio.run(asyncio.wait_for(main(), 60))

    return run
