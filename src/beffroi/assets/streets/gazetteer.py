"""The geocoder: from what somebody types to a place, in spite of accents, abbreviations and typing errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from beffroi.assets.streets.names import SMALL_WORDS, WAY_WORDS, fold, significant, street_key, words

SUFFIXES = {"bis": "bis", "ter": "ter", "quater": "quater", "b": "bis", "t": "ter", "q": "quater"}
_NUMBER = re.compile(r"\b(\d{1,5})\s?(bis|ter|quater|[a-z])?\b(?!\s*(?:er|e|eme|ieme)\b)")
_CROSSING = re.compile(r"\s+(?:x|&|angle|croisement|carrefour|intersection)\s+|\s*/\s*")
_ANGLE = re.compile(r"\W*(?:a l'|au )?(?:angle|croisement|carrefour|intersection)\b")
NOISE = frozenset(
    [
        "angle",
        "devant",
        "face",
        "pres",
        "proche",
        "croisement",
        "carrefour",
        "intersection",
        "lampadaire",
        "lampadaires",
        "candelabre",
        "eteint",
        "eteinte",
        "allume",
        "clignote",
        "panne",
        "numero",
        "n",
        "no",
        "niveau",
        "hauteur",
        "cote",
        "coin",
        "entre",
    ]
)
MIN_SCORE = 62.0
EXACT = 100.0


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A place that answers a query; `score` is 0 to 100, `precision` tells what the position stands for."""

    label: str
    street: str
    number: str = ""
    commune: str = ""
    lon: float
    lat: float
    score: float
    precision: str = "street"


class Address(msgspec.Struct, frozen=True, gc=False):
    """One numbered address; `suffix` is `bis`, `ter`, or a letter."""

    street: str
    number: int
    suffix: str
    commune: str
    lon: float
    lat: float


Crossing = Callable[[str, str], tuple[float, float] | None]


