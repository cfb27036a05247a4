"""What was received and refused, per source and reason, with a sample of the refused; written every few seconds."""

from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from beffroi.model.time import DAY, Micros

SAMPLE_CHARACTERS = 300
REASONS_KEPT = 5_000
CLIENTS_KEPT = 500
MESSAGES_KEPT = 5
UNKNOWN_KEPT = DAY

Key = tuple[str, str]
"""(source name, reason)."""


class Count(msgspec.Struct):
    """How many since the last write, when last, and the last sample."""

    count: int = 0
    last_at: Micros = 0
    sample: str = ""


class Stranger(msgspec.Struct):
    """What a device that is not adopted said since the last write."""

    first_at: Micros
    last_at: Micros
    count: int = 0
    messages: list[str] = []


class Counts:
    """Counters of this process; bounded: beyond a number of names, newcomers are counted under `*`."""

    def __init__(self) -> None:
        self._counts: dict[Key, Count] = {}
        self._strangers: dict[str, Stranger] = {}
        self.totals: dict[str, int] = {}
        """Since the start, by reason."""

    def add(self, source: str, reason: str, at: Micros, count: int = 1, sample: bytes = b"", where: str = "") -> None:
        """Count something; a sample is kept when one is given."""
        key = (source, reason)
        if key not in self._counts and len(self._counts) >= REASONS_KEPT:
            key = ("*", reason)
        entry = self._counts.setdefault(key, Count())
        entry.count += count
        entry.last_at = max(entry.last_at, at)
        self.totals[reason] = self.totals.get(reason, 0) + count
        if sample or where:
            entry.sample = _readable(f"{where} {sample.decode('utf-8', 'replace')}".strip())

    def hear_stranger(self, client: str, message: bytes, at: Micros) -> None:
        """Keep a message of a device that is not adopted."""
        if client not in self._strangers and len(self._strangers) >= CLIENTS_KEPT:
            return
        entry = self._strangers.setdefault(client, Stranger(at, at, 0, []))
        entry.last_at, entry.count = at, entry.count + 1
        entry.messages = [*entry.messages, _readable(message.decode("utf-8", "replace"))][-MESSAGES_KEPT:]

    def take(self) -> tuple[dict[Key, Count], dict[str, Stranger]]:
        """Return what is to be written, and start anew."""
        taken = self._counts, self._strangers
        self._counts, self._strangers = {}, {}
        return taken


def _readable(text: str) -> str:
    """Return a text that a table and a screen can hold: no control character, not too long."""
    cut = text[:SAMPLE_CHARACTERS]
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)


def write_counts(
    connection: psycopg.Connection[Any], counts: dict[Key, Count], strangers: dict[str, Stranger], now: Micros
) -> None:
    """Add what was counted to the rows, and forget the strangers silent for a day."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO source_count (source, reason, count, last_at, sample) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (source, reason) DO UPDATE SET count = source_count.count + excluded.count,"
            " last_at = greatest(source_count.last_at, excluded.last_at),"
            " sample = CASE WHEN excluded.sample = '' THEN source_count.sample ELSE excluded.sample END",
            [(*key, entry.count, entry.last_at, entry.sample) for key, entry in sorted(counts.items())],
        )
        cursor.executemany(
            "INSERT INTO unknown_source (client, first_at, last_at, count, messages) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (client) DO UPDATE SET last_at = excluded.last_at,"
            " count = unknown_source.count + excluded.count, messages = CASE WHEN"
            " jsonb_array_length(excluded.messages) > 0 THEN excluded.messages ELSE unknown_source.messages END",
            [
                (client, one.first_at, one.last_at, one.count, Jsonb(one.messages))
                for client, one in sorted(strangers.items())
            ],
        )
        cursor.execute("DELETE FROM unknown_source WHERE last_at < %s", [now - UNKNOWN_KEPT])
