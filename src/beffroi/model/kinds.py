"""What a folder of `equipment/` declares: points, alarm classes, orders, panel. Data only; the rooms give it life."""

from typing import Literal

import msgspec

from beffroi.model.priority import Priority

Text = dict[str, str]
"""One sentence per language: keys `fr` and `en`, both required."""

PointKind = Literal["measure", "counter", "state"]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an equipment tells: `name` carries its unit (`power_w`), values outside [low, high] are kept but
    marked out of range. `heartbeat_s` is the longest normal silence; 0 means "speaks only when something happens".
    A `state` point has integer values, named by `labels` (value → text)."""

    name: str
    kind: PointKind
    unit: str
    low: float
    high: float
    label: Text
    heartbeat_s: int = 0
    labels: dict[int, Text] = {}
    keep_days: int = 62


Test = Literal["above", "below", "equals", "differs", "rises_faster", "silent", "mismatch"]
Outcome = Literal["alarm", "work", "event"]


class AlarmClass(msgspec.Struct, frozen=True, kw_only=True):
    """A condition worth telling, and what a human must then do.

    `test` on `point`: `above`/`below` a `limit` with `hysteresis`; `equals`/`differs` for states; `rises_faster` than
    `limit` units per second; `silent` after the point's heartbeat (judged with topology and clock, never by the
    intake); `mismatch` with the expected state (judged by the supervision). `delay_s` must pass before it is raised,
    `clear_delay_s` before it returns.
    `outcome`: an `alarm` asks an operator to act and needs `action`; a `work` becomes a work item; an `event` is one
    journal line (ISA-18.2: no action, no alarm). `folds` lets it fold under a parent's cause by topology; `explains`
    names the classes of what it feeds that fold under it, and from whose crowd it may be supposed.
    A `label` may hold `{name}`, the short name of the asset ("3" for the circuit A045/D3).
    `latched` keeps it after the cause left until an operator resets it.
    """

    name: str
    point: str
    test: Test
    outcome: Outcome
    label: Text
    limit: float = 0.0
    hysteresis: float = 0.0
    delay_s: float = 0.0
    clear_delay_s: float = 0.0
    priority: Priority = Priority.MEDIUM
    action: Text = {}
    folds: bool = False
    explains: tuple[str, ...] = ()
    latched: bool = False
    cannot_shelve: bool = False


class OrderSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An order that the equipment accepts: one number argument within [low, high], or none when `unit` is empty.

    `verify_point` is watched for the value after sending; empty means the answer is "not verifiable at the point".
    `right` is what the person must hold; `safe` names the direction that needs neither reason nor second person.
    """

    name: str
    label: Text
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    verify_point: str = ""
    verify_within_s: float = 60.0
    right: str = "order"


class PanelSection(msgspec.Struct, frozen=True, kw_only=True):
    """One block of the equipment's panel on the desk: a title, points shown and orders offered, drawn by the desk."""

    title: Text
    points: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


class EquipmentKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of equipment, whole: what its folder's `KIND` object says. `trade` is the desk it belongs to."""

    name: str
    trade: str
    label: Text
    label_plural: Text
    points: tuple[Point, ...] = ()
    alarm_classes: tuple[AlarmClass, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    panel: tuple[PanelSection, ...] = ()
    parents: tuple[str, ...] = ()
    icon: str = "dot"
    ladder: Literal["bronze", "silver", "gold"] = "bronze"

    def point(self, name: str) -> Point:
        """Return the point of that name; raises KeyError when the kind has none."""
        for candidate in self.points:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def alarm_class(self, name: str) -> AlarmClass:
        """Return the alarm class of that name; raises KeyError when the kind has none."""
        for candidate in self.alarm_classes:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
