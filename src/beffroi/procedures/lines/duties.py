"""Automatic lines of the *main courante* about the duties: instructions, routines, night rounds, reminders of events.

Texts of instructions and reminders are erasable: they stay out of these lines.
"""

from collections.abc import Sequence
from uuid import UUID

from beffroi.duties import TRADE as DUTIES
from beffroi.duties import events as told
from beffroi.duties.texts import END_REASONS, RESULTS
from beffroi.duties.types import Target
from beffroi.logbook.actions import Note
from beffroi.model.ports import City
from beffroi.model.time import Micros
from beffroi.procedures.paper import local_time
from beffroi.seats.types import DEFAULT_DESKS
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

DESKS = {plan.name: plan.label for plan in DEFAULT_DESKS}
"""How the room calls its desks; one that the city added is called by its own name."""


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that an event of the duties deserves."""
    match line.event:
        case told.Instructed(end=end, desks=desks, scope=scope):
            named = {f"desks_{lang}": _desks(desks, lang) for lang in ("fr", "en")}
            until = local_time(end, DUTIES.zone, day=True)
            return [Note(code="duties.note.instructed", params={**named, "until": until}, scope=scope)]
        case told.InstructionEnded(reason=reason, scope=scope) if reason != "time":
            said = {f"reason_{lang}": text for lang, text in END_REASONS[reason].items()}
            return [Note(code="duties.note.instruction_ended", params=said, scope=scope)]
        case told.Reminded(target=Target(kind="incident", id=UUID() as incident), due_at=due):
            return _reminded(incident, due, city)
        case told.Recorded() as event:
            said = {f"result_{lang}": text for lang, text in RESULTS[event.result].items()}
            return [Note(code="duties.note.recorded", params={**_owed(event), **said}, scope=event.scope)]
        case told.Missed() as event:
            return [Note(code="duties.note.missed", params=_owed(event), scope=event.scope)]
        case told.RoundEnded(label=label, seen=seen, faults=faults, scope=scope):
            params = {"label": label, "seen": str(seen), "faults": str(faults)}
            return [Note(code="duties.note.round", params=params, scope=scope)]
    return []


def _reminded(incident: UUID, due: Micros, city: City) -> Sequence[Action]:
    facts = city.incidents.find(incident)
    if facts is None:
        return []
    params = {"number": facts.number, "at": local_time(due, DUTIES.zone)}
    return [Note(code="duties.note.reminded", params=params, asset=facts.asset, scope=facts.scope, incident=incident)]


def _desks(desks: Sequence[str], lang: str) -> str:
    return f" ({', '.join(DESKS.get(desk, {}).get(lang, desk) for desk in desks)})" if desks else ""


def _owed(event: told.Recorded | told.Missed) -> dict[str, str]:
    label = {f"label_{lang}": event.label.get(lang) or event.label["fr"] for lang in ("fr", "en")}
    return {**label, "at": local_time(event.at, DUTIES.zone)}


LISTENS = (told.Instructed, told.InstructionEnded, told.Reminded, told.Recorded, told.Missed, told.RoundEnded)
REACTION = Reaction(name="automatic_lines.duties", listens=LISTENS, react=note)
