"""From a fault and a place to what the agent types: real French, with the errors of somebody who types fast."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from random import Random

import msgspec

WITHOUT_WAY, WITHOUT_NUMBER, TYPING_ERROR = 0.15, 0.12, 0.25
"""How often the type of the way is left out (« 12 berbisey »), the number, and how often there is a typing error."""

NEIGHBOURS = {
    "a": "zq",
    "e": "rz",
    "i": "uo",
    "o": "ip",
    "u": "yi",
    "r": "et",
    "t": "ry",
    "s": "qd",
    "n": "b",
    "m": "l",
}
WAYS = ("rue ", "avenue ", "boulevard ", "place ", "impasse ", "allée ", "chemin ", "cours ")
ARTICLES = ("de la ", "des ", "du ", "de l'", "de ", "d'")


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of thing told: how often, in which words."""

    category: str
    weight: int
    says: tuple[str, ...]


class Manners(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people say around the facts."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All the words."""

    fault: tuple[Fault, ...]
    manners: Manners


class Spot(msgspec.Struct, frozen=True):
    """A place of the city that people may speak of: street, house number, number painted on the nearest mast."""

    street: str
    number: str
    code: str


class Sentence(msgspec.Struct, frozen=True):
    """What is said, and what it should be understood as."""

    text: str
    category: str
    spot: Spot


def read_book() -> Book:
    """Return the words that ship."""
    text = (files("beffroi.rehearsal") / "exchange" / "sentences.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Book)


def sentence(book: Book, spots: Sequence[Spot], fault_seed: int, caller_seed: int) -> Sentence:
    """Return what one caller says of one fault: the fault decides what and where, the caller how."""
    fault_rng, rng = Random(fault_seed), Random(caller_seed)
    fault = fault_rng.choices(book.fault, [one.weight for one in book.fault])[0]
    spot = fault_rng.choice(spots)
    said = rng.choice(fault.says).format(place=_place(spot, rng), street=_street(spot, rng), code=spot.code)
    text = rng.choice(book.manners.before) + said + rng.choice(book.manners.after)
    return Sentence(_mistyped(text, spot, rng) if rng.random() < TYPING_ERROR else text, fault.category, spot)


def _street(spot: Spot, rng: Random) -> str:
    street = spot.street[:1].lower() + spot.street[1:]
    if rng.random() >= WITHOUT_WAY:
        return street
    return _bare(street)


def _bare(street: str) -> str:
    for way in WAYS:
        if street.startswith(way):
            rest = street.removeprefix(way)
            article = next((one for one in ARTICLES if rest.startswith(one)), "")
            return rest.removeprefix(article)
    return street


def _place(spot: Spot, rng: Random) -> str:
    street = _street(spot, rng)
    return street if not spot.number or rng.random() < WITHOUT_NUMBER else f"{spot.number} {street}"


def _mistyped(text: str, spot: Spot, rng: Random) -> str:
    """Return the text with one typing error in a long word: a letter doubled, left out, or its neighbour's."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    place = rng.randrange(1, len(word) - 1)
    letter = word[place]
    changed = rng.choice((letter * 2, "", rng.choice(NEIGHBOURS.get(letter, letter))))
    words[at] = word[:place] + changed + word[place + 1 :]
    return " ".join(words)
