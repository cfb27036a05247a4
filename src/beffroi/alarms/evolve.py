"""Bringing lines into the state: records, their indexes, their deadlines. Nothing here decides."""

from collections import deque
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import TypeVar
from uuid import UUID

from beffroi.alarms import events as ev
from beffroi.alarms.changes import Patch, changes_of, new_alarm
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import GATEWAY, REMEMBERED, Alarm, DeadlineKind, Flood
from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.trade.line import Line

K = TypeVar("K")

SUPPOSE_AFTER = 1 * SECOND
"""How long a crowd may gather before a cause is supposed for it: the parent's own news has that long to come first."""

FLOOD_WINDOW = 10 * MINUTE
FLOOD_CHECK = MINUTE

_OPEN, _ACTIVE, _DARK, _CAUSE, _CHILD = 1, 2, 4, 8, 16


def apply(state: AlarmsState, line: Line) -> None:
    """Bring one line into the state."""
    state.version += 1
    event = line.event
    if isinstance(event, ev.Raised):
        _begin(state, new_alarm(event, line), line.recorded_at)
        if event.pending_until is None and event.parent is None and event.outcome == "alarm":
            _tell(state, event.scope.trade, line.recorded_at)
    elif isinstance(event, ev.FloodStarted | ev.FloodEnded):
        _flood(state, event, line.recorded_at)
    elif isinstance(event, ev.Rescoped):
        _rescope(state, event, line.recorded_at)
    else:
        for alarm_id, patch in changes_of(line):
            _change(state, alarm_id, patch, line.recorded_at)
        _count(state, event, line.recorded_at)
    _forget(state, line.recorded_at)


def restore(alarms: list[Alarm], floods: dict[str, Flood], folded: dict[UUID, int], state: AlarmsState) -> AlarmsState:
    """Fill an empty state with records read from the rows; `folded` counts what each cause ever folded."""
    state.floods = floods
    for alarm in alarms:
        state.alarms[alarm.id] = alarm
        state.keys[alarm.asset, alarm.alarm_class] = alarm
        alarm.folded_total = folded.get(alarm.id, 0) + len(alarm.left)
        _reindex(state, alarm, 0, _marks(alarm))
        if alarm.open:
            alarm.closed_at = None
            state.columns.put(alarm)
            _plan(state, alarm, alarm.changed_at)
        elif alarm.closed_at is not None:
            state.forget.append((alarm.closed_at, alarm.id))
    for desk, flood in floods.items():
        if flood.since is not None:
            _push(state, flood.since, "flood", desk)
    heapify(state.deadlines)
    return state


def _begin(state: AlarmsState, alarm: Alarm, now: Micros) -> None:
    old = state.keys.get((alarm.asset, alarm.alarm_class))
    if old is not None:
        del state.alarms[old.id]
    state.alarms[alarm.id] = alarm
    state.keys[alarm.asset, alarm.alarm_class] = alarm
    _reindex(state, alarm, 0, _marks(alarm))
    state.columns.put(alarm)
    if alarm.parent is not None:
        _grow(state, alarm.parent)
    _plan(state, alarm, now)


def _change(state: AlarmsState, alarm_id: UUID, patch: Patch, now: Micros) -> None:
    alarm = state.alarms[alarm_id]
    before, parent = _marks(alarm), alarm.parent
    if before & _CHILD and patch.get("parent", parent) != parent:
        _reindex(state, alarm, before, before & ~_CHILD)
        before &= ~_CHILD
    for name, value in patch.items():
        setattr(alarm, name, value)
    _reindex(state, alarm, before, _marks(alarm))
    if alarm.parent is not None and alarm.parent != parent:
        _grow(state, alarm.parent)
    if alarm.open:
        alarm.closed_at = None
        state.columns.put(alarm)
        _plan(state, alarm, now)
    elif alarm.closed_at is None:
        alarm.closed_at = now
        state.columns.drop(alarm)
        state.forget.append((now, alarm.id))


def _rescope(state: AlarmsState, event: ev.Rescoped, now: Micros) -> None:
    scopes = {move.asset: move.after for move in event.moves}
    for alarm_id in event.alarms:
        alarm = state.alarms[alarm_id]
        marks = _marks(alarm)
        # the crowd of a street is known by its commune
        _reindex(state, alarm, marks, 0)
        alarm.scope = scopes[alarm.asset]
        _reindex(state, alarm, 0, marks)
        if alarm.open:
            state.columns.move(alarm)
            _plan(state, alarm, now)


def _grow(state: AlarmsState, parent: UUID) -> None:
    cause = state.alarms.get(parent)
    if cause is not None:
        cause.folded_total += 1


def _marks(alarm: Alarm) -> int:
    marks = _OPEN if alarm.open else 0
    active = alarm.active
    if active:
        marks |= _ACTIVE
        if alarm.folds and not alarm.manual:
            marks |= _DARK
        if alarm.parent is not None:
            marks |= _CHILD
    if alarm.explains and (active or alarm.settle_at is not None):
        marks |= _CAUSE
    return marks


