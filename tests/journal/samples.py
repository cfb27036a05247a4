"""Events and lines that exercise every shape the journal must carry."""

from typing import Any, ClassVar
from uuid import UUID

from beffroi.journal import Decoder
from beffroi.model.actor import Actor, Cause
from beffroi.model.scope import CITY, Scope
from beffroi.trade.event import Event
from beffroi.trade.line import Line

ASSET = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PERSON = UUID("01890a5d-ac96-774b-bcce-b302099a8058")
START = 1_750_535_400_000_000
DIJON = Scope("21231", "lighting", "street_light")


class Lit(Event, frozen=True, tag="sample.lit"):
    """A plain event about one asset."""

    asset: UUID
    scope: Scope
    level_pct: float
    names: frozenset[str] = frozenset()


class Told(Event, frozen=True, tag="sample.told"):
    """An event with free text and a caller's name."""

    erasable: ClassVar[dict[str, str]] = {"text": "logbook", "caller": "personal.caller"}

    text: str
    caller: str | None = None
    scope: Scope = CITY


class Moved(Event, frozen=True, tag="sample.moved"):
    """An event in its third version."""

    version: ClassVar[int] = 3

    metres: int


def upcast_feet(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 counted feet."""
    return {"type": data["type"], "yards": data["feet"] / 3}


def upcast_yards(data: dict[str, Any]) -> dict[str, Any]:
    """Version 2 counted yards."""
    return {"type": data["type"], "metres": round(data["yards"] * 0.9144)}


UPCASTERS = {("sample.moved", 1): upcast_feet, ("sample.moved", 2): upcast_yards}
DECODER = Decoder.of([Lit, Told, Moved], UPCASTERS)


def make_line(position: int, event: Event, **changes: Any) -> Line:
    """Return a line at a position with plain times and author."""
    given: dict[str, Any] = {
        "recorded_at": START + position,
        "happened_at": START,
        "actor": Actor("person", PERSON),
        "cause": None,
    }
    return Line(position=position, event=event, **{**given, **changes})


def sample_lines(count: int, first: int = 1) -> list[Line]:
    """Return lines of mixed kinds that follow each other."""
    return [
        make_line(
            position,
            Told(text=f"Écriture n° {position} « été »", caller="Mme Ancelin" if position % 4 == 0 else None)
            if position % 2 == 0
            else Lit(asset=ASSET, scope=DIJON, level_pct=position / 3, names=frozenset({"b", "a", "c"})),
            cause=Cause(position - 1) if position % 5 == 0 else None,
        )
        for position in range(first, first + count)
    ]
