"""Sentences of the command line in both languages, looked up by code; rooms' refusals use their own catalogues."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from beffroi.server.cli.texts import TEXTS
from beffroi.server.settings import PREFIX

_chosen = {"language": "fr"}


def set_language(language: str) -> None:
    """Choose the language of what follows; another than `fr` or `en` is ignored."""
    if language in {"fr", "en"}:
        _chosen["language"] = language


def language() -> str:
    """Return the language in force, `fr` or `en`."""
    return _chosen["language"]


def choose_language(arguments: Sequence[str]) -> None:
    """Choose the language before the options are parsed, because help is written while commands register."""
    set_language(os.environ.get(PREFIX + "LANG") or of_the_terminal())
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            set_language(argument.partition("=")[2])
        elif argument == "--lang" and index + 1 < len(arguments):
            set_language(arguments[index + 1])


def of_the_terminal() -> str:
    """Return the language of the terminal's own locale: English when it says so, French otherwise."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "fr"


def say(code: str, texts: Mapping[str, Mapping[str, str]] | None = None, /, **params: Any) -> str:
    """Return the sentence of a code in the language in force; an unknown code is shown as it is, with its params."""
    entry = (texts or {}).get(code) or TEXTS.get(code)
    if entry is None:
        return f"{code} {params}" if params else code
    shown = {name: _shown(value) for name, value in params.items()}
    return entry[language()].format_map(_Lenient(shown))


def lazy(code: str) -> str:
    """Return the help of an option that is declared when a module is imported; the language is known by then."""
    import sys

    choose_language(sys.argv[1:])
    return say(code)


def child_name(child: str) -> str:
    """Return what a child of the supervisor is called on screen."""
    return say(f"child.{child}") if f"child.{child}" in TEXTS else child


class _Lenient(dict[str, Any]):
    """Shows the name of a param that was not given."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _shown(value: Any) -> Any:
    if isinstance(value, float):
        text = f"{value:.1f}"
        return text.replace(".", ",") if language() == "fr" else text
    return value
