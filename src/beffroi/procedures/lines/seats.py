"""Automatic lines of the *main courante* about desks and seats; the visa that a signed relève puts."""

from collections.abc import Sequence

from beffroi.access.events import LoginSlowed
from beffroi.logbook.actions import Note, Sign
from beffroi.logbook.types import COMPARTMENTS, ROOM, Compartment
from beffroi.model.ports import City
from beffroi.seats import events as ev
from beffroi.trade.action import Action
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

_CODES: dict[type[Event], str] = {
    ev.Held: "seats.note.held",
    ev.HandedOver: "seats.note.handed_over",
    ev.Disarmed: "seats.note.disarmed",
    ev.Unheld: "seats.note.unheld",
    ev.Resumed: "seats.note.resumed",
    ev.ReliefSigned: "seats.note.relief_signed",
}


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that an event of the seats deserves."""
    event = line.event
    if isinstance(event, LoginSlowed):
        # neither the login nor the address: those are personal, and erased sooner than the main courante
        return [Note(code="seats.note.slowed", params={"failures": str(event.failures)}, scope=ROOM)]
    code = _CODES.get(type(event))
    if code is None:
        return []
    return [Note(code=code, params=dict(getattr(event, "said", {})), scope=ROOM)]


def sign(line: Line, city: City) -> Sequence[Action]:
    """Put the visa of who takes over on what was written before, in the room's lines and those of his desks."""
    event = line.event
    if not isinstance(event, ev.ReliefSigned):
        return []
    own: list[Compartment] = ["", *(name for name in COMPARTMENTS if name in event.desks)]
    return [Sign(last=line.position - 1, compartment=name, signer=event.incoming, relief=event.relief) for name in own]


REACTIONS = (
    Reaction(name="seat_lines.note", listens=(*_CODES, LoginSlowed), react=note),
    Reaction(name="seat_lines.sign", listens=(ev.ReliefSigned,), react=sign),
)
