"""Decisions of desks and seats: pure functions of state, action and context."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from beffroi.model.scope import CITY
from beffroi.model.time import HOUR
from beffroi.seats import actions as ask
from beffroi.seats import events as told
from beffroi.seats.types import BESIDE, SOUND, Relief, Seat, SeatsState, held_by, last_relief_at, open_relief
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

FIRST_SHIFT = 12 * HOUR
"""How far back a first relève looks, when there is none before it."""


def decide(state: SeatsState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action on desks and seats."""
    return _DECIDERS[type(action)](state, action, context)


def _set_desks(state: SeatsState, action: ask.SetDesks, context: Context) -> Sequence[Event]:
    names = [plan.name for plan in action.desks]
    if len(set(names)) != len(names):
        raise Rejected("seats.same_desk")
    for plan in action.desks:
        if not (plan.label.get("fr") and plan.label.get("en")):
            raise Rejected("seats.no_label", desk=plan.name)
    removed = tuple(name for name in state.plans if name not in names)
    held = [name for name in removed if name in state.holdings]
    if held:
        raise Rejected("seats.desk_held", desk=held[0])
    if tuple(state.plans.values()) == action.desks:
        return []
    return [told.DesksSet(desks=action.desks, removed=removed)]


def _enrol(state: SeatsState, action: ask.Enrol, context: Context) -> Sequence[Event]:
    _free_name(state, action.name)
    return [told.Enrolled(seat=context.ids.new(), name=action.name.strip(), digest=action.digest)]


def _rename(state: SeatsState, action: ask.Rename, context: Context) -> Sequence[Event]:
    seat = get_seat(state, action.seat)
    if seat.name == action.name.strip():
        return []
    _free_name(state, action.name)
    return [told.Renamed(seat=seat.id, name=action.name.strip())]


def _free_name(state: SeatsState, name: str) -> None:
    if any(seat.name.casefold() == name.strip().casefold() for seat in state.seats.values()):
        raise Rejected("seats.same_name", name=name.strip())


def _retire(state: SeatsState, action: ask.Retire, context: Context) -> Sequence[Event]:
    seat = get_seat(state, action.seat)
    if held_by(state, seat.id):
        raise Rejected("seats.still_holds", seat=seat.name)
    return [told.Retired(seat=seat.id)]


def _sign_in(state: SeatsState, action: ask.SignIn, context: Context) -> Sequence[Event]:
    seat, account = get_seat(state, action.seat), _person(context)
    if seat.account == account:
        return []
    left = _left(state, seat, account, context)
    handing = seat.account if open_relief(state, seat.id) else None
    until = context.now + BESIDE if handing else None
    return [*left, told.SignedIn(seat=seat.id, account=account, beside=handing, beside_until=until)]


def _left(state: SeatsState, here: Seat, account: UUID, context: Context) -> list[Event]:
    """A person who sits down elsewhere left the seats that hold nothing; those that hold stay his."""
    others = (seat for seat in state.seats.values() if seat.account == account and seat.id != here.id)
    return [told.SignedOut(seat=seat.id, account=account) for seat in others if not held_by(state, seat.id)]


def _sign_out(state: SeatsState, action: ask.SignOut, context: Context) -> Sequence[Event]:
    seat = get_seat(state, action.seat)
    if seat.account is None or seat.account != context.actor.id:
        return []
    return [told.SignedOut(seat=seat.id, account=seat.account)]


def _hold(state: SeatsState, action: ask.Hold, context: Context) -> Sequence[Event]:
    seat = get_seat(state, action.seat)
    if seat.account != _person(context):
        raise Rejected("seats.not_here", seat=seat.name)
    made: list[Event] = []
    for desk in _known(state, action.desks):
        holding = state.holdings.get(desk)
        if holding and holding.seat == seat.id and holding.unheld_since is None:
            continue
        if holding and holding.seat != seat.id and holding.unheld_since is None:
            raise Rejected("seats.held_by", desk=desk, seat=_name(state, holding.seat))
        made.append(
            told.Held(
                desk=desk, seat=seat.id, before=holding.seat if holding else None, said=_said(state, seat.id, desk)
            )
        )
    return made


def _hand_over(state: SeatsState, action: ask.HandOver, context: Context) -> Sequence[Event]:
    to = get_seat(state, action.to)
    if to.account is None:
        raise Rejected("seats.nobody_there", seat=to.name)
    made: list[Event] = []
    for desk in _known(state, action.desks):
        holding = state.holdings.get(desk)
        if holding is None:
            raise Rejected("seats.not_held", desk=desk)
        if holding.seat == to.id:
            continue
        sits = state.seats[holding.seat].account == context.actor.id if holding.seat in state.seats else False
        if not (sits or holding.unheld_since or context.rights.allows("shift", CITY)):
            raise Rejected("seats.not_yours", desk=desk, seat=_name(state, holding.seat))
        said = {**_said(state, to.id, desk), "before": _name(state, holding.seat)}
        made.append(told.HandedOver(desk=desk, seat=to.id, before=holding.seat, said=said))
    return made


