"""Rows of the programmes."""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from beffroi.lighting.events import ProgrammeDropped, ProgrammeSet
from beffroi.lighting.types import LightingState, NightProgramme
from beffroi.trade.line import Line

_UPSERT = """INSERT INTO lighting_programme (commune, programme) VALUES (%s, %s)
    ON CONFLICT (commune) DO UPDATE SET programme = excluded.programme"""
_DELETE = "DELETE FROM lighting_programme WHERE commune = %s"


def load(connection: psycopg.Connection[Any]) -> LightingState:
    """Return the programmes in force."""
    rows = connection.execute("SELECT programme FROM lighting_programme ORDER BY commune").fetchall()
    programmes = [msgspec.convert(row[0], NightProgramme) for row in rows]
    return LightingState(programmes={programme.commune: programme for programme in programmes})


def write(cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
    """Keep the programmes that a batch leaves in force."""
    for line in lines:
        match line.event:
            case ProgrammeSet(programme=programme):
                cursor.execute(_UPSERT, (programme.commune, msgspec.json.encode(programme).decode()))
            case ProgrammeDropped(commune=commune):
                cursor.execute(_DELETE, (commune,))
