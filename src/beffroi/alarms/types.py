"""What an alarm is: the record of a condition, the flood of a desk, the lines of the queue."""

from collections import deque
from typing import Literal
from uuid import UUID

import msgspec

from beffroi.alarms.machine import ACTIVE, Disposition, State
from beffroi.model.kinds import Outcome, Text
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import MINUTE, Micros

REMEMBERED = 10 * MINUTE
"""How long an ended alarm is remembered: the same condition coming back within is the same alarm."""

GATEWAY = "gateway"
"""The kind that speaks for others: it explains the silence of those that have its source."""

DeadlineKind = Literal["alarm", "feeder", "flood"]


class Alarm(msgspec.Struct, kw_only=True):
    """One alarm, work condition or event condition. Times in µs UTC; see `events` for the fields' meaning.

    `toggles` counts how many times the condition began. `parent` is the cause it is folded under, always the topmost.
    `manual` says that people took it out of its group. `left` and `left_codes` are what this cause left behind.
    """

    id: UUID
    asset: UUID
    index: int
    kind: str
    alarm_class: str
    scope: Scope = CITY
    outcome: Outcome = "alarm"
    priority: int = 3
    state: State = "unacknowledged"
    disposition: Disposition = ""
    raised_at: Micros = 0
    returned_at: Micros | None = None
    changed_at: Micros = 0
    annunciated_at: Micros | None = None
    closed_at: Micros | None = None
    acknowledged_at: Micros | None = None
    acknowledged_by: UUID | None = None
    taken_by: UUID | None = None
    shelved_until: Micros | None = None
    withheld_for: str = ""
    value: float | None = None
    toggles: int = 1
    latched: bool = False
    folds: bool = False
    late: bool = False
    feeder: UUID | None = None
    street: str = ""
    source: str = ""
    explains: tuple[str, ...] = ()
    supposed: bool = False
    pending_until: Micros | None = None
    settle_at: Micros | None = None
    parent: UUID | None = None
    manual: bool = False
    reason: str = ""
    reason_params: dict[str, str] = {}
    params: dict[str, str] = {}
    folded_total: int = 0
    left: tuple[UUID, ...] = ()
    left_codes: tuple[str, ...] = ()
    slot: int = -1

    @property
    def active(self) -> bool:
        """Tell whether the condition stands."""
        return self.state in ACTIVE

    @property
    def told(self) -> bool:
        """Tell whether it is out in the open: neither waiting, folded nor withheld."""
        return self.pending_until is None and self.parent is None and not self.disposition

    @property
    def shown(self) -> bool:
        """Tell whether the operator's list holds it."""
        return self.outcome == "alarm" and self.told and (self.state != "normal" or self.settle_at is not None)

    @property
    def open(self) -> bool:
        """Tell whether anything of it remains to be ended."""
        return self.state != "normal" or self.settle_at is not None or bool(self.disposition)


class Flood(msgspec.Struct):
    """How many alarms a desk was told of in the last ten minutes; `since` while it is flooded."""

    times: deque[Micros]
    since: Micros | None = None


class Reason(msgspec.Struct):
    """Why an alarm is where it is: a code of the catalogue and its parameters."""

    code: str
    params: dict[str, str] = {}


class AlarmRow(msgspec.Struct, kw_only=True):
    """One line of the queue, as a screen holds it.

    `label` is the sentence in both languages, `points` the light points concerned, `count` the folded conditions that
    stand of `total` ever folded, `left` the first painted numbers of the `left_count` that did not come back.
    `chattering` (*bagotante*) when it was raised again and again; `action` is the operator action of its class.
    """

    id: UUID
    asset: UUID
    index: int
    kind: str
    alarm_class: str
    outcome: Outcome
    priority: int
    state: State
    disposition: Disposition
    active: bool
    settling: bool
    supposed: bool
    label: Text
    label_params: dict[str, str]
    action: Text
    place: str
    commune: str
    code: str
    raised_at: Micros
    changed_at: Micros
    returned_at: Micros | None
    acknowledged_at: Micros | None
    acknowledged_by: UUID | None
    taken_by: UUID | None
    shelved_until: Micros | None
    withheld_for: str
    toggles: int
    chattering: bool
    count: int
    total: int
    points: int
    left: list[str]
    left_count: int
    parent: UUID | None
    reason: Reason | None
    value: float | None
    cannot_shelve: bool
    simulated: bool


class FloodRow(msgspec.Struct):
    """A desk in flood mode (*avalanche d'alarmes*)."""

    desk: str
    since: Micros
    count: int
