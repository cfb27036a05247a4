"""Decisions of the main courante: pure functions of state, action and context."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from beffroi.logbook import actions as ask
from beffroi.logbook import events as told
from beffroi.logbook.changes import KEPT_IN_MEMORY, followed
from beffroi.logbook.types import ROOM, Compartment, Entry, LogbookState
from beffroi.model.ports import City
from beffroi.model.scope import Scope
from beffroi.model.time import DAY, MINUTE, Micros
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.rejected import Rejected

FUTURE_TOLERANCE = MINUTE
LONGEST_WAIT = 31 * DAY
"""How long a line may have waited on its seat."""


def decide(state: LogbookState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action of the main courante."""
    if context.happened_at > context.now + FUTURE_TOLERANCE:
        raise Rejected("logbook.future", at=context.happened_at)
    return _DECIDERS[type(action)](state, action, context)


def scope_of(action: ask.Write, city: City) -> Scope:
    """Return where a line belongs: its event's compartment first, then the place, then the room."""
    incident = city.incidents.find(action.incident) if action.incident else None
    if incident is not None and incident.masked:
        return incident.scope
    facts = city.topology.find(action.asset) if action.asset else None
    nowhere = Scope(action.commune, ROOM.trade, ROOM.kind)
    base = incident.scope if incident else facts.scope if facts else nowhere
    return Scope(base.commune, action.compartment) if action.compartment else base


def scope_of_visa(compartment: Compartment) -> Scope:
    """Return where the visa of a compartment belongs."""
    return Scope(trade=compartment) if compartment else ROOM


def _write(state: LogbookState, action: ask.Write, context: Context) -> Sequence[Event]:
    if action.local in state.locals:
        return []
    _not_too_old(context, typed_at=action.typed_at)
    if action.asset and context.city.topology.find(action.asset) is None:
        raise Rejected("logbook.unknown_asset", asset=str(action.asset))
    if action.incident and context.city.incidents.find(action.incident) is None:
        raise Rejected("logbook.unknown_incident", incident=str(action.incident))
    return [
        told.Written(
            entry=context.ids.new(),
            text=action.text,
            asset=action.asset,
            scope=scope_of(action, context.city),
            incident=action.incident,
            local=action.local,
            typed_at=_typed_at(action.typed_at, context),
        )
    ]


