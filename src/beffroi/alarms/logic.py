"""Decisions about alarms: pure functions of state, action and context."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from beffroi.alarms import actions as ac
from beffroi.alarms import events as ev
from beffroi.alarms.judging import judge
from beffroi.alarms.machine import Signal, State, Withdrawal, find_disposition, find_next
from beffroi.alarms.settling import PRESUMED, settle, state_after_withdrawal
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.telling import left_of
from beffroi.alarms.types import Alarm
from beffroi.model.time import HOUR, MILLISECOND, SECOND
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

JUST_CHANGED = 700 * MILLISECOND
UNDO_WITHIN = 5 * SECOND
LONGEST_SHELF = 12 * HOUR
CHIEF = "shift"
"""The right of the chef de salle: he takes over from whoever is still there."""


def decide(state: AlarmsState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action on alarms."""
    if isinstance(action, ac.Judge):
        return judge(state, action.crossings, context)
    if isinstance(action, ac.Settle):
        return settle(state, action, context)
    if isinstance(action, ac.Rescope):
        return _rescope(state, action)
    if isinstance(action, ac.AcknowledgeReturned):
        return _acknowledge_returned(state, action)
    if isinstance(action, ac.HandOn):
        return _hand_on(state, action, context)
    if not isinstance(action, ac.OnAlarm):
        raise TypeError(f"not an action of the alarms: {action!r}")
    alarm = state.alarms.get(action.alarm)
    if alarm is None:
        raise Rejected("alarms.not_found", alarm=str(action.alarm))
    if action.seen_at is not None and alarm.changed_at > action.seen_at - JUST_CHANGED:
        raise Rejected("alarms.just_changed", alarm=str(alarm.id))
    return _DECISIONS[type(action)](state, alarm, action, context)


def _rescope(state: AlarmsState, action: ac.Rescope) -> list[Event]:
    held: list[UUID] = []
    for move in action.moves:
        classes = state.kinds[move.after.kind].alarm_classes if move.after.kind in state.kinds else ()
        records = [state.keys.get((move.asset, name)) for name in (PRESUMED.name, *(one.name for one in classes))]
        ended = [alarm.id for alarm in records if alarm is not None]
        held += dict.fromkeys((*state.by_asset.get(move.asset, ()), *ended))
    return [ev.Rescoped(moves=action.moves, alarms=tuple(held))]


def _next(alarm: Alarm, signal: Signal) -> State:
    if alarm.pending_until is not None or alarm.parent is not None or alarm.disposition or alarm.outcome != "alarm":
        raise Rejected("alarms.not_annunciated", alarm=str(alarm.id))
    following = find_next(alarm.state, signal)
    if following is None:
        raise Rejected(f"alarms.cannot_{signal}", alarm=str(alarm.id), state=alarm.state)
    return following


def _withdraw(alarm: Alarm, withdrawal: Withdrawal) -> None:
    if find_disposition(alarm.disposition, withdrawal) is None:
        raise Rejected(f"alarms.cannot_{withdrawal}", alarm=str(alarm.id), disposition=alarm.disposition or "none")


def _head(alarm: Alarm) -> dict[str, Any]:
    return {"alarm": alarm.id, "asset": alarm.asset, "scope": alarm.scope}


def _acknowledge(state: AlarmsState, alarm: Alarm, action: ac.Acknowledge, context: Context) -> list[Event]:
    following = _next(alarm, "acknowledge")
    return [ev.Acknowledged(**_head(alarm), state=following, alarm_class=alarm.alarm_class)]


def _acknowledge_returned(state: AlarmsState, action: ac.AcknowledgeReturned) -> list[Event]:
    returned = [state.alarms[one] for one in action.alarms if one in state.alarms]
    return [
        ev.Acknowledged(**_head(alarm), state="normal", alarm_class=alarm.alarm_class)
        for alarm in returned
        if alarm.state == "returned" and alarm.parent is None and not alarm.disposition
    ]


def _unacknowledge(state: AlarmsState, alarm: Alarm, action: ac.Unacknowledge, context: Context) -> list[Event]:
    at = alarm.acknowledged_at
    if at is None or alarm.acknowledged_by != context.actor.id or context.now - at > UNDO_WITHIN:
        raise Rejected("alarms.undo_too_late", alarm=str(alarm.id))
    return [ev.Unacknowledged(**_head(alarm), state=_next(alarm, "unacknowledge"))]


def _take(state: AlarmsState, alarm: Alarm, action: ac.Take, context: Context) -> list[Event]:
    if not alarm.open:
        raise Rejected("alarms.over", alarm=str(alarm.id))
    _refuse_taken(alarm, action, context)
    return [ev.Taken(**_head(alarm), by=context.actor.id, before=alarm.taken_by)]


def _refuse_taken(alarm: Alarm, action: ac.Take, context: Context) -> None:
    """Refuse to take what somebody has, and say who; over one who left the room, or by a chef de salle, it is taken."""
    holder = alarm.taken_by
    if holder is None:
        return
    said = {"alarm": str(alarm.id), "by": str(holder)}
    if holder == context.actor.id:
        raise Rejected("alarms.already_yours", **said)
    if action.over != holder:
        raise Rejected("alarms.already_taken", **said)
    if context.city.presence.sits(holder) and not context.rights.allows(CHIEF, alarm.scope):
        raise Rejected("alarms.still_there", **said)


