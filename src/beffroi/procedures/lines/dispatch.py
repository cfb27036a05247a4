"""Automatic lines of the *main courante* about crews and call-outs: who was sent, called, arrived; who did not answer.

No person is named: the line says the rank called, the journal knows the account.
"""

from collections.abc import Callable, Sequence
from typing import Any

from beffroi.dispatch import TRADE as DISPATCH
from beffroi.dispatch import events as ev
from beffroi.dispatch.texts import RANKS, word
from beffroi.dispatch.types import CHIEF
from beffroi.logbook.actions import Note
from beffroi.model.ports import City
from beffroi.procedures.paper import local_time
from beffroi.trade.action import Action
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction

TOLD = ("on_site", "made_safe", "available")


def note(line: Line, city: City) -> Sequence[Action]:
    """Write the line that an event of dispatch deserves, or nothing."""
    said = _SAID[type(line.event)]
    found = said(line, line.event, city)
    return [found] if found else []


def _about(code: str, event: Any, city: City, **params: str) -> Note:
    facts = city.incidents.find(event.incident)
    named = {"number": facts.number if facts else "", **params}
    asset = facts.asset if facts else None
    return Note(code=f"dispatch.note.{code}", params=named, asset=asset, scope=event.scope, incident=event.incident)


def _crew(event: Any) -> dict[str, str]:
    """Return the crew's name; who was called out at home is « astreinte », by its trade."""
    if event.crew_name:
        return {"crew_fr": event.crew_name, "crew_en": event.crew_name}
    trade = f"trade.{event.trade}"
    return {"crew_fr": f"astreinte {word(trade, 'fr')}", "crew_en": f"{word(trade, 'en')} on-call"}


def _engaged(line: Line, event: ev.Engaged, city: City) -> Note | None:
    if event.agent is not None:
        return None
    if event.travel_min is None:
        return _about("engaged", event, city, crew=event.crew_name)
    return _about("engaged_in", event, city, crew=event.crew_name, minutes=str(event.travel_min))


def _moved(line: Line, event: ev.CrewMoved, city: City) -> Note | None:
    if event.state not in TOLD:
        return None
    if event.corrects is not None:
        return _about("corrected", event, city, **_crew(event), **_state(event))
    return _about(event.state, event, city, **_crew(event))


def _undone(line: Line, event: ev.MoveUndone, city: City) -> Note | None:
    code = "undone" if event.at is None else "corrected"
    return _about(code, event, city, **_crew(event), **_state(event)) if event.state in TOLD else None


def _state(event: Any) -> dict[str, str]:
    return {f"state_{lang}": word(f"state.{event.state}", lang) for lang in ("fr", "en")}


def _disengaged(line: Line, event: ev.Disengaged, city: City) -> Note | None:
    code = "refused" if event.reason == "refused" else "released"
    return _about(code, event, city, **_crew(event))


def _unanswered(line: Line, event: ev.Unanswered, city: City) -> Note | None:
    return _about("unanswered", event, city, **_crew(event))


def _insisted(line: Line, event: ev.Insisted, city: City) -> Note | None:
    # the first time is the line of who did not answer
    if event.step == 1:
        return None
    return _about("to_chief" if event.step >= CHIEF else "insisted", event, city, **_crew(event))


def _call(code: str) -> Callable[[Line, Any, City], Note | None]:
    def said(line: Line, event: Any, city: City) -> Note | None:
        return _about(code, event, city, **_called(event))

    return said


def _called(event: Any) -> dict[str, str]:
    rank = RANKS.get(getattr(event, "rank", 0), {"fr": "", "en": ""})
    trades = {f"trade_{lang}": word(f"trade.{event.trade}", lang) for lang in ("fr", "en")}
    return {"rank_fr": rank["fr"], "rank_en": rank["en"], **trades}


def _reached(line: Line, event: ev.CallAnswered, city: City) -> Note | None:
    return _about("reached", event, city, minutes=str(event.delay_min), **_called(event))


def _not_woken(line: Line, event: ev.NotWoken, city: City) -> Note | None:
    words = {
        f"criteria_{lang}": ", ".join(word(f"criterion.{one}", lang) for one in event.criteria) for lang in ("fr", "en")
    }
    return _about("not_woken", event, city, until=local_time(event.until, DISPATCH.zone), **words)


_SAID: dict[type[Event], Callable[[Line, Any, City], Note | None]] = {
    ev.Engaged: _engaged,
    ev.CrewMoved: _moved,
    ev.MoveUndone: _undone,
    ev.Disengaged: _disengaged,
    ev.Unanswered: _unanswered,
    ev.Insisted: _insisted,
    ev.CallAttempted: _call("attempted"),
    ev.CallUnanswered: _call("no_answer"),
    ev.CallAnswered: _reached,
    ev.Escalated: _call("escalated"),
    ev.Exhausted: _call("exhausted"),
    ev.NotWoken: _not_woken,
    ev.Resumed: _call("resumed"),
}

REACTION = Reaction(name="automatic_lines.dispatch", listens=tuple(_SAID), react=note)
