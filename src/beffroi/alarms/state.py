"""Alarms in memory: one record per condition that stands, is waited for, or ended less than ten minutes ago."""

from collections import deque
from uuid import UUID

import msgspec

from beffroi.alarms.columns import Columns
from beffroi.alarms.types import Alarm, DeadlineKind, Flood
from beffroi.model.kinds import AlarmClass, EquipmentKind
from beffroi.model.time import Micros


class AlarmsState(msgspec.Struct):
    """Every record, and the indexes that make a judgement a few dictionary reads.

    `dark` holds the active foldable conditions by feeding asset, `streets` those that nothing feeds by commune and
    street (`gathering`: crowds soon to be looked at), `behind` the silent ones by source; `causes` the alarms that may
    fold others by asset (`speakers`: gateways by source), `children` the active ones a cause folds, `classes` the
    active ones by class then asset. `deadlines` is a heap of (time, sequence, kind, subject); a past entry is checked
    against the record. `apart`: subjects whose settlement failed among others, and that come due one by one.
    """

    kinds: dict[str, EquipmentKind] = {}
    class_table: dict[tuple[str, str], AlarmClass] = {}
    alarms: dict[UUID, Alarm] = {}
    keys: dict[tuple[UUID, str], Alarm] = {}
    by_asset: dict[UUID, dict[UUID, Alarm]] = {}
    classes: dict[str, dict[UUID, Alarm]] = {}
    dark: dict[UUID, dict[UUID, Alarm]] = {}
    streets: dict[str, dict[UUID, Alarm]] = {}
    behind: dict[str, dict[UUID, Alarm]] = {}
    causes: dict[UUID, dict[UUID, Alarm]] = {}
    speakers: dict[str, dict[UUID, Alarm]] = {}
    children: dict[UUID, dict[UUID, Alarm]] = {}
    floods: dict[str, Flood] = {}
    deadlines: list[tuple[Micros, int, DeadlineKind, UUID | str]] = []
    gathering: set[UUID | str] = set()
    apart: set[tuple[DeadlineKind, UUID | str]] = set()
    sequence: int = 0
    forget: deque[tuple[Micros, UUID]] = msgspec.field(default_factory=deque)
    columns: Columns = msgspec.field(default_factory=Columns)
    version: int = 0