def _hand_on(state: AlarmsState, action: ac.HandOn, context: Context) -> list[Event]:
    held = [one for one in state.columns.rows if one is not None and one.open and one.taken_by == action.holder]
    if action.to is None:
        return [ev.Released(**_head(one)) for one in held]
    if context.city.presence.sits(action.holder):
        # relieved of one seat, he goes on at another
        return []
    return [ev.Taken(**_head(one), by=action.to, before=action.holder) for one in held]


def _ask_event(state: AlarmsState, alarm: Alarm, action: ac.AskEvent, context: Context) -> list[Event]:
    if not alarm.open:
        raise Rejected("alarms.over", alarm=str(alarm.id))
    return [
        ev.EventAsked(
            **_head(alarm),
            kind=alarm.kind,
            alarm_class=alarm.alarm_class,
            priority=alarm.priority,
            by=alarm.taken_by or context.actor.id,
        )
    ]


def _release(state: AlarmsState, alarm: Alarm, action: ac.Release, context: Context) -> list[Event]:
    if alarm.taken_by is None or alarm.taken_by != context.actor.id:
        raise Rejected("alarms.not_yours", alarm=str(alarm.id))
    return [ev.Released(**_head(alarm))]


def _shelve(state: AlarmsState, alarm: Alarm, action: ac.Shelve, context: Context) -> list[Event]:
    alarm_class = state.class_table.get((alarm.kind, alarm.alarm_class))
    if alarm_class is not None and alarm_class.cannot_shelve:
        raise Rejected("alarms.never_shelved", alarm=str(alarm.id))
    if not context.now < action.until <= context.now + LONGEST_SHELF:
        raise Rejected("alarms.shelf_too_long", alarm=str(alarm.id), hours=LONGEST_SHELF // HOUR)
    if alarm.pending_until is not None or alarm.parent is not None or not alarm.open:
        raise Rejected("alarms.not_annunciated", alarm=str(alarm.id))
    _withdraw(alarm, "shelve")
    return [ev.Shelved(**_head(alarm), until=action.until, alarm_class=alarm.alarm_class)]


def _unshelve(state: AlarmsState, alarm: Alarm, action: ac.Unshelve, context: Context) -> list[Event]:
    _withdraw(alarm, "unshelve")
    return [
        ev.Unshelved(
            **_head(alarm),
            state=state_after_withdrawal(alarm),
            priority=alarm.priority,
            alarm_class=alarm.alarm_class,
            kind=alarm.kind,
        )
    ]


def _suppress(state: AlarmsState, alarm: Alarm, action: ac.Suppress, context: Context) -> list[Event]:
    _refuse_protected(state, alarm)
    _withdraw(alarm, "suppress")
    return [ev.Suppressed(**_head(alarm), reason=action.reason, alarm_class=alarm.alarm_class)]


def _unsuppress(state: AlarmsState, alarm: Alarm, action: ac.Unsuppress, context: Context) -> list[Event]:
    _withdraw(alarm, "unsuppress")
    return [ev.Unsuppressed(**_head(alarm), state=state_after_withdrawal(alarm))]


def _out_of_service(state: AlarmsState, alarm: Alarm, action: ac.OutOfService, context: Context) -> list[Event]:
    _withdraw(alarm, "remove")
    return [ev.PutOutOfService(**_head(alarm), reason=action.reason, alarm_class=alarm.alarm_class)]


def _in_service(state: AlarmsState, alarm: Alarm, action: ac.InService, context: Context) -> list[Event]:
    _withdraw(alarm, "restore")
    return [ev.PutInService(**_head(alarm), state=state_after_withdrawal(alarm))]


def _refuse_protected(state: AlarmsState, alarm: Alarm) -> None:
    alarm_class = state.class_table.get((alarm.kind, alarm.alarm_class))
    if alarm_class is not None and alarm_class.cannot_shelve:
        raise Rejected("alarms.never_shelved", alarm=str(alarm.id))


def _reset(state: AlarmsState, alarm: Alarm, action: ac.Reset, context: Context) -> list[Event]:
    _next(alarm, "reset")
    return [ev.ResetDone(**_head(alarm))]


def _unfold(state: AlarmsState, alarm: Alarm, action: ac.Unfold, context: Context) -> list[Event]:
    if alarm.parent is not None:
        cause = state.alarms.get(alarm.parent)
        if cause is None:
            raise Rejected("alarms.not_folded", alarm=str(alarm.id))
        return [ev.Unfolded(**_head(cause), children=(left_of(alarm, context.city),))]
    children = tuple(left_of(child, context.city) for child in state.children.get(alarm.id, {}).values())
    if not children:
        raise Rejected("alarms.not_folded", alarm=str(alarm.id))
    events: list[Event] = [ev.Unfolded(**_head(alarm), children=children)]
    if alarm.supposed:
        events.append(ev.Superseded(**_head(alarm)))
    return events


_DECISIONS: dict[type[Action], Callable[[AlarmsState, Alarm, Any, Context], list[Event]]] = {
    ac.Acknowledge: _acknowledge,
    ac.Unacknowledge: _unacknowledge,
    ac.Take: _take,
    ac.AskEvent: _ask_event,
    ac.Release: _release,
    ac.Shelve: _shelve,
    ac.Unshelve: _unshelve,
    ac.Suppress: _suppress,
    ac.Unsuppress: _unsuppress,
    ac.OutOfService: _out_of_service,
    ac.InService: _in_service,
    ac.Reset: _reset,
    ac.Unfold: _unfold,
}

ACTIONS: tuple[type[Action], ...] = (
    *_DECISIONS,
    ac.Judge,
    ac.Settle,
    ac.Rescope,
    ac.AcknowledgeReturned,
    ac.HandOn,
)
