"""Street names as people type them: without accents, without case, abbreviations spelled out."""

import re
import unicodedata
from functools import lru_cache

ABBREVIATIONS = {
    "av": "avenue",
    "ave": "avenue",
    "aven": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "pl": "place",
    "r": "rue",
    "all": "allee",
    "allees": "allee",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "imp": "impasse",
    "pass": "passage",
    "psg": "passage",
    "fbg": "faubourg",
    "fg": "faubourg",
    "rte": "route",
    "sq": "square",
    "qu": "quai",
    "crs": "cours",
    "res": "residence",
    "lot": "lotissement",
    "rpt": "rond point",
    "rdpt": "rond point",
    "rd": "rond",
    "pt": "point",
    "st": "saint",
    "ste": "sainte",
    "gal": "general",
    "gen": "general",
    "mal": "marechal",
    "mar": "marechal",
    "dr": "docteur",
    "pdt": "president",
    "prof": "professeur",
    "col": "colonel",
    "cdt": "commandant",
    "cap": "capitaine",
    "lt": "lieutenant",
    "mgr": "monseigneur",
}
WAY_WORDS = frozenset(
    [
        "rue",
        "avenue",
        "boulevard",
        "place",
        "allee",
        "chemin",
        "impasse",
        "passage",
        "route",
        "square",
        "quai",
        "cours",
        "rond",
        "point",
        "faubourg",
        "esplanade",
        "promenade",
        "montee",
        "cite",
        "residence",
        "lotissement",
        "sentier",
        "voie",
        "villa",
        "traverse",
        "ruelle",
        "carrefour",
        "pont",
    ]
)
SMALL_WORDS = frozenset(["de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "en", "et", "sur", "sous"])
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures opened: « Œillets » → `oeillets`."""
    opened = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss").replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """List the folded words of a text, abbreviations spelled out."""
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        found.extend(ABBREVIATIONS.get(word, word).split())
    return found


@lru_cache(maxsize=65_536)
def street_key(name: str) -> str:
    """Return the form under which a street name is compared: folded, spelled out, small words kept."""
    return " ".join(words(name))


def significant(name: str) -> list[str]:
    """List the words that tell a street from another: neither its type nor articles, unless nothing else is left."""
    every = words(name)
    kept = [word for word in every if word not in SMALL_WORDS and word not in WAY_WORDS]
    return kept or every
