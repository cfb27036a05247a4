"""The lexicon as data: categories, danger words and the words around them, read once and folded."""

import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from beffroi.model.kinds import Text
from beffroi.trade.files import FileError, read_text

SHORT = 5
"""Words shorter than this are read as written: a letter more or less makes another word."""


class LexiconError(Exception):
    """A lexicon file that cannot be read: where and what is wrong."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.code = "requests.bad_lexicon"
        self.params = {"where": where, "problem": problem}


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What callers talk about: whose it is, what stands there, and the words that tell it."""

    name: str
    trade: str
    incident: str
    label: Text
    kinds: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class Danger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be told at once: what to say to the caller and whom to call, in order."""

    name: str
    label: Text
    say: Text
    call: tuple[str, ...]
    any: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An emergency number."""

    name: str
    number: str
    label: Text


class Negation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that deny, and the dangers that may be denied: never gas nor wires."""

    words: frozenset[str] = frozenset()
    may_deny: frozenset[str] = frozenset()


class Around(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words around the facts: where a place begins and ends, what is said for nothing."""

    cues: frozenset[str]
    crossings: frozenset[str]
    stops: frozenset[str]
    fillers: frozenset[str]
    units: frozenset[str]


class Lexicon(msgspec.Struct, frozen=True):
    """The whole lexicon as written."""

    categories: dict[str, Category]
    dangers: dict[str, Danger]
    services: dict[str, Service]
    negation: Negation
    around: Around


def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures opened, one kind of apostrophe."""
    opened = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(char for char in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(char))


def stem(word: str) -> str:
    """Return the part of a folded word that plural and feminine leave alone: « éteintes » and « éteint » are one."""
    found = word
    if len(found) > 3 and found[-1] in "sx":
        found = found[:-1]
    if len(found) > 4 and found.endswith("ee"):
        return found[:-1]
    return found[:-1] if len(found) > 4 and found[-1] == "e" and found[-2] not in "aeiou" else found


def read_lexicon(own: Path | None = None) -> Lexicon:
    """Return the lexicon that ships, with the files of a city's own folder over it; raises LexiconError."""
    paths = sorted(own.glob("*.toml")) if own is not None and own.is_dir() else []
    return _merge([*_ours(), *map(_document, paths)])


def readable_lexicon(own: Path) -> tuple[Lexicon, list[LexiconError]]:
    """Return the lexicon without the files of a city that cannot be read, and what is wrong with each of these."""
    documents, problems = _ours(), []
    lexicon = _merge(documents)
    for path in sorted(own.glob("*.toml")) if own.is_dir() else []:
        try:
            more = [*documents, _document(path)]
            lexicon, documents = _merge(more), more
        except LexiconError as error:
            problems.append(error)
    return lexicon, problems


def _ours() -> list[tuple[str, dict[str, Any]]]:
    ours = files("beffroi.requests") / "lexicon"
    return [(name, _parse(name, (ours / name).read_text("utf-8"))) for name in _NAMES]


def _document(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        return str(path), _parse(str(path), read_text(path))
    except FileError as error:
        raise LexiconError(str(path), f"line {error.line}: {error.problem}" if error.line else error.problem) from error


_NAMES = ("categories.toml", "dangers.toml", "words.toml")


def _parse(where: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(where, str(error)) from error


def _merge(documents: Iterable[tuple[str, dict[str, Any]]]) -> Lexicon:
    categories: dict[str, Category] = {}
    dangers: dict[str, Danger] = {}
    services: dict[str, Service] = {}
    negation = Negation()
    words: dict[str, list[str]] = {}
    where = ""
    for where, document in documents:
        try:
            categories |= {one.name: one for one in msgspec.convert(document.get("category", []), list[Category])}
            dangers |= {one.name: one for one in msgspec.convert(document.get("danger", []), list[Danger])}
            services |= {one.name: one for one in msgspec.convert(document.get("service", []), list[Service])}
            if "negation" in document:
                negation = msgspec.convert(document["negation"], Negation)
            words |= {name: [fold(word) for word in document[name]] for name in _AROUND if name in document}
        except msgspec.ValidationError as error:
            raise LexiconError(where, str(error)) from error
    lexicon = Lexicon(categories, dangers, services, negation, msgspec.convert(words, Around))
    _check(lexicon, where)
    return lexicon


_AROUND = Around.__struct_fields__


def _check(lexicon: Lexicon, where: str) -> None:
    for danger in lexicon.dangers.values():
        unknown = [name for name in danger.call if name not in lexicon.services]
        if unknown:
            raise LexiconError(where, f"danger {danger.name}: unknown service {unknown[0]}")
    texts = [(one.name, one.label) for one in lexicon.categories.values()]
    for danger in lexicon.dangers.values():
        texts += [(danger.name, danger.label), (danger.name, danger.say)]
    for name, text in texts:
        if not {"fr", "en"} <= text.keys():
            raise LexiconError(where, f"{name}: write it in fr and en")


@lru_cache(maxsize=1)
def built_in() -> Lexicon:
    """Return the lexicon that ships."""
    return read_lexicon()
