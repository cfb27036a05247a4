"""Stretches of time during which a source is over its quota: one line of the journal each, whatever their length."""

import msgspec
import psycopg

from beffroi.model.time import MINUTE, Micros

ENDS_AFTER = MINUTE
"""An episode ends once its source has been within quota for this long."""


Changed = tuple[int, Micros | None, str, Micros]
"""(values refused, end or nothing, source, start)."""


class Episode(msgspec.Struct):
    """One stretch: since when, when last over, how many values were acknowledged and not stored."""

    started_at: Micros
    last_at: Micros
    refused: int = 0
    written: int = 0


class Episodes:
    """The episodes that run, by source."""

    def __init__(self) -> None:
        self.running: dict[str, Episode] = {}
        self.ended: list[Changed] = []
        """Ends that could not be written yet."""

    def note(self, over: dict[str, int], now: Micros) -> list[tuple[str, Micros]]:
        """Count values over quota; returns (source, start) of the episodes that begin."""
        begun = []
        for source, count in over.items():
            episode = self.running.get(source)
            if episode is None:
                episode = self.running[source] = Episode(now, now)
                begun.append((source, now))
            episode.last_at = now
            episode.refused += count
        return begun

    def take_changed(self, now: Micros) -> list[Changed]:
        """List (values refused, end or nothing, source, start) to write; ended episodes leave."""
        changed, self.ended = self.ended, []
        for source, episode in list(self.running.items()):
            ended = now - episode.last_at > ENDS_AFTER
            if ended or episode.refused != episode.written:
                end = episode.last_at if ended else None
                changed.append((episode.refused, end, source, episode.started_at))
                episode.written = episode.refused
            if ended:
                del self.running[source]
        return changed

    def put_back(self, changed: list[Changed]) -> None:
        """Take again what could not be written: the next `take_changed` lists it."""
        for refused, ended_at, source, started_at in changed:
            running = self.running.get(source)
            if ended_at is not None:
                self.ended.append((refused, ended_at, source, started_at))
            elif running is not None and running.started_at == started_at:
                running.written = -1


def write_episodes(connection: psycopg.Connection[tuple[object, ...]], changed: list[Changed]) -> None:
    """Bring the counts and the ends of episodes into their rows."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE quota_episode SET refused = %s, ended_at = %s WHERE source = %s AND started_at = %s", changed
        )
