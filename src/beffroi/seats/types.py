"""Words of the seats: the desks of the room, the places where people sit, who holds what, the relève."""

from typing import Annotated
from uuid import UUID

import msgspec

from beffroi.model.scope import ANY, Scope
from beffroi.model.time import MINUTE, Micros

EVERYBODY = Scope(ANY, ANY, ANY)
"""Desks and seats are everybody's to see, of whatever commune or trade."""

BESIDE = 15 * MINUTE
"""Both names stay on the seat this long during a relève."""

SOUND = "sound"
"""The item of a relève that says the sound of the seat was tested and heard."""

DeskName = Annotated[str, msgspec.Meta(min_length=2, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]


class DeskPlan(msgspec.Struct, frozen=True):
    """One desk (*poste*) of the room as the city wants it: its name in both languages, the trades that it answers."""

    name: DeskName
    label: dict[str, str]
    trades: tuple[str, ...] = ()


DEFAULT_DESKS: tuple[DeskPlan, ...] = (
    DeskPlan("lighting", {"fr": "Éclairage", "en": "Lighting"}, ("lighting",)),
    DeskPlan("traffic", {"fr": "Circulation", "en": "Traffic"}, ("traffic", "mobility")),
    DeskPlan("video", {"fr": "Vidéoprotection", "en": "Video"}, ("video",)),
    DeskPlan("building_security", {"fr": "Sécurité des bâtiments", "en": "Building security"}, ("building_security",)),
    DeskPlan("police", {"fr": "Police municipale", "en": "Municipal police"}, ("police",)),
    DeskPlan("citizens_line", {"fr": "Allo Mairie", "en": "Citizens' line"}, ("requests",)),
    DeskPlan("winter", {"fr": "Neige", "en": "Winter"}, ("winter",)),
    DeskPlan("interventions", {"fr": "Interventions", "en": "Interventions"}, ("interventions",)),
    DeskPlan("watch", {"fr": "Veille", "en": "Watch"}, ()),
)


class Holding(msgspec.Struct, frozen=True):
    """Which seat holds a desk; `unheld_since` is set once nobody lives there any more."""

    desk: str
    seat: UUID
    since: Micros
    by: UUID | None = None
    unheld_since: Micros | None = None


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A physical place of the room: one browser, known by a secret of which only the digest is here.

    `account` sits there; `beside` is who hands over to him, until `beside_until`.
    """

    id: UUID
    name: str
    digest: str
    enrolled_at: Micros
    account: UUID | None = None
    since: Micros | None = None
    beside: UUID | None = None
    beside_until: Micros | None = None


class Relief(msgspec.Struct, frozen=True, kw_only=True):
    """A *relève* at one seat: begun by who leaves, ticked, signed by who takes over. `since` is the one before."""

    id: UUID
    seat: UUID
    desks: tuple[str, ...]
    outgoing: UUID | None
    begun_at: Micros
    since: Micros
    ticks: tuple[str, ...] = ()
    incoming: UUID | None = None
    signed_at: Micros | None = None
    digest: str = ""
    """SHA-256 of the page that was signed, as the room keeps it for its prints."""
    cancelled: bool = False

    @property
    def open(self) -> bool:
        """Tell whether it still waits for its signature."""
        return self.signed_at is None and not self.cancelled


class DeskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A desk on screen: `idle` (never held), `held` or `unheld`."""

    id: str
    name: str
    rank: int
    label: dict[str, str]
    trades: tuple[str, ...]
    state: str
    seat: UUID | None = None
    since: Micros | None = None
    unheld_since: Micros | None = None


class SeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """A seat on screen, with the relève that is open there."""

    id: UUID
    name: str
    account: UUID | None
    since: Micros | None
    beside: UUID | None
    beside_until: Micros | None
    desks: tuple[str, ...]
    relief: Relief | None


class SeatsState(msgspec.Struct):
    """Desks, seats, what they hold and the last reliefs."""

    plans: dict[str, DeskPlan] = msgspec.field(default_factory=lambda: {plan.name: plan for plan in DEFAULT_DESKS})
    holdings: dict[str, Holding] = {}
    seats: dict[UUID, Seat] = {}
    digests: dict[str, UUID] = {}
    reliefs: dict[UUID, Relief] = {}


def scope_of_desk(state: SeatsState, desk: str) -> Scope:
    """Return what it takes to hold a desk: its own trade, the first that it answers; any where it answers none."""
    plan = state.plans.get(desk)
    return Scope(ANY, plan.trades[0], ANY) if plan is not None and plan.trades else EVERYBODY


def held_by(state: SeatsState, seat: UUID) -> tuple[str, ...]:
    """List the desks that a seat holds, in the order of the room."""
    return tuple(name for name in state.plans if name in state.holdings and state.holdings[name].seat == seat)


def sits(state: SeatsState, account: UUID) -> bool:
    """Tell whether somebody sits at a seat that lives: one whose desks are all unheld has been silent for a minute."""
    for seat in state.seats.values():
        held = [one for one in state.holdings.values() if one.seat == seat.id]
        if seat.account == account and (not held or any(one.unheld_since is None for one in held)):
            return True
    return False


def last_relief_at(state: SeatsState, desks: tuple[str, ...]) -> Micros | None:
    """Return when the last relève of any of these desks was signed, or nothing."""
    signed = (one.signed_at for one in state.reliefs.values() if one.signed_at and set(one.desks) & set(desks))
    return max(signed, default=None)


def open_relief(state: SeatsState, seat: UUID) -> Relief | None:
    """Return the relève that is open at a seat, or nothing."""
    return next((relief for relief in state.reliefs.values() if relief.seat == seat and relief.open), None)
