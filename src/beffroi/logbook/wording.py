"""Search in the main courante as it is read: in the sentence of a line, in either language, without minding accents.

An automatic line keeps a code and params: a word is in its sentence when the code's own words say it, or its params do.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

_MARKS = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäåçèéêëìíîïñòóôõöùúûüýÿ’"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy'"
_LETTERS = f"lower(translate({{}}, '{_MARKS}', '{_PLAIN[:-1]}'''))"
_FOLDED = f"replace(replace({_LETTERS}, 'œ', 'oe'), 'Œ', 'oe')"
_SAID = _FOLDED.format("(SELECT string_agg(value, ' ') FROM jsonb_each_text(params))")
_TYPED = _FOLDED.format("text")
MOST_WORDS = 8
"""Bound: words of a search beyond it are not looked for."""

Catalogue = Mapping[str, Mapping[str, str]]


def fold(text: str) -> str:
    """Return a text in small letters without its accents, as the database folds what it searches."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def said_condition(q: str, catalogue: Catalogue) -> tuple[str, dict[str, Any]]:
    """Return the condition on the lines whose sentence says every word of a search, with its params."""
    words = [word for word in fold(q).split() if re.search(r"\w", word)][:MOST_WORDS]
    if not words:
        return "true", {}
    params: dict[str, Any] = {f"word{rank}": f"%{_escaped(word)}%" for rank, word in enumerate(words)}
    params |= {f"reasons{rank}": _saying(word, catalogue) for rank, word in enumerate(words)}
    typed = (f"{_TYPED} LIKE %(word{rank})s" for rank in range(len(words)))
    terms = ["(" + " AND ".join(["source = 'typed'", *typed]) + ")"]
    for number, (left, codes) in enumerate(_by_left_words(words, catalogue).items()):
        params[f"codes{number}"] = codes
        asked = (f"({_SAID} LIKE %(word{rank})s OR params ->> 'reason' = ANY(%(reasons{rank})s))" for rank in left)
        terms.append("(" + " AND ".join([f"code = ANY(%(codes{number})s)", *asked]) + ")")
    return "(" + " OR ".join(terms) + ")", params


def _by_left_words(words: Sequence[str], catalogue: Catalogue) -> dict[tuple[int, ...], list[str]]:
    """Return the codes by the ranks of the words that their own sentence leaves to their params."""
    found: dict[tuple[int, ...], list[str]] = {}
    for code, texts in catalogue.items():
        if ".note." not in code:
            continue
        for own in {fold(re.sub(r"\{[^}]*\}", " ", text)) for text in texts.values()}:
            left = tuple(rank for rank, word in enumerate(words) if word not in own)
            found.setdefault(left, []).append(code)
    return found


def _saying(word: str, catalogue: Catalogue) -> list[str]:
    """List the reasons that say a word: a line keeps their code."""
    return [code for code, texts in catalogue.items() if any(word in fold(text) for text in texts.values())]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
