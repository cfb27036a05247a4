"""Decisions of the main courante: pure functions of state, action and context."""

from collections.abc import Sequence

from beffroi.logbook.actions import Correct, Forget, Note, Write
from beffroi.logbook.events import Corrected, Forgotten, Noted, Written
from beffroi.logbook.types import Entry, LogbookState
from beffroi.model.scope import CITY
from beffroi.model.time import DAY, MINUTE
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

FUTURE_TOLERANCE = MINUTE
KEPT_IN_MEMORY = 3 * DAY
KEPT_LINES = 500
"""Lines kept in memory however old: what screens may still hold."""


def decide(state: LogbookState, action: Action, context: Context) -> Sequence[Event]:
    """Return the event that answers an action of the main courante."""
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("logbook.future", at=context.happened_at)
    match action:
        case Write():
            facts = context.city.topology.find(action.asset) if action.asset else None
            if action.asset and facts is None:
                raise Rejected("logbook.unknown_asset", asset=str(action.asset))
            scope = facts.scope if facts else CITY
            return [Written(entry=context.ids.new(), text=action.text, asset=action.asset, scope=scope)]
        case Correct():
            return [_correct(state, action, context)]
        case Note():
            return [
                Noted(
                    entry=context.ids.new(),
                    code=action.code,
                    params=action.params,
                    asset=action.asset,
                    scope=action.scope,
                )
            ]
        case Forget():
            return [_forget(state, action)]
    raise TypeError(f"not an action of the logbook: {action!r}")


def _correct(state: LogbookState, action: Correct, context: Context) -> Event:
    first = state.entries.get(action.entry)
    if first is None:
        raise Rejected("logbook.not_found", entry=str(action.entry))
    if first.source == "automatic":
        raise Rejected("logbook.automatic", entry=str(action.entry))
    if first.corrected_by is not None:
        raise Rejected("logbook.already_corrected", entry=str(action.entry))
    return Corrected(entry=context.ids.new(), corrects=first.id, text=action.text, asset=first.asset, scope=first.scope)


def _forget(state: LogbookState, action: Forget) -> Event:
    entries = tuple(entry.id for entry in state.entries.values() if _is_due(entry, action))
    return Forgotten(entries=entries, before=action.before, position=action.position)


def _is_due(entry: Entry, action: Forget) -> bool:
    if entry.source != "typed" or not entry.text:
        return False
    return entry.position == action.position or (action.before is not None and entry.recorded_at < action.before)


def apply(state: LogbookState, line: Line) -> None:
    """Bring one line into the entries; those older than what memory keeps leave."""
    if isinstance(line.event, Forgotten):
        for known in filter(None, map(state.entries.get, line.event.entries)):
            known.text = ""
        return
    entry = entry_of(line)
    if entry is None:
        return
    state.entries[entry.id] = entry
    if entry.corrects and entry.corrects in state.entries:
        state.entries[entry.corrects].corrected_by = entry.id
    oldest = next(iter(state.entries.values()))
    if len(state.entries) > KEPT_LINES and oldest.recorded_at < line.recorded_at - KEPT_IN_MEMORY:
        del state.entries[oldest.id]


def entry_of(line: Line) -> Entry | None:
    """Return the main-courante entry that a journal line makes, or nothing when it makes none."""
    event = line.event
    if not isinstance(event, Written | Corrected | Noted):
        return None
    typed = not isinstance(event, Noted)
    return Entry(
        id=event.entry,
        happened_at=line.happened_at,
        recorded_at=line.recorded_at,
        source="typed" if typed else "automatic",
        author=line.actor.id,
        text="" if isinstance(event, Noted) else event.text,
        code=event.code if isinstance(event, Noted) else "",
        params=event.params if isinstance(event, Noted) else {},
        asset=event.asset,
        corrects=event.corrects if isinstance(event, Corrected) else None,
        position=line.position,
        scope=event.scope,
    )
