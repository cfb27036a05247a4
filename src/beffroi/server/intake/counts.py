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
STRANGERS_KEPT = 500
"""Devices not adopted that the table holds: beyond, newcomers are counted and forgotten (policy: refuse)."""

SAID_AT_ONCE = 50
"""Messages of one such device looked at between two writes; beyond, they are counted."""

COUNTS_KEPT = 90 * DAY
NAME_CHARACTERS = 64
UNKNOWN = "?"
"""Stands for whoever is no source: what it calls itself is at most a sample."""

FULL = "onboarding_full"
"""Reason: too many devices wait to be adopted."""

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
        key = (_readable(source)[:NAME_CHARACTERS], reason)
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
        client = _readable(client[:NAME_CHARACTERS])
        if client not in self._strangers and len(self._strangers) >= CLIENTS_KEPT:
            self.add(UNKNOWN, FULL, at, where=client)
            return
        entry = self._strangers.setdefault(client, Stranger(at, at, 0, []))
        entry.last_at, entry.count = at, entry.count + 1
        if entry.count <= SAID_AT_ONCE:
            text = message[: SAMPLE_CHARACTERS * 4].decode("utf-8", "replace")
            entry.messages = [*entry.messages, _readable(text)][-MESSAGES_KEPT:]

    def take(self) -> tuple[dict[Key, Count], dict[str, Stranger]]:
        """Return what is to be written, and start anew."""
        taken = self._counts, self._strangers
        self._counts, self._strangers = {}, {}
        return taken

    def put_back(self, counts: dict[Key, Count], strangers: dict[str, Stranger]) -> None:
        """Take again what could not be written: the next write brings it."""
        newer, self._counts = self._counts, counts
        for key, entry in newer.items():
            held = self._counts.setdefault(key, Count())
            held.count += entry.count
            held.last_at = max(held.last_at, entry.last_at)
            held.sample = entry.sample or held.sample
        spoke, self._strangers = self._strangers, strangers
        for client, one in spoke.items():
            known = self._strangers.get(client)
            if known is None:
                self._strangers[client] = one
                continue
            known.last_at, known.count = one.last_at, known.count + one.count
            known.messages = [*known.messages, *one.messages][-MESSAGES_KEPT:]


def _readable(text: str) -> str:
    """Return a text that a table and a screen can hold: no control character, not too long."""
    cut = text[:SAMPLE_CHARACTERS]
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)


def write_counts(
    connection: psycopg.Connection[Any], counts: dict[Key, Count], strangers: dict[str, Stranger], now: Micros
) -> None:
    """Add what was counted to the rows, and forget the strangers silent for a day."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM unknown_source WHERE last_at < %s", [now - UNKNOWN_KEPT])
        admitted = _admit(cursor, strangers)
        if left := [one for client, one in strangers.items() if client not in admitted]:
            turned_away = counts.get((UNKNOWN, FULL), Count()).count + sum(one.count for one in left)
            counts = {**counts, (UNKNOWN, FULL): Count(turned_away, now)}
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
                if client in admitted
            ],
        )


def _admit(cursor: psycopg.Cursor[Any], strangers: dict[str, Stranger]) -> set[str]:
    """Return who of some strangers is known already or still fits into the table."""
    if not strangers:
        return set()
    names = list(strangers)
    known = {name for (name,) in cursor.execute("SELECT client FROM unknown_source WHERE client = ANY(%s)", [names])}
    held = cursor.execute("SELECT count(*) FROM unknown_source").fetchone()
    room = max(0, STRANGERS_KEPT - (int(held[0]) if held else 0))
    return known | set([name for name in names if name not in known][:room])


def forget_counts(connection: psycopg.Connection[Any], now: Micros) -> None:
    """Forget what was counted under names that are no source, once it is old."""
    connection.execute(
        "DELETE FROM source_count WHERE last_at < %s AND source NOT IN ('?', '*')"
        " AND NOT EXISTS (SELECT 1 FROM source WHERE name = source_count.source)",
        [now - COUNTS_KEPT],
    )
