"""Somebody asks to be forgotten (RGPD art. 17): by one of his requests, whatever its age, or by his number.

The rows tell what is his, memory holds only what is recent: every request and call under his number or address, and the
journal lines that hold words of them.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import post

from beffroi.model.scope import CITY, Scope
from beffroi.requests.actions import ForgetPerson
from beffroi.requests.api import find_request
from beffroi.requests.numbers import phone_key
from beffroi.requests.types import RequestsState
from beffroi.trade.doors import Caller, View, acting_for
from beffroi.trade.rejected import Rejected

_OWN = "SELECT phone, email FROM requests_contact WHERE request = %s OR call = %s"
_HIS = """SELECT request, call FROM requests_contact
    WHERE (phone <> '' AND phone = ANY(%s)) OR (email <> '' AND lower(email) = ANY(%s))"""
_REQUESTS = """SELECT id, position, commune, trade, kind, facts->>'call' FROM requests_request
    WHERE id = ANY(%s) OR facts->>'call' = ANY(%s)"""
_WORDS = "SELECT position FROM requests_words WHERE request = ANY(%s)"
_KEPT = "SELECT call FROM requests_contact WHERE call = ANY(%s)"


class Whom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks: the author of a request, the holder of a number, or both."""

    request: UUID | None = None
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""


class ForgottenPerson(msgspec.Struct, frozen=True):
    """What was erased; `left` requests belong to a commune or a trade in which the caller may not."""

    requests: int
    calls: int
    left: int


def routes(view: View[RequestsState]) -> Sequence[Any]:
    """Return the handler that forgets a person."""

    @post("/forget", summary="Erase what is kept of a person: contacts, numbers, words of all requests and calls")
    async def forget_person(caller: Caller, data: Whom) -> ForgottenPerson:
        if not caller.trusted and not caller.rights.names("callers"):
            raise Rejected("forbidden", right="callers")
        phones, emails = await _ways_of(view, caller, data)
        if data.request is None and not phones:
            raise Rejected("requests.forget_whom")
        found = await view.reader.fetch(_HIS, (sorted(phones), sorted(emails)))
        requests = {one for one, _ in found if one is not None} | ({data.request} if data.request else set())
        calls = {call for _, call in found if call is not None}
        action, left = await _mine(view, caller, requests, calls)
        if action.requests or action.calls:
            await view.executor.execute(action, acting_for(caller))
        return ForgottenPerson(len(action.requests), len(action.calls), left)

    return [forget_person]


async def _ways_of(view: View[RequestsState], caller: Caller, whom: Whom) -> tuple[set[str], set[str]]:
    """Return the numbers and addresses under which a person is known here."""
    phones = {phone_key(whom.number)} - {""}
    emails: set[str] = set()
    if whom.request is not None:
        request = await find_request(view, caller, whom.request)
        if not caller.may("callers", request.scope):
            raise Rejected("forbidden", right="callers")
        for phone, email in await view.reader.fetch(_OWN, (request.id, request.call or None)):
            phones |= {phone, phone_key(phone)} - {""}
            emails |= {email.lower()} - {""}
    return phones, emails


async def _mine(
    view: View[RequestsState], caller: Caller, requests: set[UUID], calls: set[str]
) -> tuple[ForgetPerson, int]:
    """Return the erasure of what the caller may erase, and how many requests are left to others."""
    rows = await view.reader.fetch(_REQUESTS, (sorted(requests), sorted(calls)))
    mine = [row for row in rows if caller.may("callers", Scope(*row[2:5]))]
    ids = sorted(row[0] for row in mine)
    named = sorted({row[5] for row in mine if row[5]} | (calls if caller.may("callers", CITY) else set()))
    kept = [call for (call,) in await view.reader.fetch(_KEPT, (named,))]
    words = [position for (position,) in await view.reader.fetch(_WORDS, (ids,))]
    positions = sorted({*words, *(row[1] for row in mine)})
    action = ForgetPerson(requests=tuple(ids), calls=tuple(sorted(kept)), positions=tuple(positions))
    return action, sum(caller.sees(Scope(*row[2:5])) for row in rows) - len(mine)
