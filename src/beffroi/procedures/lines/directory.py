"""Automatic lines of the *main courante* about calls to the directory: the function called, never a name."""

from collections.abc import Sequence

from beffroi.directory.events import Called
from beffroi.directory.texts import OUTCOMES
from beffroi.logbook.actions import Note
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction


def note(line: Line, city: City) -> Sequence[Action]:
    """Write who was called and whether they answered."""
    event = line.event
    if not isinstance(event, Called):
        return []
    said = {f"outcome_{lang}": text for lang, text in OUTCOMES[event.outcome].items()}
    params = {"who": event.label, **said}
    return [Note(code="directory.note.called", params=params, scope=event.scope, incident=event.incident)]


REACTION = Reaction(name="automatic_lines.directory", listens=(Called,), react=note)
