"""What may be asked of the directory."""

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from beffroi.directory.types import Category, Key, Line, Outcome, Phone, Roster, ShortLine
from beffroi.model.time import Micros
from beffroi.trade.action import Action

Note = Annotated[str, msgspec.Meta(max_length=500)]
Phones = Annotated[list[Phone], msgspec.Meta(max_length=12)]
OptionalKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,60}$")]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact as one writes it. With a `name`, `person_phones`, `email`, `note` are personal and end at `until`."""

    organisation: Annotated[str, msgspec.Meta(min_length=1, max_length=160)]
    function: Line = ""
    category: Category = "other"
    commune: Annotated[str, msgspec.Meta(max_length=8)] = ""
    place: ShortLine = ""
    phones: Phones = []
    hours: ShortLine = ""
    languages: Annotated[list[ShortLine], msgspec.Meta(max_length=12)] = []
    note: Note = ""
    key: OptionalKey = ""
    name: Line = ""
    person_phones: Phones = []
    email: Line = ""
    until: Micros | None = None


class SetContact(Action, frozen=True, kw_only=True, tag="directory.set_contact"):
    """Make a contact, or change it whole."""

    right: ClassVar[str] = "directory"

    entry: Entry
    contact: UUID | None = None


class RemoveContact(Action, frozen=True, kw_only=True, tag="directory.remove_contact"):
    """Remove a contact; its personal data leave the journal too."""

    right: ClassVar[str] = "directory"

    contact: UUID


class ForgetPerson(Action, frozen=True, kw_only=True, tag="directory.forget_person"):
    """Erase the person of a contact, here and in the journal, at that person's request."""

    right: ClassVar[str] = "directory"

    contact: UUID


class SetRoster(Action, frozen=True, kw_only=True, tag="directory.set_roster"):
    """Make or change a duty roster: what somebody must be on duty for."""

    right: ClassVar[str] = "directory"

    roster: Roster


class RemoveRoster(Action, frozen=True, kw_only=True, tag="directory.remove_roster"):
    """Remove a duty roster and its slots."""

    right: ClassVar[str] = "directory"

    roster: Key


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact on duty from `begin` until `end`, named by its id, or by its key in a file."""

    begin: Micros
    end: Micros
    contact: UUID | None = None
    key: OptionalKey = ""


class SetDuty(Action, frozen=True, kw_only=True, tag="directory.set_duty"):
    """Say who is on duty between two times: the slots of that period become these, those around are cut."""

    right: ClassVar[str] = "directory"

    roster: Key
    begin: Micros
    end: Micros
    turns: Annotated[list[Turn], msgspec.Meta(max_length=500)] = []


class FileDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The slots of one roster in a file."""

    roster: Key
    begin: Micros
    end: Micros
    turns: list[Turn] = []


class Import(Action, frozen=True, kw_only=True, tag="directory.import"):
    """Bring a file in: contacts known by their key are changed, others made; what is the same says nothing."""

    right: ClassVar[str] = "directory"

    contacts: Annotated[list[Entry], msgspec.Meta(max_length=10_000)] = []
    rosters: Annotated[list[Roster], msgspec.Meta(max_length=1_000)] = []
    duties: Annotated[list[FileDuty], msgspec.Meta(max_length=1_000)] = []


class Call(Action, frozen=True, kw_only=True, tag="directory.call"):
    """Log a call to a contact with its outcome, linked to an event of the room when there is one."""

    right: ClassVar[str] = "logbook"

    contact: UUID
    outcome: Outcome
    incident: UUID | None = None
    phone: ShortLine = ""
    """What number was called, by its label: *standard*, *astreinte*; never the number of a person."""
    local: UUID | None = None


class Expire(Action, frozen=True, tag="directory.expire"):
    """Erase the persons whose time is over; time alone asks for it."""


class Forget(Action, frozen=True, kw_only=True, tag="directory.forget"):
    """Empty the persons set before a time, as the journal's are; only a reaction asks for it."""

    before: Micros | None = None
    position: int | None = None


ACTIONS: tuple[type[Action], ...] = (
    SetContact, RemoveContact, ForgetPerson, SetRoster, RemoveRoster, SetDuty, Import, Call, Expire, Forget,
)  # fmt: skip
