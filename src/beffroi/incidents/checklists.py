"""Checklists by category: versioned TOML files of this package; a running event keeps the version it began with.

`<name>.toml` is the version in force; the former ones stay beside it as `<name>.<version>.toml`. Steps are done in any
order; a required one left out is asked once, at closure.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from beffroi.model.kinds import Text

StepKind = Literal["call", "camera", "order", "reminder", "dispatch", "draft", "check"]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step. `to` names who may be told, one key each; `kind` is what the desk offers beside it."""

    key: str
    kind: StepKind
    text: Text
    hint: Text = {}
    to: tuple[str, ...] = ()
    required: bool = False


class Checklist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The steps of a category in the order in which they are shown."""

    name: str
    version: int
    categories: tuple[str, ...]
    title: Text
    steps: tuple[Step, ...]


@cache
def all_checklists() -> dict[tuple[str, int], Checklist]:
    """Return every version of every checklist; raises ValueError for two files of one version."""
    found: dict[tuple[str, int], Checklist] = {}
    folder = resources.files("beffroi.incidents") / "checklists"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".toml"):
            continue
        checklist = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Checklist)
        if (checklist.name, checklist.version) in found:
            raise ValueError(f"two checklists {checklist.name} of version {checklist.version}")
        found[checklist.name, checklist.version] = checklist
    return found


@cache
def checklist_of(category: str) -> Checklist | None:
    """Return the checklist in force for a category, or nothing."""
    known = [one for one in all_checklists().values() if category in one.categories]
    return max(known, key=lambda one: one.version, default=None)


def find_checklist(name: str, version: int) -> Checklist | None:
    """Return one version of a checklist, or nothing when it is not kept any more."""
    return all_checklists().get((name, version))