def _reindex(state: AlarmsState, alarm: Alarm, before: int, after: int) -> None:
    changed = before ^ after
    if not changed:
        return
    if changed & _OPEN:
        _keep(state.by_asset, alarm.asset, alarm, after & _OPEN)
    if changed & _ACTIVE:
        holders = state.classes.setdefault(alarm.alarm_class, {})
        if after & _ACTIVE:
            holders[alarm.asset] = alarm
        else:
            holders.pop(alarm.asset, None)
    if changed & _DARK:
        _reindex_dark(state, alarm, after & _DARK)
    if changed & _CAUSE:
        _keep(state.causes, alarm.asset, alarm, after & _CAUSE)
        if alarm.source and alarm.kind == GATEWAY:
            _keep(state.speakers, alarm.source, alarm, after & _CAUSE)
    if changed & _CHILD and alarm.parent is not None:
        _keep(state.children, alarm.parent, alarm, after & _CHILD)


def _reindex_dark(state: AlarmsState, alarm: Alarm, kept: int) -> None:
    if alarm.source:
        _keep(state.behind, alarm.source, alarm, kept)
    if alarm.feeder is not None:
        _keep(state.dark, alarm.feeder, alarm, kept)
    else:
        _keep(state.streets, street_key(alarm.scope.commune, alarm.street), alarm, kept)


def _keep(index: dict[K, dict[UUID, Alarm]], key: K, alarm: Alarm, kept: int) -> None:
    if kept:
        index.setdefault(key, {})[alarm.id] = alarm
        return
    held = index.get(key)
    if held is not None:
        held.pop(alarm.id, None)
        if not held:
            del index[key]


def _plan(state: AlarmsState, alarm: Alarm, now: Micros) -> None:
    for at in (alarm.pending_until, alarm.shelved_until, alarm.settle_at):
        if at is not None:
            _push(state, at, "alarm", alarm.id)
    if alarm.folds and alarm.parent is None and alarm.active and alarm.pending_until is not None:
        crowd = alarm.feeder or street_key(alarm.scope.commune, alarm.street)
        if crowd not in state.gathering:
            state.gathering.add(crowd)
            _push(state, now + SUPPOSE_AFTER, "feeder", crowd)


def street_key(commune: str, street: str) -> str:
    """Return the name of the crowd of a street: what nothing is known to feed."""
    return f"{commune}|{street}"


def _push(state: AlarmsState, at: Micros, kind: DeadlineKind, subject: UUID | str) -> None:
    state.sequence += 1
    heappush(state.deadlines, (at, state.sequence, kind, subject))


def _count(state: AlarmsState, event: object, now: Micros) -> None:
    if (isinstance(event, ev.Annunciated) and event.outcome == "alarm") or (
        isinstance(event, ev.Toggled) and event.annunciates and event.outcome == "alarm"
    ):
        _tell(state, event.scope.trade, now)


def _tell(state: AlarmsState, desk: str, now: Micros) -> None:
    flood = state.floods.get(desk)
    if flood is None:
        flood = state.floods[desk] = Flood(times=deque())
    flood.times.append(now)
    while flood.times[0] <= now - FLOOD_WINDOW:
        flood.times.popleft()


def _flood(state: AlarmsState, event: ev.FloodStarted | ev.FloodEnded, now: Micros) -> None:
    flood = state.floods[event.desk]
    flood.since = now if isinstance(event, ev.FloodStarted) else None
    if flood.since is not None:
        _push(state, now + FLOOD_CHECK, "flood", event.desk)


def _forget(state: AlarmsState, now: Micros) -> None:
    while state.forget and state.forget[0][0] <= now - REMEMBERED:
        closed_at, alarm_id = state.forget.popleft()
        alarm = state.alarms.get(alarm_id)
        if alarm is not None and alarm.closed_at == closed_at and not alarm.open:
            del state.alarms[alarm_id]
            if state.keys.get((alarm.asset, alarm.alarm_class)) is alarm:
                del state.keys[alarm.asset, alarm.alarm_class]


def pop_due(state: AlarmsState, now: Micros, limit: int) -> list[tuple[DeadlineKind, UUID | str]]:
    """Take from the heap what has come due, at most `limit`; what must be looked at again is put back for later.

    The heap is an aid of the scheduler, rebuilt by `restore`: taking from it changes nothing that is journalled.
    """
    taken: dict[tuple[DeadlineKind, UUID | str], None] = {}
    while state.deadlines and state.deadlines[0][0] <= now and len(taken) < limit:
        _, _, kind, subject = heappop(state.deadlines)
        taken[kind, subject] = None
    for kind, subject in taken:
        if kind == "feeder":
            state.gathering.discard(subject)
        elif _again(state, kind, subject):
            _push(state, now + MINUTE, kind, subject)
    return list(taken)


def put_back(state: AlarmsState, subjects: Iterable[tuple[DeadlineKind, UUID | str]], at: Micros) -> None:
    """Have subjects come due again: what was taken from the heap could not be decided."""
    for kind, subject in subjects:
        if kind == "feeder":
            state.gathering.add(subject)
        _push(state, at, kind, subject)


def _again(state: AlarmsState, kind: DeadlineKind, subject: UUID | str) -> bool:
    if kind == "flood":
        flood = state.floods.get(str(subject))
        return flood is not None and flood.since is not None
    alarm = state.alarms.get(subject) if isinstance(subject, UUID) else None
    return alarm is not None and alarm.settle_at is not None
