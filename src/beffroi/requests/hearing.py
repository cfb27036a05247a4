"""What a caller's sentence says: category, danger, and where the place is in it. Pure; knows no city."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz, process

from beffroi.requests.glossary import SHORT, Lexicon, built_in, fold, stem

THING, SIGN, PHRASE = 3.0, 2.0, 5.0
"""Weights: the object, what is wrong with it, an expression that tells both."""

NEAR_SPELLING = 84.0
NEAR_WEIGHT = 0.8
SURE = 2.0
"""Under this weight a category is only told of an equipment known by its number: « signs » alone say little."""

LONGEST_PLACE = 8
MOST_PLACES = 12
"""Readings of one sentence: each is looked for among all streets."""

LONGEST_LEFT = 120
"""What is left of a story longer than this names no place."""

LONGEST = 2_000
"""As much as a request holds."""

WAYS = frozenset(
    [
        "rue", "avenue", "av", "ave", "boulevard", "bd", "bld", "blvd", "place", "pl", "allee", "allees",
        "chemin", "ch", "impasse", "imp", "passage", "route", "rte", "square", "quai", "cours", "rond",
        "faubourg", "esplanade", "promenade", "montee", "cite", "residence", "lotissement", "sentier", "voie",
        "villa", "traverse", "ruelle", "pont", "r", "mail", "parvis",
    ]
)  # fmt: skip
SMALL = frozenset(["de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "en", "et", "sur", "sous"])
_TOKEN = re.compile(r"[a-z0-9]+|[/&]")
_NUMBER = re.compile(r"\d{1,4}(?:bis|ter|quater|[a-d])?")
_SUFFIXES = frozenset(("bis", "ter", "quater"))
_PAINTED = re.compile(
    r"\b(?!au|de|du|le|la|et|rue|mai|av|bd|il|un|en|a )[a-z]{1,4}[- ]?\d{2,5}(?:(?:[-/. ]|\s-\s)[a-z]?\d{1,4})?\b"
    r"|(?<=numero )\d{3,6}\b|(?<=n° )\d{3,6}\b"
)
_CODE = re.compile(r"[a-z]{1,4}\d{2,5}")
"""The head of a painted number: what follows « A045 » is the lamp, no house."""

_YEAR = re.compile(r"(?:19|20)\d\d")


class Guess(NamedTuple):
    """A category and how strongly the words tell it."""

    category: str
    weight: float


class Heard(msgspec.Struct, frozen=True):
    """What a sentence says: categories best first, dangers, painted numbers, places to try in order."""

    categories: tuple[Guess, ...]
    dangers: tuple[str, ...]
    painted: tuple[str, ...]
    places: tuple[str, ...]
    crossing: bool = False

    def sure(self) -> tuple[Guess, ...]:
        """Return the categories told strongly enough without knowing what stands there."""
        return tuple(one for one in self.categories if one.weight >= SURE)


class _Expression(NamedTuple):
    stems: tuple[str, ...]
    owner: str
    weight: float


class Hearer:
    """The lexicon compiled: words by stem, expressions by first stem."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._words: dict[str, dict[str, float]] = {}
        self._phrases: dict[str, list[_Expression]] = {}
        self._danger_words: dict[str, list[str]] = {}
        self._danger_phrases: dict[str, list[_Expression]] = {}
        self._unless: dict[str, list[tuple[str, ...]]] = {}
        for category in lexicon.categories.values():
            self._add(category.name, category.things, THING)
            self._add(category.name, category.signs, SIGN)
            self._add(category.name, category.phrases, PHRASE)
        for danger in lexicon.dangers.values():
            for word in (*danger.any, *danger.phrases):
                self._add_danger(danger.name, word)
            self._unless[danger.name] = [_stems(text) for text in danger.unless]
        self._known = sorted(self._vocabulary())
        self._long = [word for word in self._known if len(word) >= SHORT]

    def _add(self, owner: str, texts: Sequence[str], weight: float) -> None:
        for text in texts:
            stems = _stems(text)
            if not stems:
                continue
            if len(stems) > 1:
                self._phrases.setdefault(stems[0], []).append(_Expression(stems, owner, weight))
            else:
                of_word = self._words.setdefault(stems[0], {})
                of_word[owner] = max(of_word.get(owner, 0.0), weight)

    def _add_danger(self, owner: str, text: str) -> None:
        stems = _stems(text)
        if len(stems) > 1:
            self._danger_phrases.setdefault(stems[0], []).append(_Expression(stems, owner, 1.0))
        elif stems:
            self._danger_words.setdefault(stems[0], []).append(owner)

    def _vocabulary(self) -> set[str]:
        phrases = [*self._phrases.values(), *self._danger_phrases.values()]
        inside = {word for group in phrases for one in group for word in one.stems if word not in SMALL}
        return {*self._words, *self._danger_words, *inside}

    def hear(self, sentence: str) -> Heard:
        """Return what a sentence says; never fails."""
        folded = fold(sentence)[:LONGEST]
        tokens = _TOKEN.findall(folded)
        stems, sure = self._spell(tokens)
        phrases = list(_matches(self._phrases, stems))
        dangers = self._dangers(tokens, stems)
        places = self._places(tokens, stems, phrases)
        crossing = any(token in self.lexicon.around.crossings for token in tokens)
        named = _named(tokens, places)
        guesses = self._guess(stems, sure, phrases, named)
        return Heard(guesses, dangers, _painted(folded), places, crossing)

    def _spell(self, tokens: Sequence[str]) -> tuple[list[str], list[bool]]:
        """Return the stem of each token, that of the nearest known word for a typing error, and which are exact."""
        stems, sure = [], []
        for token in tokens:
            own = stem(token)
            exact = len(own) < SHORT or own in self._words or own in self._danger_words
            near = None if exact or own.isdigit() else self._nearest(own)
            stems.append(near or own)
            sure.append(near is None or near == own)
        return stems, sure

    def _nearest(self, word: str) -> str | None:
        found = process.extractOne(word, self._long, scorer=fuzz.ratio, score_cutoff=NEAR_SPELLING)
        return found[0] if found and found[0][0] == word[0] else None

    # -- dangers

    def _dangers(self, tokens: Sequence[str], stems: Sequence[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        spans = [(at, one.owner) for at, one in _matches(self._danger_phrases, stems)]
        spans += [
            (at, owner)
            for at, word in enumerate(stems)
            for owner in self._danger_words.get(word, ())
            if not _after_way(tokens, at) and not self._excused(owner, stems, at)
        ]
        for at, owner in spans:
            if not self._denied(owner, tokens, at):
                found[owner] = None
        return tuple(name for name in self.lexicon.dangers if name in found)

    def _excused(self, owner: str, stems: Sequence[str], at: int) -> bool:
        for stopped in self._unless[owner]:
            for start in range(max(0, at - len(stopped) + 1), at + 1):
                if tuple(stems[start : start + len(stopped)]) == stopped:
                    return True
        return False

    def _denied(self, owner: str, tokens: Sequence[str], at: int) -> bool:
        negation = self.lexicon.negation
        if owner not in negation.may_deny:
            return False
        before = [token for token in tokens[max(0, at - 2) : at] if token not in ("de", "d")]
        return bool(before) and before[-1] in negation.words

    # -- category

    def _guess(
        self,
        stems: Sequence[str],
        sure: Sequence[bool],
        phrases: Iterable[tuple[int, _Expression]],
        named: frozenset[int],
    ) -> tuple[Guess, ...]:
        weights: dict[str, float] = {}
        things: set[str] = set()
        seen: set[tuple[str, str]] = set()
        for at, word in enumerate(stems):
            for owner, weight in self._words.get(word, {}).items():
                if at in named or (owner, word) in seen:
                    continue
                seen.add((owner, word))
                weights[owner] = weights.get(owner, 0.0) + weight * (1.0 if sure[at] else NEAR_WEIGHT)
                if weight >= THING:
                    things.add(owner)
        for at, one in phrases:
            if at in named:
                continue
            weights[one.owner] = weights.get(one.owner, 0.0) + one.weight
            if one.weight >= THING:
                things.add(one.owner)
        scored = [
            Guess(name, round(weights[name] if name in things else weights[name] / 2, 2))
            for name in self.lexicon.categories
            if name in weights
        ]
        return tuple(sorted(scored, key=lambda one: -one.weight)[:6])

    # -- place

    def _places(
        self, tokens: Sequence[str], stems: Sequence[str], phrases: Sequence[tuple[int, _Expression]]
    ) -> tuple[str, ...]:
        covered = {at + step for at, one in phrases for step in range(len(one.stems))}
        found: list[str] = []
        for start in self._starts(tokens, covered):
            found.append(self._segment(tokens, stems, start, covered))
        left = self._left(tokens, stems, covered)
        readings = [*found[: MOST_PLACES - 1], left if len(left) <= LONGEST_LEFT else ""]
        return tuple(dict.fromkeys(text for text in readings if len(text) > 1))

    def _starts(self, tokens: Sequence[str], covered: set[int]) -> list[int]:
        """List where a place may begin, the surest first: crossing, house number, way, after a cue."""
        around = self.lexicon.around
        crossings, numbers, ways, cues = [], [], [], []
        for at, token in enumerate(tokens):
            if token in around.crossings:
                crossings.append(at)
            elif self._house_number(tokens, at):
                numbers.append(at)
            elif token in WAYS and at not in covered and (at == 0 or tokens[at - 1] != "en"):
                ways.append(at)
            elif token in around.cues and at + 1 < len(tokens):
                cues.append(at + 1)
        return [*crossings, *numbers, *ways, *reversed(cues)]

    def _house_number(self, tokens: Sequence[str], at: int) -> bool:
        if not _NUMBER.fullmatch(tokens[at]):
            return False
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        before = tokens[at - 1] if at else ""
        if following in self.lexicon.around.units or before == "depuis" or _CODE.fullmatch(before) or not following:
            return False
        return not (_YEAR.fullmatch(tokens[at]) and before in ("en", "depuis", "mai", "septembre", "novembre"))

    def _segment(self, tokens: Sequence[str], stems: Sequence[str], start: int, covered: set[int]) -> str:
        """Return the words of a place from where it begins to the first that is no part of a name."""
        around = self.lexicon.around
        kept: list[str] = []
        name_begun = False
        for at in range(start, min(len(tokens), start + LONGEST_PLACE)):
            token = tokens[at]
            opening = token in WAYS or token in SMALL or token in around.crossings or token in _SUFFIXES
            opening = opening or bool(_NUMBER.fullmatch(token)) or token in ("/", "&", "x")
            if not opening and name_begun and self._foreign(token, stems[at], at in covered):
                break
            if at > start and token in around.stops and token not in SMALL:
                break
            kept.append(token)
            name_begun = name_begun or not opening
        while kept and (kept[-1] in SMALL or kept[-1] in around.cues):
            kept.pop()
        return " ".join(kept)

    def _foreign(self, token: str, word: str, covered: bool) -> bool:
        around = self.lexicon.around
        known = word in self._words or word in self._danger_words
        return covered or known or token in around.fillers or token in around.cues

    def _left(self, tokens: Sequence[str], stems: Sequence[str], covered: set[int]) -> str:
        around = self.lexicon.around
        said = around.fillers | around.stops | around.cues | SMALL
        return " ".join(
            token
            for at, token in enumerate(tokens)
            if at not in covered
            and token not in said
            and stems[at] not in self._words
            and stems[at] not in self._danger_words
            and not (token.isdigit() and not self._house_number(tokens, at))
        )


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(token) for token in _TOKEN.findall(fold(text)))


def _matches(
    expressions: Mapping[str, Sequence[_Expression]], stems: Sequence[str]
) -> Iterable[tuple[int, _Expression]]:
    """List (place, expression) of the expressions found, each owner's words in a row."""
    for at, word in enumerate(stems):
        for one in expressions.get(word, ()):
            if tuple(stems[at : at + len(one.stems)]) == one.stems:
                yield at, one


def _after_way(tokens: Sequence[str], at: int) -> bool:
    """Tell « rue du Gaz » from « ça sent le gaz »."""
    before = at - 1
    while before >= 0 and tokens[before] in SMALL:
        before -= 1
    return before >= 0 and tokens[before] in WAYS and at - before <= 3


def _named(tokens: Sequence[str], places: Sequence[str]) -> frozenset[int]:
    """Return the tokens right after the type of a way: parts of its name, whatever else they mean."""
    found = {
        at for at, token in enumerate(tokens) if token not in SMALL and token not in WAYS and _after_way(tokens, at)
    }
    return frozenset(found if places else ())


def _painted(folded: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in _PAINTED.finditer(folded):
        text = match[0].upper()
        found[text.replace(" ", "")] = None
        head = re.match(r"[A-Z]{1,4}[- ]?\d{2,5}", text)
        if head and (rest := text[head.end() :].strip(" -/.")):
            base = head[0].replace(" ", "").replace("-", "")
            found.update(dict.fromkeys((f"{base}-{rest}", f"{base}/{rest}")))
    return tuple(found)


class Ear:
    """The hearer in force in this process: the lexicon that ships until a city's own is learnt."""

    def __init__(self) -> None:
        self._hearer: Hearer | None = None

    @property
    def hearer(self) -> Hearer:
        """Return the hearer in force."""
        if self._hearer is None:
            self._hearer = Hearer(built_in())
        return self._hearer

    def learn(self, lexicon: Lexicon) -> Hearer:
        """Put a lexicon in force and return its hearer."""
        self._hearer = Hearer(lexicon)
        return self._hearer


EAR = Ear()


def hear(sentence: str) -> Heard:
    """Return what a sentence says by the lexicon in force."""
    return EAR.hearer.hear(sentence)
