"""Decisions about work items: pure functions of state, action and context."""

from collections.abc import Sequence
from uuid import UUID

from beffroi.model.kinds import EquipmentKind
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.work.actions import Assign, Clear, Close, Open, Rescope
from beffroi.work.events import Assigned, Cleared, Closed, Opened, Rescoped, WorkEvent
from beffroi.work.types import WITHOUT_RESULT, WorkItem, WorkState


def decide(state: WorkState, action: Action, context: Context, kinds: dict[str, EquipmentKind]) -> Sequence[Event]:
    """Return the events that answer an action on work items."""
    match action:
        case Open():
            return _open(state, action, context, kinds)
        case Clear():
            return _clear(state, action)
        case Rescope(moves=moves):
            items = [item for move in moves for item in state.by_asset.get(move.asset, ())]
            return [Rescoped(moves=moves, items=tuple(items))]
        case Assign():
            item = _get(state, action.item)
            return [Assigned(item=item.id, asset=item.asset, scope=item.scope, crew=action.crew)]
        case Close():
            item = _get(state, action.item)
            if action.result in WITHOUT_RESULT and not action.reason:
                raise Rejected("work.reason_needed", item=str(item.id))
            return [
                Closed(item=item.id, asset=item.asset, scope=item.scope, result=action.result, reason=action.reason)
            ]
    raise TypeError(f"not an action of the work items: {action!r}")


def _get(state: WorkState, item: UUID) -> WorkItem:
    found = state.open.get(item)
    if found is None:
        raise Rejected("work.not_found", item=str(item))
    return found


def _open(state: WorkState, action: Open, context: Context, kinds: dict[str, EquipmentKind]) -> list[Event]:
    events: list[Event] = []
    seen: set[tuple[UUID, str]] = set()
    for fault in action.faults:
        key = (fault.asset, fault.fault)
        facts = context.city.topology.find(fault.asset)
        if facts is None or facts.state == "removed" or key in state.keys or key in seen:
            continue
        seen.add(key)
        events.append(
            Opened(
                item=context.ids.new(),
                asset=facts.id,
                scope=facts.scope,
                index=facts.index,
                kind=facts.kind,
                fault=fault.fault,
                priority=_priority(kinds.get(facts.kind), fault.fault),
                alarm=fault.alarm,
                cause=fault.cause,
            )
        )
    return events


def _priority(kind: EquipmentKind | None, fault: str) -> int:
    for alarm_class in kind.alarm_classes if kind else ():
        if alarm_class.name == fault:
            return int(alarm_class.priority)
    return 4


def _clear(state: WorkState, action: Clear) -> list[Event]:
    events: list[Event] = []
    for alarm in dict.fromkeys(action.alarms):
        item = state.by_alarm.get(alarm)
        if item is None or item.cleared_at is not None:
            continue
        if item.assigned_to:
            events.append(Cleared(item=item.id, asset=item.asset, scope=item.scope))
        else:
            events.append(
                Closed(
                    item=item.id,
                    asset=item.asset,
                    scope=item.scope,
                    result="explained" if action.explained_by else "cleared_itself",
                    explained_by=action.explained_by,
                )
            )
    return events


def new_item(event: Opened, line: Line) -> WorkItem:
    """Return the item that a fault opens."""
    return WorkItem(
        id=event.item,
        asset=event.asset,
        index=event.index,
        kind=event.kind,
        fault=event.fault,
        opened_at=line.happened_at,
        scope=event.scope,
        priority=event.priority,
        alarm=event.alarm,
        cause=event.cause,
    )


def advance(item: WorkItem, line: Line) -> None:
    """Bring one line into an open item."""
    event = line.event
    if isinstance(event, Assigned):
        item.assigned_to, item.assigned_at = event.crew, line.recorded_at
    elif isinstance(event, Cleared):
        item.cleared_at = line.recorded_at
    elif isinstance(event, Closed):
        item.closed_at, item.result, item.reason = line.recorded_at, event.result, event.reason


def apply(state: WorkState, line: Line) -> None:
    """Bring one line into the open items."""
    event = line.event
    if isinstance(event, Opened):
        keep(state, new_item(event, line))
    elif isinstance(event, Rescoped):
        scopes = {move.asset: move.after for move in event.moves}
        for held in map(state.open.__getitem__, event.items):
            held.scope = scopes[held.asset]
    elif isinstance(event, WorkEvent) and (item := state.open.get(event.item)) is not None:
        advance(item, line)
        if isinstance(event, Closed):
            _leave(state, item)


def _leave(state: WorkState, item: WorkItem) -> None:
    del state.open[item.id]
    del state.keys[item.asset, item.fault]
    if item.alarm is not None:
        state.by_alarm.pop(item.alarm, None)
    held = state.by_asset[item.asset]
    del held[item.id]
    if not held:
        del state.by_asset[item.asset]


def keep(state: WorkState, item: WorkItem) -> None:
    """Bring an open item into the state and its indexes."""
    state.open[item.id] = item
    state.keys[item.asset, item.fault] = item
    state.by_asset.setdefault(item.asset, {})[item.id] = item
    if item.alarm is not None:
        state.by_alarm[item.alarm] = item
