"""What stood before an import, read again in the journal: the only place that keeps it, and lets it be erased.

An import is named by the first and the last position of its lines: a server restarted meanwhile takes it back as well.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from beffroi.directory import events as told
from beffroi.directory.evolve import apply
from beffroi.directory.importing import Undo, remember
from beffroi.directory.types import DirectoryState
from beffroi.journal import Decoder
from beffroi.model.actor import Actor
from beffroi.trade.doors import Reader

_MADE = (told.ContactSet, told.RosterSet, told.DutySet)
_TYPES = [event.event_type() for event in told.EVENTS if event is not told.Called]
_LINES = """SELECT line.bytes, body.text FROM journal_line line
    LEFT JOIN journal_body body ON body.position = line.position AND body.field = 'person'
    WHERE line.type = ANY(%s) AND line.position <= %s ORDER BY line.position"""
_HALF = 64
_LAST_POSITION = 2**63 - 1


def name_of(first: int, last: int) -> UUID:
    """Return the name of an import by the positions of its lines."""
    return UUID(int=first << _HALF | last)


def positions_of(name: UUID) -> tuple[int, int] | None:
    """Return the first and last position that a name means; nothing when it is not the name of an import."""
    first, last = name.int >> _HALF, name.int & (1 << _HALF) - 1
    return (first, last) if 0 < first <= last <= _LAST_POSITION else None


async def lines_until(reader: Reader, last: int) -> list[tuple[Any, ...]]:
    """Return every line about the directory up to a position: its bytes, and the text of its person if it has one."""
    return await reader.fetch(_LINES, (_TYPES, last))


def undo_of(rows: Iterable[tuple[Any, ...]], first: int, last: int) -> Undo | None:
    """Return how to take back what one author wrote between two positions; nothing when that was no import of theirs.

    Reads the whole past of the directory: to be run in a thread.
    """
    decoder, state, made = Decoder.of(told.EVENTS), DirectoryState(), list[Any]()
    author: Actor | None = None
    began = 0
    for content, person in rows:
        line = decoder.line(bytes(content), {"person": person})
        if line.position < first:
            apply(state, line)
            continue
        if line.position == first:
            author, began = line.actor, line.recorded_at
        # others work meanwhile: theirs is not taken back
        if line.actor == author and isinstance(line.event, _MADE):
            made.append(line.event)
    return remember(state, made, began) if made else None
