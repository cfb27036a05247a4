"""One town drawn once for the whole folder; a small plant where a whole city would only cost time."""

import pytest

from beffroi.rehearsal.plant.from_town import plant_of_town
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.town.city import Town, draw_town


@pytest.fixture(scope="session")
def town() -> Town:
    return draw_town()


@pytest.fixture(scope="session")
def plant(town: Town) -> Plant:
    return plant_of_town(town)
