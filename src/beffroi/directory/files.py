"""Directory files: TOML for a whole city (contacts, rosters and their rotation), CSV for contacts out of a spreadsheet.

A bad line is refused with its number before anything is kept.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from beffroi.directory.actions import Entry, FileDuty, Import, Turn
from beffroi.directory.types import Key, Phone, Roster
from beffroi.model.time import Micros, from_datetime, local_day
from beffroi.trade.rejected import Rejected

WEEKS_BEFORE, WEEKS_AFTER = 1, 9
GROUP = 200
"""Contacts of one action: a long file must not hold the core."""


class FileRoster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A roster in a file: the keys of `rotation` follow each other by week, from Monday at `turn_at` local time."""

    key: Key
    label: str
    commune: str = ""
    place: str = ""
    rotation: list[str] = []
    turn_at: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:00"


class DirectoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a TOML file says."""

    contacts: list[dict[str, Any]] = []
    rosters: list[FileRoster] = []


def read_toml(text: str, now: Micros, zone: str) -> Iterator[Import]:
    """Return the actions that bring a TOML file in; raises Rejected with what cannot be read."""
    try:
        given = msgspec.convert(tomllib.loads(text), DirectoryFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Rejected("directory.file_unreadable", line=_line_of(error), detail=str(error)) from error
    entries = [_entry(one, place + 1, zone) for place, one in enumerate(given.contacts)]
    yield from _groups(entries)
    for one in given.rosters:
        roster = Roster(key=one.key, label=one.label, commune=one.commune, place=one.place)
        duties = [_rotation(one, now, ZoneInfo(zone))] if one.rotation else []
        yield Import(rosters=[roster], duties=duties)


def bad_lines(text: str, form: str, zone: str) -> list[Rejected]:
    """List what is wrong with each contact of a file; nothing where the file itself cannot be read."""
    found: list[Rejected] = []
    for line, given in _contacts_of(text, form):
        try:
            _entry(given, line, zone)
        except Rejected as error:
            found.append(error)
    return found


def _contacts_of(text: str, form: str) -> list[tuple[int, dict[str, Any]]]:
    if form == "csv":
        first = text.lstrip("\ufeff").partition("\n")[0]
        rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in first else ",")
        return [(place + 2, _cells(row)) for place, row in enumerate(rows)]
    try:
        given = msgspec.convert(tomllib.loads(text), DirectoryFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError):
        return []
    return [(place + 1, one) for place, one in enumerate(given.contacts)]


def read_csv(text: str, zone: str) -> Iterator[Import]:
    """Return the actions that bring a CSV in: separated by ; or , with the names of `Entry` on the first line.

    `phones` and `person_phones` are « 03 53 01 00 01 (standard) | 06 39 98 00 01 », `until` is a day.
    """
    first = text.lstrip("\ufeff").partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in first else ",")
    yield from _groups([_entry(_cells(row), place + 2, zone) for place, row in enumerate(rows)])


def _groups(entries: list[Entry]) -> Iterator[Import]:
    for first in range(0, len(entries), GROUP):
        yield Import(contacts=entries[first : first + GROUP])


def _line_of(error: Exception) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else 0


def _entry(given: dict[str, Any], line: int, zone: str) -> Entry:
    try:
        until = given.get("until") or None
        day = date.fromisoformat(until) if isinstance(until, str) else until
        return msgspec.convert({**given, "until": _midnight(day, zone) if isinstance(day, date) else until}, Entry)
    except (msgspec.ValidationError, ValueError, AttributeError) as error:
        raise Rejected("directory.file_unreadable", line=line, detail=str(error)) from error


def _midnight(day: date, zone: str) -> Micros:
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    cells = {name.strip(): (value or "").strip() for name, value in row.items() if name and not isinstance(value, list)}
    for name in ("phones", "person_phones"):
        cells[name] = [_phone(part) for part in cells.get(name, "").split("|") if part.strip()]
    cells["languages"] = [part.strip() for part in cells.get("languages", "").split("|") if part.strip()]
    return {name: value for name, value in cells.items() if value not in ("", [])}


def _phone(text: str) -> dict[str, str]:
    number, _, label = text.strip().partition("(")
    return msgspec.to_builtins(Phone(number.strip(), label.rstrip(") "))) if label else {"number": text.strip()}


def _rotation(roster: FileRoster, now: Micros, zone: ZoneInfo) -> FileDuty:
    """Return the turns of some weeks around now; a roster keeps its order from year to year, by ISO week."""
    today = local_day(now, zone)
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS_BEFORE)
    edges = [
        _turn(monday + timedelta(weeks=week), roster.turn_at, zone) for week in range(WEEKS_BEFORE + WEEKS_AFTER + 1)
    ]
    rank = monday.toordinal() // 7
    turns = [
        Turn(begin=begin, end=end, key=key)
        for week, (begin, end) in enumerate(pairwise(edges))
        # an empty key leaves its week to be filled by hand
        if (key := roster.rotation[(rank + week) % len(roster.rotation)])
    ]
    return FileDuty(roster=roster.key, begin=edges[0], end=edges[-1], turns=turns)


def _turn(day: date, at: str, zone: ZoneInfo) -> Micros:
    hour, minute = map(int, at.split(":"))
    return from_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC))
