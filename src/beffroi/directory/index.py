"""Finding a contact by anything one remembers of it: a misspelt name, initials, a function, a commune.

Words are folded (no accents, no capitals) and looked up in an inverted index: as typed, as a beginning, then with one
letter wrong (two in words of six letters and more). Each change of a contact costs its own words only.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import takewhile
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

EXACT, BEGINS, CLOSE = 1.0, 0.85, 0.6
PER_ERROR = 0.12
SHORTEST_CLOSE = 4
TWO_ERRORS_FROM = 6
MOST_BEGINNINGS = 200
COMMON = 300

_SMALL = """a au aux ce cette ces d de des du en est et il la le les l m mme mr quel quelle qui s sur un une pour
appeler telephone numero joindre who is on the in of at to call"""
SILENT = frozenset(_SMALL.split())
"""Words of a question that say nothing of whom is wanted."""


def fold(text: str) -> str:
    """Return a text without accents nor capitals, its words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    kept = (one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return " ".join("".join(kept).lower().split())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    return fold(text).split()


def initials_of(text: str) -> str:
    """Return the initials of a name of two words or more, small words left out; empty otherwise."""
    words = [word for word in words_of(text) if word not in SILENT]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


class Index:
    """Words to contacts and back, with the weight of each word."""

    def __init__(self) -> None:
        self._holders: dict[str, dict[UUID, float]] = {}
        self._words: dict[UUID, dict[str, float]] = {}
        self._sorted: list[str] | None = None

    def put(self, contact: UUID, weights: Mapping[str, float]) -> None:
        """Index a contact under its words, in the place of what it had."""
        self.drop(contact)
        self._words[contact] = dict(weights)
        for word, weight in weights.items():
            holders = self._holders.get(word)
            if holders is None:
                holders = self._holders[word] = {}
                self._sorted = None
            holders[contact] = weight

    def drop(self, contact: UUID) -> None:
        """Forget a contact."""
        for word in self._words.pop(contact, ()):
            holders = self._holders[word]
            del holders[contact]
            if not holders:
                del self._holders[word]
                self._sorted = None

    def find(self, asked: Iterable[str]) -> dict[UUID, tuple[int, float]]:
        """Return (words matched, score) of each contact that answers one word at least.

        The rarest words come first: one that half the city answers (*mairie*) only adds to those found by then.
        """
        found: dict[UUID, tuple[int, float]] = {}
        meant = [self.alike(word) for word in dict.fromkeys(asked)]
        for alike in sorted(meant, key=self._holders_of):
            common = self._holders_of(alike) > COMMON and found
            best = self._among(alike, found) if common else self._best(alike)
            for contact, score in best.items():
                matched, total = found.get(contact, (0, 0.0))
                found[contact] = (matched + 1, total + score)
        return found

    def _holders_of(self, alike: Mapping[str, float]) -> int:
        return sum(len(self._holders[word]) for word in alike)

    def _best(self, alike: Mapping[str, float]) -> dict[UUID, float]:
        best: dict[UUID, float] = {}
        for known, likeness in alike.items():
            for contact, weight in self._holders[known].items():
                score = likeness * weight
                if score > best.get(contact, 0.0):
                    best[contact] = score
        return best

    def _among(self, alike: Mapping[str, float], contacts: Iterable[UUID]) -> dict[UUID, float]:
        best: dict[UUID, float] = {}
        for contact in contacts:
            words = self._words[contact]
            score = max((likeness * words[known] for known, likeness in alike.items() if known in words), default=0.0)
            if score:
                best[contact] = score
        return best

    def alike(self, word: str) -> dict[str, float]:
        """Return the known words that a typed one may mean, with their likeness (0 to 1)."""
        known = self._in_order()
        found: dict[str, float] = {}
        if len(word) >= SHORTEST_CLOSE and not word.isdigit():
            errors = 2 if len(word) >= TWO_ERRORS_FROM else 1
            for close, distance, _ in process.extract(
                word, known, scorer=OSA.distance, score_cutoff=errors, limit=None
            ):
                found[close] = CLOSE - PER_ERROR * distance
        if len(word) > 1:
            at = bisect_left(known, word)
            begin = takewhile(lambda one: one.startswith(word), known[at : at + MOST_BEGINNINGS])
            found.update(dict.fromkeys(begin, BEGINS))
        if word in self._holders:
            found[word] = EXACT
        return found

    def _in_order(self) -> list[str]:
        if self._sorted is None:
            self._sorted = sorted(self._holders)
        return self._sorted
