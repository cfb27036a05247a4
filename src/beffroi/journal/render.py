"""One sentence per line, from the catalogue and the line's own fields."""

from collections.abc import Mapping
from typing import Any

Catalogue = Mapping[str, Mapping[str, str]]
"""Sentences by code (for an event: its type), then by language."""

ERASED = {"fr": "[effacé]", "en": "[erased]"}


class _Fields(dict[str, str]):
    """Fields of a sentence: one written in both languages (`place_fr`) reads in the reader's, none as a dash."""

    def __init__(self, fields: Mapping[str, str], lang: str) -> None:
        super().__init__(fields)
        self._lang = lang

    def __missing__(self, key: str) -> str:
        return self.get(f"{key}_{self._lang}", "–")


def sentence(catalogue: Catalogue, lang: str, type_: str, data: Mapping[str, Any]) -> str:
    """Return the sentence of a line, plain fields after its type where the catalogue has no sentence."""
    template = catalogue.get(type_, {}).get(lang)
    fields = {name: _plain(value, lang) for name, value in data.items() if name != "type"}
    if template is None:
        return f"{type_} : " + ", ".join(f"{name} = {value}" for name, value in fields.items())
    try:
        return template.format_map(_Fields(fields, lang))
    except (ValueError, IndexError, AttributeError, KeyError):
        return template


def _plain(value: Any, lang: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict) and value.keys() == {"#"}:
        return ERASED.get(lang, ERASED["en"])
    if isinstance(value, bool):
        return {"fr": ("non", "oui"), "en": ("no", "yes")}.get(lang, ("no", "yes"))[value]
    if isinstance(value, list | tuple):
        shown = [_plain(item, lang) for item in value[:5] if item != ""]
        return ", ".join(shown) + (f" … ({len(value)})" if len(value) > 5 else "")
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_plain(item, lang)}" for key, item in list(value.items())[:5])
    return str(value)
