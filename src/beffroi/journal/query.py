"""Searching the journal: filters and the caller's rights as one SQL condition, newest lines first."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from beffroi.journal.codec import HASHED, read_data, read_envelope
from beffroi.journal.store import BODY_COLUMNS, LINE_COLUMNS
from beffroi.journal.types import Body, StoredLine, is_personal, is_secret
from beffroi.journal.verify import Checked
from beffroi.model.actor import Actor
from beffroi.model.scope import CITY, Grant, Scope
from beffroi.model.time import Micros
from beffroi.trade.doors import Caller, Reader
from beffroi.trade.filters import scope_condition

SEARCHED_AT_ONCE = 100_000
"""Lines that one request looks through when it searches words; the page says where to go on."""

BATCH = 2_000
FOREVER = 2**62
UNREAD = "…"
"""What a field withheld or erased reads as in a list."""


READ = ("view", "journal")
EXPORT = (*READ, "export")
"""What is needed over a line to read it, and for it to leave in a file."""


class Filters(msgspec.Struct, frozen=True):
    """What is looked for. `type` may end with a dot for a whole trade; times are entry times, µs UTC."""

    type: str = ""
    asset: UUID | None = None
    actor: UUID | None = None
    cause: int | None = None
    since: Micros = -FOREVER
    until: Micros = FOREVER
    q: str = ""

    def named(self) -> dict[str, str]:
        """Return the filters in force as texts, for the record of an export."""
        default = Filters()
        return {
            name: str(getattr(self, name))
            for name in self.__struct_fields__
            if getattr(self, name) != getattr(default, name)
        }


class JournalLine(msgspec.Struct):
    """A line as screens read it. `hidden` names the fields withheld, `erased` those gone, each with its purpose."""

    position: int
    recorded_at: Micros
    happened_at: Micros
    type: str
    version: int
    actor: Actor
    cause: int | None
    depth: int | None
    asset: UUID | None
    scope: Scope
    hash: str
    data: dict[str, Any]
    hidden: dict[str, str]
    erased: dict[str, str]


class JournalPage(msgspec.Struct):
    """Lines, newest first; `next` is the `before` of the page after this one."""

    items: list[JournalLine]
    total: int | None
    next: int | None


async def search(reader: Reader, caller: Caller, filters: Filters, before: int, limit: int) -> JournalPage:
    """Return the newest lines before a position that the caller may read."""
    condition, params = _condition(caller, filters, READ)
    floor = 0
    if filters.q:
        top = await reader.fetch("SELECT coalesce(max(position), 0) FROM journal_line")
        before = min(before, top[0][0] + 1)
        floor = max(0, before - SEARCHED_AT_ONCE)
    rows = await reader.fetch(
        f"SELECT {LINE_COLUMNS} FROM journal_line WHERE position < %(before)s AND position >= %(floor)s AND {condition}"
        " ORDER BY position DESC LIMIT %(limit)s",
        {**params, "before": before, "floor": floor, "limit": limit},
    )
    items = await shown(reader, [stored(row) for row in rows], personal=False)
    if len(rows) == limit:
        return JournalPage(items, None, rows[-1][0])
    return JournalPage(items, None, floor if floor > 1 else None)


async def find(reader: Reader, caller: Caller, position: int) -> StoredLine | None:
    """Return one stored line that the caller may read, or nothing."""
    rows = await reader.fetch(f"SELECT {LINE_COLUMNS} FROM journal_line WHERE position = %s", (position,))
    if not rows:
        return None
    line = stored(rows[0])
    scope = Scope(line.commune, line.trade, line.kind)
    return line if may_read(caller, scope) else None


def may_read(caller: Caller, scope: Scope) -> bool:
    """Tell whether the proof of that scope is open to a caller."""
    return caller.sees(scope) and caller.may("journal", scope)


async def shown(reader: Reader, lines: list[StoredLine], *, personal: bool) -> list[JournalLine]:
    """Return lines as screens read them, with the bodies that are not personal, or all of them."""
    if not lines:
        return []
    positions = [line.position for line in lines]
    rows = await reader.fetch(
        "SELECT position, field, purpose, text FROM journal_body WHERE position = ANY(%s)", (positions,)
    )
    bodies: dict[int, list[tuple[str, str, str | None]]] = {}
    for position, field, purpose, text in rows:
        bodies.setdefault(position, []).append((field, purpose, text))
    return [_shown(line, bodies.get(line.position, ()), personal=personal) for line in lines]


def _shown(line: StoredLine, bodies: Iterable[tuple[str, str, str | None]], *, personal: bool) -> JournalLine:
    envelope = read_envelope(line.content)
    data = {
        name: UNREAD if _is_hidden(value) else value for name, value in read_data(envelope).items() if name != "type"
    }
    hidden, erased = {}, {}
    for field, purpose, text in bodies:
        if text is None:
            erased[field] = purpose
        elif is_secret(purpose):
            continue
        elif is_personal(purpose) and not personal:
            hidden[field] = purpose
        else:
            data[field] = msgspec.json.decode(text)
    return JournalLine(
        position=line.position,
        recorded_at=line.recorded_at,
        happened_at=line.happened_at,
        type=line.type,
        version=line.version,
        actor=envelope.actor,
        cause=line.cause,
        depth=line.depth,
        asset=line.asset,
        scope=Scope(line.commune, line.trade, line.kind),
        hash=line.hash.hex(),
        data=data,
        hidden=hidden,
        erased=erased,
    )


def _is_hidden(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {HASHED}


def stored(row: tuple[Any, ...]) -> StoredLine:
    """Return the stored line of one row over LINE_COLUMNS."""
    line = StoredLine(*row)
    return msgspec.structs.replace(line, content=bytes(line.content), hash=bytes(line.hash))


def exports_everything(caller: Caller) -> bool:
    """Tell whether no line at all is kept from what a caller exports."""
    whole = Grant()
    return caller.trusted or all(whole in caller.rights.grants.get(right, ()) for right in EXPORT)


def _condition(caller: Caller, filters: Filters, rights: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    condition, params = scope_condition(caller, *rights)
    terms = [condition]
    for name, column in (("asset", "asset"), ("actor", "actor"), ("cause", "cause")):
        if getattr(filters, name) is not None:
            terms.append(f"{column} = %({name})s")
    if filters.type:
        terms.append("type LIKE %(type)s" if filters.type.endswith(".") else "type = %(type)s")
    if filters.since > -FOREVER or filters.until < FOREVER:
        terms.append("recorded_at >= %(since)s AND recorded_at < %(until)s")
    if filters.q:
        terms.append(
            "(convert_from(bytes, 'UTF8') ILIKE %(q)s OR EXISTS (SELECT 1 FROM journal_body AS body"
            " WHERE body.position = journal_line.position AND body.text ILIKE %(q)s"
            " AND NOT body.purpose LIKE 'personal%%' AND NOT body.purpose LIKE 'secret.%%'))"
        )
    values = {name: getattr(filters, name) for name in ("asset", "actor", "cause", "since", "until")}
    wanted = _like(filters.type[:-1]) + ".%" if filters.type.endswith(".") else filters.type
    return " AND ".join(terms), {**params, **values, "type": wanted, "q": f"%{_like(filters.q)}%"}


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def checked_after(reader: Reader, caller: Caller, filters: Filters, after: int, last: int) -> list[Checked]:
    """Return the next lines that a caller may export after a position, oldest first, with bodies; none at the end."""
    condition, params = _condition(caller, filters, EXPORT)
    rows = await reader.fetch(
        f"SELECT {LINE_COLUMNS} FROM journal_line WHERE position > %(after)s AND position <= %(last)s AND {condition}"
        f" ORDER BY position LIMIT {BATCH}",
        {**params, "after": after, "last": last},
    )
    if not rows:
        return []
    bodies: dict[int, list[Body]] = {}
    for row in await reader.fetch(
        f"SELECT {BODY_COLUMNS} FROM journal_body WHERE position = ANY(%s) ORDER BY position, field",
        ([row[0] for row in rows],),
    ):
        body = Body(*row)
        salt = None if body.salt is None else bytes(body.salt)
        bodies.setdefault(body.position, []).append(msgspec.structs.replace(body, salt=salt))
    found = [stored(row) for row in rows]
    return [Checked(one.position, one.content, one.hash, one, tuple(bodies.get(one.position, ()))) for one in found]


def is_city(caller: Caller) -> bool:
    """Tell whether a caller may read the proof of the whole city: verification and its report."""
    return may_read(caller, CITY)
