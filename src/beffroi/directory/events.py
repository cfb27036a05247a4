"""What happened to the directory."""

from typing import ClassVar
from uuid import UUID

from beffroi.directory.types import Category, Outcome, Phone, Roster, Slot
from beffroi.model.scope import CITY, Scope
from beffroi.model.time import Micros
from beffroi.trade.event import Event

PERSONAL = "personal.directory"


class ContactSet(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.contact_set"):
    """A contact was made or changed; `person` is who holds the function, as JSON of `Person`: one erasable text."""

    erasable: ClassVar[dict[str, str]] = {"person": PERSONAL}

    contact: UUID
    organisation: str
    function: str = ""
    category: Category = "other"
    commune: str = ""
    place: str = ""
    phones: tuple[Phone, ...] = ()
    hours: str = ""
    languages: tuple[str, ...] = ()
    note: str = ""
    key: str = ""
    person: str | None = None
    until: Micros | None = None
    scope: Scope = CITY


class ContactRemoved(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.contact_removed"):
    """A contact is no more; `lines` of the journal hold what it said of a person."""

    contact: UUID
    lines: tuple[int, ...] = ()
    scope: Scope = CITY


class PersonForgotten(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.person_forgotten"):
    """The person of a contact was erased: `asked`, `time` is over, or its line in the journal was `erased`."""

    contact: UUID
    reason: str
    lines: tuple[int, ...] = ()
    scope: Scope = CITY


class RosterSet(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.roster_set"):
    """A duty roster was made or changed."""

    roster: Roster
    scope: Scope = CITY


class RosterRemoved(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.roster_removed"):
    """A duty roster is no more."""

    roster: str
    scope: Scope = CITY


class DutySet(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.duty_set"):
    """Between two times, a roster names these."""

    roster: str
    begin: Micros
    end: Micros
    slots: tuple[Slot, ...] = ()
    scope: Scope = CITY


class Called(Event, frozen=True, kw_only=True, omit_defaults=True, tag="directory.called"):
    """Somebody was called; `label` is the function, never a name."""

    call: UUID
    contact: UUID
    label: str
    outcome: Outcome
    incident: UUID | None = None
    phone: str = ""
    local: UUID | None = None
    scope: Scope = CITY


EVENTS: tuple[type[Event], ...] = (
    ContactSet, ContactRemoved, PersonForgotten, RosterSet, RosterRemoved, DutySet, Called,
)  # fmt: skip
