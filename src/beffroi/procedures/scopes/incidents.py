"""What hangs on an event is seen by whoever sees the event: lines, crews, calls, requests and reminders follow it.

Masked, shown again, moved to another commune or category: the trades that keep rows about it are told its scope of now.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from beffroi.dispatch.actions import FollowEvent as FollowInDispatch
from beffroi.duties.actions import Rescope as FollowInDuties
from beffroi.incidents import events as ev
from beffroi.logbook.actions import FollowEvent as FollowInLogbook
from beffroi.model.ports import City
from beffroi.model.scope import EventMove
from beffroi.requests import events as told
from beffroi.requests.actions import FollowEvent as FollowInRequests
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

MOVING = frozenset({"category", "asset", "lon", "lat", "commune"})
"""Corrections after which an event may belong to somebody else."""


def follow(line: Line, city: City) -> Sequence[Action]:
    """Ask every trade that keeps rows about these events to give them their scope of now."""
    event = line.event
    match event:
        case ev.Rescoped(incidents=incidents):
            moves = _moves(city, incidents)
        case ev.Corrected(changed=changed) if not MOVING & set(changed):
            moves = ()
        case ev.Masked(incident=incident) | ev.Corrected(incident=incident):
            moves = _moves(city, [incident])
        case _:
            moves = ()
    if not moves:
        return []
    asked = [FollowInLogbook(moves), FollowInDispatch(moves=moves), FollowInDuties(events=moves)]
    return [*asked, FollowInRequests(moves)]


def hide(line: Line, city: City) -> Sequence[Action]:
    """Hide a request that a masked event now holds."""
    event = line.event
    match event:
        case told.Recorded(incident=UUID() as incident) | told.Attached(incident=UUID() as incident):
            pass
        case told.Followed(incident=UUID() as incident) | told.Moved(incident=incident):
            pass
        case _:
            return []
    moves = tuple(move for move in _moves(city, [incident]) if move.masked)
    return [FollowInRequests(moves)] if moves else []


def _moves(city: City, incidents: Iterable[UUID]) -> tuple[EventMove, ...]:
    known = filter(None, map(city.incidents.find, incidents))
    return tuple(EventMove(facts.id, facts.scope, facts.masked) for facts in known)


REACTIONS = (
    Reaction(name="event_scopes", listens=(ev.Masked, ev.Corrected, ev.Rescoped), react=follow),
    Reaction(
        name="event_scopes.requests", listens=(told.Recorded, told.Attached, told.Followed, told.Moved), react=hide
    ),
)
