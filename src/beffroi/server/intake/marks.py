"""The arrays of the intake: what was folded, what was committed, what the screens were told."""

import itertools

import numpy as np

from beffroi.server.intake.registry import Assets
from beffroi.telemetry.fold import Fold, Readings
from beffroi.telemetry.history import StandingNote, Standings, note_standings
from beffroi.telemetry.live import DIFF_ROW
from beffroi.telemetry.rules import Bools, Floats, Ints, RuleSet

DIFF_BYTES = 512_000


class Marks:
    """By series: `fold` runs ahead of the database, `stored` is what it holds, `shown` is what the screens know.

    A value over quota is shown and never stored: the three must not be mixed.
    """

    def __init__(self) -> None:
        self.fold = Fold(RuleSet((), np.empty(0, np.int64), np.empty(0, np.int64), 0), 0)
        self.stored_at: Ints = np.empty(0, np.int64)
        self.stored_value: Floats = np.empty(0, np.float64)
        self.shown_at: Ints = np.empty(0, np.int64)
        self.shown_value: Floats = np.empty(0, np.float64)
        self.unsaved: Bools = np.empty(0, np.bool_)
        """Series whose stored value is not in `latest` yet."""
        self.unsaved_standings: Standings = {}
        """Committed standings that `rule_state` does not have yet."""

    def restore(self, at: Ints, value: Floats, unsaved: Bools, standings: Standings) -> None:
        """Start from the marks that the database holds; `unsaved` and `standings` are not in its checkpoints yet."""
        self.fold.at, self.fold.value = at.copy(), value.copy()
        self.stored_at, self.stored_value = at.copy(), value.copy()
        self.shown_at, self.shown_value = at.copy(), value.copy()
        self.unsaved = unsaved.copy()
        self.unsaved_standings = dict(standings)

    def follow(self, assets: Assets, standings: Standings) -> None:
        """Grow to a new register; each rule stands where it stood, or where its row says."""
        rules = assets.rules()
        numbers = {
            (int(series), rules.classes[int(number)].name): place
            for place, (series, number) in enumerate(zip(rules.series, rules.of_class, strict=True))
        }
        for key, standing in {**standings, **self._standings()}.items():
            if (place := numbers.get(key)) is not None:
                rules.set_standing(place, standing)
        rules.take_moved()
        fold = Fold(rules, assets.series_count)
        former, size = self.fold, len(self.fold.at)
        fold.at[:size], fold.value[:size] = former.at, former.value
        self.fold = fold
        grown = assets.series_count - size
        self.stored_at, self.shown_at = (
            np.append(a, np.zeros(grown, np.int64)) for a in (self.stored_at, self.shown_at)
        )
        self.stored_value = np.append(self.stored_value, np.zeros(grown))
        self.shown_value = np.append(self.shown_value, np.zeros(grown))
        self.unsaved = np.append(self.unsaved, np.zeros(grown, np.bool_))

    def _standings(self) -> Standings:
        rules = self.fold.rules
        note = note_standings(rules, np.flatnonzero(rules.condition | rules.active | (rules.since > 0)))
        return note.standings() if note else {}

    def store(self, newest: Readings, note: StandingNote | None) -> None:
        """Note that readings, one a series, and standings are committed."""
        if note is not None:
            self.unsaved_standings |= note.standings()
        self.stored_at[newest.series] = newest.at
        self.stored_value[newest.series] = newest.value
        self.unsaved[newest.series] = True

    def show(self, newest: Readings) -> Readings:
        """Note what the screens are told, one a series; returns what is news to them.

        What is older than shown is told too: it changes no value, but proves that its asset speaks.
        """
        known = self.shown_at[newest.series]
        proofs = newest.pick((newest.at < known) & (known > 0))
        news = newest.pick(newest.at > known)
        self.shown_at[news.series] = news.at
        self.shown_value[news.series] = news.value
        if not len(proofs):
            return news
        return Readings(
            np.append(news.series, proofs.series), np.append(news.at, proofs.at), np.append(news.value, proofs.value)
        )

    def shown(self) -> Readings:
        """Return everything that the screens should know."""
        known = np.flatnonzero(self.shown_at)
        return Readings(known, self.shown_at[known], self.shown_value[known])

    def take_unsaved(self, limit: int) -> Readings:
        """Return some committed readings that `latest` does not have yet."""
        series = np.flatnonzero(self.unsaved)[:limit]
        self.unsaved[series] = False
        return Readings(series, self.stored_at[series], self.stored_value[series])

    def take_unsaved_standings(self, limit: int) -> Standings:
        """Return some committed standings that `rule_state` does not have yet."""
        taken = dict(itertools.islice(self.unsaved_standings.items(), limit))
        for key in taken:
            del self.unsaved_standings[key]
        return taken


def newest_of(readings: Readings, *, per_time: bool = False) -> Readings:
    """Return the last reading of each series, or of each (series, time), of rows sorted by (series, time)."""
    if not len(readings):
        return readings
    differs = readings.series[1:] != readings.series[:-1]
    if per_time:
        differs |= readings.at[1:] != readings.at[:-1]
    return readings.pick(np.append(differs, True))


def sorted_rows(readings: Readings) -> Readings:
    """Return rows sorted by (series, time)."""
    return readings.pick(np.lexsort((readings.at, readings.series)))


def diff_messages(readings: Readings) -> list[bytes]:
    """Return readings as the records of `bf.diff`, in pieces of 512 kB at most."""
    rows = np.empty(len(readings), DIFF_ROW)
    rows["series"], rows["value"], rows["at"] = readings.series, readings.value, readings.at
    size = DIFF_BYTES // DIFF_ROW.itemsize
    return [rows[start : start + size].tobytes() for start in range(0, len(rows), size)]