def _disarm(state: SeatsState, action: ask.Disarm, context: Context) -> Sequence[Event]:
    holding = state.holdings.get(action.desk)
    if holding is None:
        return []
    said = _said(state, holding.seat, action.desk)
    return [told.Disarmed(desk=action.desk, before=holding.seat, said=said)]


def _unheld(state: SeatsState, action: ask.MarkUnheld, context: Context) -> Sequence[Event]:
    holding = state.holdings.get(action.desk)
    if holding is None or holding.unheld_since is not None:
        return []
    return [told.Unheld(desk=action.desk, seat=holding.seat, said=_said(state, holding.seat, action.desk))]


def _resume(state: SeatsState, action: ask.Resume, context: Context) -> Sequence[Event]:
    holding = state.holdings.get(action.desk)
    if holding is None or holding.unheld_since is None:
        return []
    return [told.Resumed(desk=action.desk, seat=holding.seat, said=_said(state, holding.seat, action.desk))]


def _begin_relief(state: SeatsState, action: ask.BeginRelief, context: Context) -> Sequence[Event]:
    seat = get_seat(state, action.seat)
    if seat.account != _person(context):
        raise Rejected("seats.not_here", seat=seat.name)
    if open_relief(state, seat.id):
        return []
    desks = held_by(state, seat.id)
    if not desks:
        raise Rejected("seats.holds_nothing", seat=seat.name)
    since = last_relief_at(state, desks) or context.now - FIRST_SHIFT
    return [
        told.ReliefBegun(relief=context.ids.new(), seat=seat.id, desks=desks, outgoing=context.actor.id, since=since)
    ]


def _tick(state: SeatsState, action: ask.Tick, context: Context) -> Sequence[Event]:
    relief = _open(state, action.relief)
    if (action.item in relief.ticks) is action.on:
        return []
    return [told.Ticked(relief=relief.id, seat=relief.seat, item=action.item, on=action.on)]


def _cancel_relief(state: SeatsState, action: ask.CancelRelief, context: Context) -> Sequence[Event]:
    relief = _open(state, action.relief)
    return [told.ReliefCancelled(relief=relief.id, seat=relief.seat)]


def _sign_relief(state: SeatsState, action: ask.SignRelief, context: Context) -> Sequence[Event]:
    relief, account = _open(state, action.relief), _person(context)
    seat = get_seat(state, relief.seat)
    if account == relief.outgoing:
        raise Rejected("seats.same_person")
    if seat.account != account:
        raise Rejected("seats.not_here", seat=seat.name)
    if SOUND not in relief.ticks:
        raise Rejected("seats.sound_untested")
    desks = held_by(state, seat.id)
    return [
        told.ReliefSigned(
            relief=relief.id,
            seat=seat.id,
            desks=desks,
            incoming=account,
            outgoing=relief.outgoing,
            digest=action.digest,
            said=_said(state, seat.id, *desks),
        )
    ]


def get_seat(state: SeatsState, seat: UUID) -> Seat:
    """Return a seat; Rejected when there is none."""
    found = state.seats.get(seat)
    if found is None:
        raise Rejected("seats.not_found", seat=str(seat))
    return found


def _open(state: SeatsState, relief: UUID) -> Relief:
    found = state.reliefs.get(relief)
    if found is None or not found.open:
        raise Rejected("seats.relief_over")
    return found


def _known(state: SeatsState, desks: Iterable[str]) -> list[str]:
    for desk in desks:
        if desk not in state.plans:
            raise Rejected("seats.unknown_desk", desk=desk)
    return list(dict.fromkeys(desks))


def _said(state: SeatsState, seat: UUID, *desks: str) -> dict[str, str]:
    labels = [state.plans[desk].label if desk in state.plans else {} for desk in desks]
    named = {
        f"label_{lang}": ", ".join(label.get(lang, desk) for label, desk in zip(labels, desks, strict=True))
        for lang in ("fr", "en")
    }
    return {**named, "seat": _name(state, seat)}


def _name(state: SeatsState, seat: UUID) -> str:
    return state.seats[seat].name if seat in state.seats else "–"


def _person(context: Context) -> UUID:
    if context.actor.kind != "person" or context.actor.id is None:
        raise Rejected("seats.persons_only")
    return context.actor.id


_DECIDERS: dict[type[Action], Callable[[SeatsState, Any, Context], Sequence[Event]]] = {
    ask.SetDesks: _set_desks,
    ask.Enrol: _enrol,
    ask.Rename: _rename,
    ask.Retire: _retire,
    ask.SignIn: _sign_in,
    ask.SignOut: _sign_out,
    ask.Hold: _hold,
    ask.HandOver: _hand_over,
    ask.Disarm: _disarm,
    ask.MarkUnheld: _unheld,
    ask.Resume: _resume,
    ask.BeginRelief: _begin_relief,
    ask.Tick: _tick,
    ask.CancelRelief: _cancel_relief,
    ask.SignRelief: _sign_relief,
}