def _not_too_old(context: Context, *, typed_at: Micros | None, first_at: Micros | None = None) -> None:
    """Refuse facts of more than three days before they were typed; a correction may keep the hour of its line."""
    typed = max(typed_at or context.now, context.now - LONGEST_WAIT)
    oldest = min(typed, context.now) - KEPT_IN_MEMORY
    if context.happened_at < min(oldest, oldest if first_at is None else first_at):
        raise Rejected("logbook.too_old", at=context.happened_at, days=KEPT_IN_MEMORY // DAY)


def _typed_at(typed_at: Micros | None, context: Context) -> Micros | None:
    """Return when a line that waited on its seat was typed (*saisie différée*); nothing of a clock that runs ahead."""
    return typed_at if typed_at is not None and typed_at < context.now else None


def _correct(state: LogbookState, action: ask.Correct, context: Context) -> Sequence[Event]:
    if action.local in state.locals:
        return []
    first = state.entries.get(action.entry)
    if first is None:
        raise Rejected("logbook.not_found", entry=str(action.entry))
    if first.source == "automatic":
        raise Rejected("logbook.automatic", entry=str(action.entry))
    if first.corrected_by is not None:
        raise Rejected("logbook.already_corrected", entry=str(action.entry))
    _not_too_old(context, typed_at=action.typed_at, first_at=first.happened_at)
    return [
        told.Corrected(
            entry=context.ids.new(),
            corrects=first.id,
            text=action.text,
            asset=first.asset,
            scope=first.scope,
            incident=first.incident,
            local=action.local,
            typed_at=_typed_at(action.typed_at, context),
        )
    ]


def _note(state: LogbookState, action: ask.Note, context: Context) -> Sequence[Event]:
    # a line of before may come after the masking of its event
    incident = context.city.incidents.find(action.incident) if action.incident else None
    return [
        told.Noted(
            entry=context.ids.new(),
            code=action.code,
            params=action.params,
            asset=action.asset,
            scope=incident.scope if incident is not None and incident.masked else action.scope,
            incident=action.incident,
        )
    ]


def _sign(state: LogbookState, action: ask.Sign, context: Context) -> Sequence[Event]:
    own = [entry for entry in state.entries.values() if entry.compartment == action.compartment]
    newest = max((entry.position for entry in own), default=0)
    last = newest if action.last is None else min(action.last, newest)
    done = max((visa.last for visa in state.visas.values() if visa.compartment == action.compartment), default=0)
    signed = [entry for entry in own if done < entry.position <= last]
    if not signed:
        raise Rejected("logbook.nothing_to_sign")
    person = context.actor.kind == "person"
    return [
        told.Signed(
            visa=context.ids.new(),
            first=min(entry.position for entry in signed),
            last=last,
            lines=len(signed),
            signer=context.actor.id if person else action.signer,
            compartment=action.compartment,
            relief=None if person else action.relief,
        )
    ]


def _file_report(state: LogbookState, action: ask.FileReport, context: Context) -> Sequence[Event]:
    if action.night in state.reports:
        return []
    said = {"night": date.fromisoformat(action.night).strftime("%d/%m/%Y")}
    noted = told.Noted(entry=context.ids.new(), code="logbook.note.report", params=said, scope=ROOM)
    return [told.ReportFiled(night=action.night, body=action.body), noted]


def _remake_report(state: LogbookState, action: ask.RemakeReport, context: Context) -> Sequence[Event]:
    present = _present(state, action.night, action.version)
    said = {"night": date.fromisoformat(action.night).strftime("%d/%m/%Y"), "version": str(present + 1)}
    noted = told.Noted(entry=context.ids.new(), code="logbook.note.report_remade", params=said, scope=ROOM)
    return [told.ReportFiled(night=action.night, body=action.body, report=present + 1), noted]


def _amend_report(state: LogbookState, action: ask.AmendReport, context: Context) -> Sequence[Event]:
    present = _present(state, action.night, action.version)
    return [told.ReportAmended(night=action.night, report=present + 1, body=action.body)]


def _present(state: LogbookState, night: str, version: int) -> int:
    """Return the last version of a report; Rejected when it is not the one that was read."""
    present = state.reports.get(night)
    if present is None:
        raise Rejected("logbook.no_report", night=night)
    if present != version:
        raise Rejected("logbook.report_changed", night=night, version=present)
    return present


def _forget(state: LogbookState, action: ask.Forget, context: Context) -> Sequence[Event]:
    entries = tuple(entry.id for entry in state.entries.values() if _is_due(entry, action))
    return [told.Forgotten(entries=entries, before=action.before, position=action.position)]


def _rescope(state: LogbookState, action: ask.Rescope, context: Context) -> Sequence[Event]:
    moved = {move.asset for move in action.moves}
    entries = tuple(entry.id for entry in state.entries.values() if entry.asset in moved)
    return [told.Rescoped(moves=action.moves, entries=entries)]


def _follow_event(state: LogbookState, action: ask.FollowEvent, context: Context) -> Sequence[Event]:
    moves = {move.incident: move for move in action.moves}
    about = [entry for entry in state.entries.values() if entry.incident in moves]
    moved = [entry.id for entry in about if entry.incident and followed(entry, moves[entry.incident]) != _where(entry)]
    # memory keeps a few days: the rows of before follow too
    return [told.FollowedEvent(moves=action.moves, entries=tuple(moved))]


def _where(entry: Entry) -> tuple[Scope, bool]:
    return entry.scope, entry.concealed


def _is_due(entry: Entry, action: ask.Forget) -> bool:
    if entry.source != "typed" or not entry.text:
        return False
    return entry.position == action.position or (action.before is not None and entry.recorded_at < action.before)


_DECIDERS: dict[type[Action], Callable[[LogbookState, Any, Context], Sequence[Event]]] = {
    ask.Write: _write,
    ask.Correct: _correct,
    ask.Note: _note,
    ask.Sign: _sign,
    ask.FileReport: _file_report,
    ask.RemakeReport: _remake_report,
    ask.AmendReport: _amend_report,
    ask.Forget: _forget,
    ask.Rescope: _rescope,
    ask.FollowEvent: _follow_event,
}
