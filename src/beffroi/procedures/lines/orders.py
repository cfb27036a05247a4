"""Automatic lines of the *main courante* about orders: what went without its second person, what is locked out."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.logbook.actions import Note
from beffroi.model.ports import City
from beffroi.orders import events as ev
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that an event of the orders deserves."""
    match line.event:
        case ev.GlassBroken(points=points, scope=scope):
            return [Note(code="orders.note.glass_broken", params={"points": str(points)}, scope=scope)]
        case ev.CountersignOverdue(points=points, scope=scope):
            return [Note(code="orders.note.countersign_overdue", params={"points": str(points)}, scope=scope)]
        case ev.Countersigned(scope=scope):
            return [Note(code="orders.note.countersigned", scope=scope)]
        case ev.Consigned(asset=asset, certificate=certificate, scope=scope):
            params = {"certificate": certificate, "place": _place(asset, city)}
            return [Note(code="orders.note.consigned", params=params, asset=asset, scope=scope)]
        case ev.Lifted(asset=asset, scope=scope):
            return [Note(code="orders.note.lifted", params={"place": _place(asset, city)}, asset=asset, scope=scope)]
        case ev.CodesRefused(asset=asset, failures=failures, scope=scope):
            params = {"failures": str(failures), "place": _place(asset, city)}
            return [Note(code="orders.note.codes_refused", params=params, asset=asset, scope=scope)]
    return []


def _place(asset: UUID, city: City) -> str:
    return city.topology.place_label(asset) if city.topology.find(asset) else ""


LISTENS = (ev.GlassBroken, ev.CountersignOverdue, ev.Countersigned, ev.Consigned, ev.Lifted, ev.CodesRefused)
REACTION = Reaction(name="automatic_lines.orders", listens=LISTENS, react=note)
