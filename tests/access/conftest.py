"""Fixtures of the access tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.access.running import SmallCity, small_city

from beffroi.access import passwords


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make argon2 cheap: its strength is asked in one test."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def in_city(database: Any) -> Callable[..., None]:
    """Run a test inside a small city at work."""

    def run(scenario: Callable[[SmallCity], Awaitable[None]], *, demo: bool = True, whole: bool = False) -> None:
        async def main() -> None:
            async with small_city(database, demo=demo, whole=whole) as city:
                await scenario(city)

        asyncio.run(asyncio.wait_for(main(), 60))

    return run