class Gazetteer:
    """Street names with their middles, addresses by street; built once per version of the places.

    `middles` gives (lon, lat) of each (street name, commune code).
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        middles: dict[tuple[str, str], tuple[float, float]],
        commune_name: Callable[[str], str],
        crossing: Crossing,
    ) -> None:
        self._commune_name, self._crossing = commune_name, crossing
        self.streets: list[tuple[str, str]] = list(middles)
        numbers = {street: number for number, street in enumerate(self.streets)}
        order = sorted(range(len(addresses)), key=lambda i: numbers[(addresses[i].street, addresses[i].commune)])
        chosen = [addresses[i] for i in order]
        street_of = np.array([numbers[(one.street, one.commune)] for one in chosen], np.int32)
        self._first = np.searchsorted(street_of, np.arange(len(self.streets) + 1))
        self.number = np.array([one.number for one in chosen], np.int32)
        self.suffix = [one.suffix for one in chosen]
        self.lon = np.array([one.lon for one in chosen], np.float64)
        self.lat = np.array([one.lat for one in chosen], np.float64)
        self.street_of = street_of
        self._middles = np.array(list(middles.values()), np.float64).reshape(-1, 2)
        self._keys = [street_key(name) for name, _ in self.streets]
        self._significant = [" ".join(significant(name)) for name, _ in self.streets]
        self._short = [" ".join(w for w in key.split() if w not in SMALL_WORDS) for key in self._keys]

    def find(self, query: str, limit: int = 8) -> list[Hit]:
        """List the places that answer a query, best first; a crossing when two streets are given."""
        text = fold(query).strip()
        if not self.streets or len(text) < 2:
            return []
        sides = [side for side in _CROSSING.split(text) if side.strip()]
        if len(sides) != 2 and _ANGLE.match(text):
            sides = text.split(" et ")
        if len(sides) == 2 and (crossings := self._find_crossing(*sides)):
            return crossings
        number, suffix, rest = parse(text)
        ranked = self._rank(rest, limit * 3)
        hits = [self._hit(street, score, number, suffix) for street, score in ranked]
        hits.sort(key=lambda hit: -hit.score)
        return hits[:limit]

    def _rank(self, query: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """List (street, score): full words first, then beginnings of words, then typing errors."""
        useful = [word for word in query if word not in SMALL_WORDS] or list(query)
        if not useful:
            return []
        telling = [word for word in useful if word not in WAY_WORDS] or useful
        joined = " ".join(useful)
        scores = self._prefix_scores(useful)
        if not scores or max(scores.values()) < 90:
            scores.update(self._fuzzy_scores(joined, " ".join(telling), limit, scores))
        best = sorted(scores.items(), key=lambda pair: (-pair[1], len(self._keys[pair[0]])))
        return [(street, score) for street, score in best[:limit] if score >= MIN_SCORE]

    def _prefix_scores(self, query: Sequence[str]) -> dict[int, float]:
        found: dict[int, float] = {}
        for street, short in enumerate(self._short):
            if (score := _prefix_score(query, short)) > 0:
                found[street] = score
        return found

    def _fuzzy_scores(self, joined: str, telling: str, limit: int, known: dict[int, float]) -> dict[int, float]:
        by_key = process.cdist([joined], self._short, scorer=fuzz.ratio, dtype=np.float32)[0]
        by_words = process.cdist([telling], self._significant, scorer=fuzz.ratio, dtype=np.float32)[0]
        by_order = process.cdist([telling], self._significant, scorer=fuzz.token_sort_ratio, dtype=np.float32)[0]
        by_part = process.cdist([telling], self._significant, scorer=fuzz.partial_ratio, dtype=np.float32)[0]
        total = np.maximum.reduce([0.55 * by_key + 0.45 * by_words, 0.95 * by_order, 0.82 * by_part])
        chosen = np.argsort(-total, kind="stable")[:limit]
        return {int(street): max(float(total[street]), known.get(int(street), 0.0)) for street in chosen}

    def _hit(self, street: int, score: float, number: int | None, suffix: str) -> Hit:
        name, commune = self.streets[street]
        first, end = int(self._first[street]), int(self._first[street + 1])
        lon, lat = (float(value) for value in self._middles[street])
        shown, precision = "", "street"
        if number is not None and end > first:
            at, exact = self._nearest_number(first, end, number, suffix)
            lon, lat = float(self.lon[at]), float(self.lat[at])
            shown = f"{self.number[at]} {self.suffix[at]}".strip() if self.number[at] else ""
            precision = "address" if exact else "near"
            score -= 0 if exact else 4
        elif number is not None:
            score -= 8
        label = f"{shown} {name}".strip()
        if city := self._commune_name(commune):
            label = f"{label}, {city}"
        return Hit(
            label=label, street=name, number=shown, commune=commune, lon=lon, lat=lat, score=score, precision=precision
        )

    def _nearest_number(self, first: int, end: int, number: int, suffix: str) -> tuple[int, bool]:
        """Return the address that bears the number, or else the nearest one, same side of the street preferred."""
        numbers = self.number[first:end]
        gap = np.abs(numbers - number) + 0.5 * ((numbers - number) % 2)
        same = [first + int(i) for i in np.flatnonzero(numbers == number)]
        if same:
            match = next((at for at in same if fold(self.suffix[at]) == suffix), None)
            plain = next((at for at in same if not self.suffix[at]), same[0])
            return (match if match is not None else plain), match is not None
        return first + int(np.argmin(gap)), False

    def _find_crossing(self, left: str, right: str) -> list[Hit]:
        found: list[Hit] = []
        for one, score_one in self._rank(words(_without_noise(left)), 4):
            for two, score_two in self._rank(words(_without_noise(right)), 4):
                place = self._crossing(self._keys[one], self._keys[two]) if one != two else None
                if place is None:
                    continue
                name, commune = self.streets[one]
                label = f"{name} / {self.streets[two][0]}"
                city = self._commune_name(commune)
                found.append(
                    Hit(
                        label=f"{label}, {city}" if city else label,
                        street=name,
                        commune=commune,
                        lon=place[0],
                        lat=place[1],
                        score=(score_one + score_two) / 2,
                        precision="crossing",
                    )
                )
        found.sort(key=lambda hit: -hit.score)
        return list({hit.label: hit for hit in found}.values())[:4]


def parse(text: str) -> tuple[int | None, str, list[str]]:
    """Split a folded query into house number, suffix and street words; « devant le 12 b berbisey » has all three."""
    match = _NUMBER.search(text)
    number, suffix, rest = None, "", text
    if match and not _belongs_to_name(text, match):
        number = int(match[1])
        suffix = SUFFIXES.get(match[2] or "", match[2] or "")
        rest = text[: match.start()] + " " + text[match.end() :]
    return number, suffix, words(_without_noise(rest))


def _belongs_to_name(text: str, match: re.Match[str]) -> bool:
    """Tell « rue du 8 mai 1945 » from « 8 rue de mai »: a number inside a date is part of the name."""
    after = text[match.end() :].split()
    months = [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ]
    return bool(after) and (after[0] in months or after[0].startswith("eme"))


def _without_noise(text: str) -> str:
    """Drop what comes before the place: « lampadaire éteint devant … »."""
    kept = [word for word in re.findall(r"[a-z0-9']+", text) if word not in NOISE]
    return " ".join(kept)


def _prefix_score(query: Sequence[str], short: str) -> float:
    """Score a street whose words the query begins, all of them: 100 for the whole name, less for beginnings."""
    parts = short.split()
    used: set[int] = set()
    whole = 0
    for word in query:
        at = next((i for i, part in enumerate(parts) if i not in used and part.startswith(word)), None)
        if at is None:
            return 0.0
        used.add(at)
        whole += parts[at] == word
    if len(used) == len(parts) and whole == len(parts):
        return EXACT
    left = sum(part not in WAY_WORDS for i, part in enumerate(parts) if i not in used)
    return max(70.0, 97.0 - 3.0 * left - 4.0 * (len(query) - whole))


def middles_of(
    lines: Sequence[tuple[str, str, float, float]], addresses: Sequence[Address]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return a position for each (street, commune): the given middle of its longest stretch, or its first address."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for name, commune, lon, lat in lines:
        found.setdefault((name, commune), (lon, lat))
    for one in addresses:
        found.setdefault((one.street, one.commune), (one.lon, one.lat))
    return found


Numbers = NDArray[Any]
