"""Sentences of the trades for what is printed: the catalogue that screens read, rendered here."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

import beffroi
from beffroi.journal.render import sentence

NOT_ROOMS = frozenset({"server", "procedures", "rehearsal", "links", "equipment", "model", "trade"})


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return the sentences of every room by code, then by language."""
    names = [item.name for item in pkgutil.iter_modules(beffroi.__path__) if item.ispkg and item.name not in NOT_ROOMS]
    rooms = [importlib.import_module(f"beffroi.{name}") for name in names]
    return {code: texts for room in rooms if hasattr(room, "TRADE") for code, texts in room.TRADE.texts.items()}


def say(code: str, params: Mapping[str, Any], lang: str = "fr") -> str:
    """Return the sentence of a code with its params, spaces tidied; plain fields where the catalogue has none."""
    why = params.get("why") or _why(params, lang)
    return " ".join(sentence(catalogue(), lang, code, {**params, "why": why}).split())


def _why(params: Mapping[str, Any], lang: str) -> str:
    reason = params.get("reason")
    if not isinstance(reason, str) or reason not in catalogue():
        return ""
    return sentence(catalogue(), lang, reason, params.get("reason_params") or {})
