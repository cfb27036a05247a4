"""Writes the golden line of every event that has none yet: `python -m tests.journal.make_golden`.

A golden line is never rewritten: it is what a journal of that day holds, and every later version must read it.
"""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from beffroi.journal import Head, encode_lines
from beffroi.model.actor import Actor, Cause
from beffroi.server.wiring import find_trades
from beffroi.trade.event import Event
from beffroi.trade.line import Line

FOLDER = Path(__file__).parent / "golden"
SOME_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
AT = 1_750_535_400_000_000


class Golden(msgspec.Struct, frozen=True):
    """The bytes of a line as text, and the texts of its erasable fields."""

    line: str
    bodies: dict[str, str]


def path_of(cls: type[Event]) -> Path:
    """Return where the golden line of a version of an event is."""
    return FOLDER / f"{cls.event_type()}.{cls.version}.json"


def every_event() -> list[type[Event]]:
    """List the events of every trade."""
    return [event for trade in find_trades() for event in trade.events]


def sample(kind: Any) -> Any:
    """Return a plain value of a type: never a default where another value is possible."""
    match kind:
        case inspect.UnionType():
            return sample(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
        case inspect.StructType():
            return (
                {field.encode_name: sample(field.type) for field in kind.fields}
                if not kind.array_like
                else [sample(field.type) for field in kind.fields]
            )
        case inspect.DictType():
            return {sample(kind.key_type): sample(kind.value_type)}
        case inspect.LiteralType() | inspect.EnumType():
            return kind.values[-1] if isinstance(kind, inspect.LiteralType) else list(kind.cls)[-1].value
        case inspect.CollectionType() | inspect.VarTupleType():
            return [sample(kind.item_type)]
        case inspect.TupleType():
            return [sample(one) for one in kind.item_types]
        case inspect.StrType(pattern=pattern, max_length=longest) if pattern:
            return next(text for text in _SHAPED if re.search(pattern, text) and len(text) <= (longest or len(text)))
    return next((value for base, value in _PLAIN.items() if isinstance(kind, base)), "valeur")


_SHAPED = ("source-1", "lighting", "ab" * 32, "4821", "03:30", "11-15/03-15")
"""Texts for the fields that want a shape of their own."""

_PLAIN: dict[type, Any] = {
    inspect.UUIDType: str(SOME_ID),
    inspect.BoolType: True,
    inspect.IntType: 7,
    inspect.FloatType: 12.5,
    inspect.StrType: "texte « été »",
    inspect.AnyType: "valeur",
}


def golden(cls: type[Event]) -> Golden:
    """Return a new golden line of an event."""
    fields = {field.encode_name: sample(field.type) for field in inspect.type_info(cls).fields}  # type: ignore[attr-defined]
    event = msgspec.convert({"type": cls.event_type(), **fields}, cls)
    line = Line(4, AT + 2, AT, Actor("person", SOME_ID), Cause(3, 1), event)
    rows, bodies, _ = encode_lines([line], Head(3, bytes(32)), salt=lambda: bytes(range(16)))
    return Golden(rows[0].content.decode(), {body.field: body.text or "" for body in bodies})


if __name__ == "__main__":
    for missing in [cls for cls in every_event() if not path_of(cls).exists()]:
        path_of(missing).write_bytes(msgspec.json.format(msgspec.json.encode(golden(missing)), indent=1) + b"\n")
        print(path_of(missing).name)
