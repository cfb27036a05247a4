"""The core's own small trade: settings of the city, clock jumps. One file, because it decides almost nothing."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec
import psycopg
from litestar import get
from psycopg.types.json import Jsonb

from beffroi.model.ports import City
from beffroi.model.scope import CITY
from beffroi.model.time import Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller, View
from beffroi.trade.event import Event
from beffroi.trade.line import Line, Row
from beffroi.trade.rejected import Rejected
from beffroi.trade.room import Trade

TOPIC = "settings"
REHEARSAL = "rehearsal"
NEVER_BY_HAND = frozenset({REHEARSAL})
LONGEST_VALUE = 4_000
_ALL = "SELECT name, value, version, changed_at FROM city_setting"
_KEEP = """INSERT INTO city_setting (name, value, version, changed_at, position) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = excluded.version,
        changed_at = excluded.changed_at, position = excluded.position"""


class Setting(msgspec.Struct, frozen=True):
    """One setting of the city, in force since `changed_at`."""

    name: str
    value: Any
    version: int
    changed_at: Micros


class HouseState(msgspec.Struct):
    """The settings in force, by name."""

    settings: dict[str, Setting] = {}


class SetSetting(Action, frozen=True, tag="house.set_setting"):
    """Give the city another setting; `seen_version` is the one that the author read (0: not set yet)."""

    right: ClassVar[str] = "settings"

    name: str
    value: Any
    seen_version: int


class NoteClockJump(Action, frozen=True, tag="house.note_clock_jump"):
    """Tell that the clock of the city was set, by how many µs."""

    jump_us: int


class SettingChanged(Event, frozen=True, tag="house.setting_changed"):
    """A setting of the city changed."""

    name: str
    before: Any
    after: Any
    version_after: int


class ClockJumped(Event, frozen=True, tag="house.clock_jumped"):
    """The clock of the city was set; no silence is judged across it."""

    jump_us: int


TEXTS = {
    "house.never_by_hand": {
        "fr": "Ce réglage se pose à l'installation et ne se change plus.",
        "en": "This setting is made at installation and never changes.",
    },
    "house.bad_setting": {
        "fr": "Réglage non valable : un nom en minuscules, une valeur de moins de {longest} caractères.",
        "en": "Not a valid setting: a lower-case name, a value under {longest} characters.",
    },
    "house.changed_meanwhile": {
        "fr": "Ce réglage a été modifié entre-temps (version {version}) : relisez-le avant de le changer.",
        "en": "This setting was changed meanwhile (version {version}): read it again before changing it.",
    },
    "house.setting_changed": {
        "fr": "Réglage « {name} » modifié (version {version_after})",
        "en": "Setting “{name}” changed (version {version_after})",
    },
    "house.clock_jumped": {
        "fr": "Horloge de la ville recalée de {jump_us} µs",
        "en": "City clock set by {jump_us} µs",
    },
}


class House(Trade[HouseState]):
    """The core's own decisions as a trade."""

    name: ClassVar[str] = "house"
    actions: ClassVar[tuple[type[Action], ...]] = (SetSetting, NoteClockJump)
    events: ClassVar[tuple[type[Event], ...]] = (SettingChanged, ClockJumped)
    topics: ClassVar[tuple[str, ...]] = (TOPIC,)
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def empty(self) -> HouseState:
        """Return no setting at all."""
        return HouseState()

    def load(self, connection: psycopg.Connection[Any]) -> HouseState:
        """Return the settings in force."""
        rows = connection.execute(_ALL).fetchall()
        return HouseState({row[0]: Setting(*row) for row in rows})

    def decide(self, state: HouseState, action: Action, context: Context) -> Sequence[Event]:
        """Return the change asked, unless the setting moved under its author's eyes."""
        match action:
            case NoteClockJump():
                return [ClockJumped(jump_us=action.jump_us)]
            case SetSetting():
                return _set(state, action)
        raise TypeError(f"not an action of the house: {action!r}")

    def apply(self, state: HouseState, line: Line) -> None:
        """Bring a changed setting into force."""
        event = line.event
        if isinstance(event, SettingChanged):
            state.settings[event.name] = Setting(event.name, event.after, event.version_after, line.recorded_at)

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        """Keep the changed settings."""
        rows = [
            (event.name, Jsonb(event.after), event.version_after, line.recorded_at, line.position)
            for line in lines
            if isinstance(event := line.event, SettingChanged)
        ]
        if rows:
            cursor.executemany(_KEEP, rows)

    def touched(self, line: Line) -> Iterable[tuple[str, Any]]:
        """List the setting changed."""
        return ((TOPIC, line.event.name),) if isinstance(line.event, SettingChanged) else ()

    def row(self, state: HouseState, topic: str, key: str, city: City) -> Row | None:
        """Return a setting as screens hold it."""
        setting = state.settings.get(key)
        return Row(TOPIC, key, CITY, setting) if setting else None

    def snapshot(self, state: HouseState, city: City) -> Iterable[Row]:
        """List the settings in force."""
        return [Row(TOPIC, name, CITY, setting) for name, setting in state.settings.items()]

    def routes(self, view: View[HouseState]) -> Sequence[Any]:
        """Return the reading of settings."""

        @get("/settings", summary="List the settings of the city")
        async def list_settings(caller: Caller) -> list[Setting]:
            return list(view.state.settings.values()) if caller.sees(CITY) else []

        return [list_settings]


def _set(state: HouseState, action: SetSetting) -> Sequence[Event]:
    if action.name in NEVER_BY_HAND:
        raise Rejected("house.never_by_hand", name=action.name)
    well_named = action.name.replace("_", "a").replace(".", "a").isidentifier() and action.name.islower()
    if not well_named or len(msgspec.json.encode(action.value)) > LONGEST_VALUE:
        raise Rejected("house.bad_setting", name=action.name, longest=LONGEST_VALUE)
    present = state.settings.get(action.name)
    version = present.version if present else 0
    if action.seen_version != version:
        raise Rejected("house.changed_meanwhile", name=action.name, version=version)
    before = present.value if present else None
    return [SettingChanged(name=action.name, before=before, after=action.value, version_after=version + 1)]


def mark_rehearsal(connection: psycopg.Connection[Any]) -> None:
    """Mark a database as a rehearsal city, for ever: its clock is then the rehearsal's; call before the first start."""
    connection.execute(_KEEP, (REHEARSAL, Jsonb(obj=True), 1, 0, 0))


TRADE = House()
