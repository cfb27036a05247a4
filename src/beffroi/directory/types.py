"""The operational directory as the trade keeps it."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from beffroi.directory.index import Index
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import Micros

Category = Literal[
    "on_call", "elected", "rescue", "police", "authority", "network", "transport", "city", "contractor", "other"
]
Outcome = Literal["reached", "no_answer"]
"""*Joint*, *sans réponse*."""

Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9 +().*#-]{2,24}$")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]
Line = Annotated[str, msgspec.Meta(max_length=160)]
ShortLine = Annotated[str, msgspec.Meta(max_length=60)]


def scope_of(commune: str) -> Scope:
    """Return the scope of a commune, or of the whole city: everybody's there, of any trade."""
    return Scope(commune, ANY, ANY)


class Phone(msgspec.Struct, frozen=True):
    """A telephone number as one dials it, and what it is: *standard*, *astreinte*, *mobile*."""

    number: Number
    label: ShortLine = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The personal data of a contact: erasable, kept until a date."""

    name: str
    phones: tuple[Phone, ...] = ()
    email: str = ""
    note: str = ""


def written(person: Person | None) -> str | None:
    """Return a person as the one text that the journal erases whole."""
    return msgspec.json.encode(person).decode() if person else None


def read_person(text: str | None) -> Person | None:
    """Return the person of a line; nothing when there was none or the text was erased."""
    return msgspec.json.decode(text, type=Person) if text else None


class Contact(msgspec.Struct, kw_only=True):
    """Whom one calls: an organisation or a function, and the person who holds it where one is named.

    `phones` and `note` belong to the function; those of the person are in `person`, gone after `until`.
    """

    id: UUID
    organisation: str
    function: str = ""
    category: Category = "other"
    commune: str = ""
    place: str = ""
    """The name of the commune, as the room says it."""
    phones: tuple[Phone, ...] = ()
    hours: str = ""
    languages: tuple[str, ...] = ()
    note: str = ""
    key: str = ""
    """The identity that an imported file gives it."""
    person: Person | None = None
    until: Micros | None = None
    set_at: Micros = 0

    @property
    def scope(self) -> Scope:
        """Return the scope that rights filter it by."""
        return scope_of(self.commune)

    @property
    def answers(self) -> bool:
        """Tell whether somebody can be called there: a person, or a number of the function; neither once erased."""
        return self.person is not None or bool(self.phones)

    @property
    def label(self) -> str:
        """Return how the room names it without naming anybody: function, organisation, commune."""
        parts = dict.fromkeys((self.function, self.organisation, self.place))
        return " · ".join(part for part in parts if part)


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on duty for something: the elected official of a commune, an on-call function."""

    key: Key
    label: str
    commune: str = ""
    place: str = ""

    @property
    def scope(self) -> Scope:
        """Return the scope that rights filter it by."""
        return scope_of(self.commune)


class Slot(msgspec.Struct, frozen=True):
    """A contact is on duty from `begin` until `end`."""

    contact: UUID
    begin: Micros
    end: Micros


class DirectoryRow(msgspec.Struct):
    """What screens are told: the directory changed, read it again."""

    version: int
    """The line of the journal that changed it last."""
    contacts: int


class DirectoryState(msgspec.Struct, kw_only=True):
    """Every contact, the rosters with their slots in order of begin, and the search over them."""

    contacts: dict[UUID, Contact] = {}
    by_key: dict[str, UUID] = {}
    rosters: dict[str, Roster] = {}
    slots: dict[str, tuple[Slot, ...]] = {}
    traces: dict[UUID, tuple[int, ...]] = {}
    """Positions of the journal lines that hold personal data of a contact."""
    version: int = 0
    index: Index = msgspec.field(default_factory=Index)
    locals: dict[UUID, None] = {}
    soonest: tuple[int, Micros | None] = (-1, None)
    """(version, the first end date of a person at that version)."""

    def first_end(self) -> Micros | None:
        """Return when the next person's data end; looked for once a version, because it is asked at each commit."""
        if self.soonest[0] != self.version:
            ends = (contact.until for contact in self.contacts.values() if contact.until is not None)
            self.soonest = (self.version, min(ends, default=None))
        return self.soonest[1]
