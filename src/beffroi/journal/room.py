"""What the journal signs where it decides: erasures, and the record of who read or took what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import psycopg

from beffroi.journal import actions as ask
from beffroi.journal import api, store
from beffroi.journal import events as told
from beffroi.journal.texts import TEXTS
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import View
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.trade.room import Trade


class JournalState(msgspec.Struct):
    """Nothing: what the journal knows is in its lines."""


class Journal(Trade[JournalState]):
    """The journal as a trade. `folder` is the data folder, given by its service once the core runs."""

    name: ClassVar[str] = "journal"
    actions: ClassVar[tuple[type[Action], ...]] = (
        ask.Erase,
        ask.EraseLine,
        ask.NoteExport,
        ask.NoteBroken,
        ask.NoteReading,
    )
    events: ClassVar[tuple[type[Event], ...]] = (
        told.Erased,
        told.LineErased,
        told.Exported,
        told.ChainBroken,
        told.PersonalDataRead,
    )
    texts: ClassVar[dict[str, dict[str, str]]] = TEXTS

    def __init__(self) -> None:
        self.folder: Path | None = None

    def empty(self) -> JournalState:
        return JournalState()

    def load(self, connection: psycopg.Connection[Any]) -> JournalState:
        return JournalState()

    def decide(self, state: JournalState, action: Action, context: Context) -> Sequence[Event]:
        return decide(action, context)

    def apply(self, state: JournalState, line: Line) -> None:
        """Nothing changes in memory."""

    def write(self, cursor: psycopg.Cursor[Any], lines: Sequence[Line]) -> None:
        for line in lines:
            if isinstance(line.event, told.Erased):
                store.erase_before(cursor, line.event.purpose, line.event.before, line.recorded_at)
            elif isinstance(line.event, told.LineErased):
                store.erase_line(cursor, line.event.position, line.recorded_at)

    def routes(self, view: View[JournalState]) -> Sequence[Any]:
        return api.routes(view, api.Kept(lambda: self.folder, lambda: self.catalogue))


def decide(action: Action, context: Context) -> Sequence[Event]:
    """Return the event that answers an action of the journal."""
    match action:
        case ask.Erase():
            if action.before > context.now:
                raise Rejected("journal.future", at=action.before)
            return [told.Erased(purpose=action.purpose, before=action.before)]
        case ask.EraseLine():
            return [told.LineErased(position=action.position, reason=action.reason)]
        case ask.NoteExport():
            fields = msgspec.structs.asdict(action)
            return [told.Exported(**fields)]
        case ask.NoteBroken():
            return [told.ChainBroken(code=action.code, at_position=action.at_position)]
        case ask.NoteReading():
            return [told.PersonalDataRead(position=action.position, fields=action.fields)]
    raise TypeError(f"not an action of the journal: {action!r}")


TRADE = Journal()
