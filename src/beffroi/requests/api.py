"""Readings of requests and calls; what the citizen follows; contacts, one at a time, each reading journalled."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from litestar import Request as HttpRequest
from litestar import get
from litestar.params import Parameter

from beffroi.model.geo import distance_m
from beffroi.model.scope import CITY
from beffroi.model.time import Micros
from beffroi.requests import actions as ask
from beffroi.requests.codes import read_code
from beffroi.requests.limiter import Limiter
from beffroi.requests.rows import row_of
from beffroi.requests.store import COLUMNS, request_from_row
from beffroi.requests.types import Call, Request, RequestRow, RequestsState, Step
from beffroi.trade.doors import AT_ROOT, PUBLIC, Caller, View, acting_for
from beffroi.trade.filters import scope_condition
from beffroi.trade.rejected import Rejected

Catalogue = Mapping[str, Mapping[str, str]]
Which = Literal["open", "all", "call_back", "owed"]
_WHICH = {
    "open": "state IN ('recorded', 'attached', 'call_back')",
    "all": "true",
    "call_back": "state = 'call_back'",
    "owed": "id IN (SELECT request FROM requests_owed WHERE state IN ('by_phone', 'failed', 'doubtful'))",
}
_BY_PHONE = f"""SELECT {COLUMNS} FROM requests_request
    WHERE id IN (SELECT request FROM requests_contact WHERE phone = %s AND request IS NOT NULL)
    ORDER BY recorded_at DESC LIMIT 10"""
_CONTACT = "SELECT name, phone, email, channel, lang, until FROM requests_contact WHERE subject = %s"


class RequestPage(msgspec.Struct):
    """Requests, newest first."""

    items: list[RequestRow]


class NearRequest(msgspec.Struct, frozen=True):
    """An open request and how far it is, in metres."""

    distance_m: float
    request: RequestRow


class ContactView(msgspec.Struct, frozen=True):
    """How to reach somebody, and when that is erased."""

    name: str
    phone: str
    email: str
    channel: str
    lang: str
    until: Micros


class CallCard(msgspec.Struct, frozen=True):
    """The caller's card: the number, the name if the same number left one, and what it asked before."""

    call: Call
    phone: str
    name: str
    requests: list[RequestRow]


class FollowView(msgspec.Struct, frozen=True, kw_only=True):
    """What the citizen reads of his request: where it stands and why; nothing about anybody."""

    code: str
    step: Step
    text: str
    recorded_at: Micros
    changed_at: Micros
    expected_at: Micros | None
    reason: str
    over: bool


class TooMany(Rejected):
    """Too many questions from one address."""

    status: ClassVar[int] = 429


def routes(view: View[RequestsState], catalogue: Catalogue) -> Sequence[Any]:
    """Return the handlers of requests and calls."""
    return [*_lists(view), *_contacts(view), _follow(view, catalogue)]


def _lists(view: View[RequestsState]) -> list[Any]:
    @get("/", summary="List requests, newest first")
    async def list_requests(
        caller: Caller,
        which: Annotated[Which, Parameter(query="state")] = "open",
        q: Annotated[str, Parameter(max_length=200)] = "",
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 200,
    ) -> RequestPage:
        condition, params = scope_condition(caller, "view")
        found = "(%(q)s = '' OR code ILIKE %(like)s OR text ILIKE %(like)s OR facts->>'place' ILIKE %(like)s)"
        escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = await view.reader.fetch(
            f"SELECT {COLUMNS} FROM requests_request WHERE {_WHICH[which]} AND {found} AND {condition}"
            " ORDER BY recorded_at DESC LIMIT %(limit)s",
            {**params, "q": q, "like": f"%{escaped}%", "limit": limit},
        )
        return RequestPage([_shown(view, request_from_row(row)) for row in rows])

    @get("/near", summary="List the open requests around a place, whatever their category")
    async def list_near(
        caller: Caller,
        lon: Annotated[float, Parameter(ge=-180, le=180)],
        lat: Annotated[float, Parameter(ge=-90, le=90)],
        radius_m: Annotated[float, Parameter(gt=0, le=2000)] = 30.0,
    ) -> list[NearRequest]:
        return near(view, caller, lon, lat, radius_m)

    @get("/{request_id:uuid}", summary="Read one request")
    async def get_request(caller: Caller, request_id: UUID) -> RequestRow:
        return _shown(view, await find_request(view, caller, request_id))

    return [list_requests, list_near, get_request]


def near(view: View[RequestsState], caller: Caller, lon: float, lat: float, radius_m: float) -> list[NearRequest]:
    """List the open requests within a radius that the caller sees, those followed by others only, nearest first."""
    found = [
        NearRequest(round(away, 1), row_of(view.state, one, view.city))
        for one, away in near_requests(view.state, lon, lat, radius_m)
        if caller.sees(one.scope)
    ]
    return found[:20]


def near_requests(state: RequestsState, lon: float, lat: float, radius_m: float) -> list[tuple[Request, float]]:
    """List (request, metres) of the open requests within a radius that follow no other, nearest first."""
    margin_lat = radius_m / 111_000
    found = []
    for one in state.requests.values():
        if not one.open or one.follows is not None or one.lon is None or one.lat is None:
            continue
        if abs(one.lat - lat) <= margin_lat and (away := distance_m(lon, lat, one.lon, one.lat)) <= radius_m:
            found.append((one, away))
    return sorted(found, key=lambda pair: pair[1])


def _shown(view: View[RequestsState], request: Request) -> RequestRow:
    return row_of(view.state, view.state.requests.get(request.id, request), view.city)


async def find_request(view: View[RequestsState], caller: Caller, request: UUID) -> Request:
    """Return a request of any age that the caller sees; raises Rejected where there is none."""
    found = view.state.requests.get(request)
    if found is None:
        rows = await view.reader.fetch(f"SELECT {COLUMNS} FROM requests_request WHERE id = %s", (request,))
        found = request_from_row(rows[0]) if rows else None
    if found is None or not caller.sees(found.scope):
        raise Rejected("requests.not_found", request=str(request))
    return found


def _contacts(view: View[RequestsState]) -> list[Any]:
    @get("/{request_id:uuid}/contact", summary="Read how to reach somebody: the reading is journalled")
    async def get_contact(caller: Caller, request_id: UUID) -> ContactView:
        request = await find_request(view, caller, request_id)
        if not caller.may("callers", request.scope):
            raise Rejected("forbidden", right="callers")
        rows = await view.reader.fetch(_CONTACT, (str(request.id),))
        if not rows:
            raise Rejected("requests.no_contact", request=request.code)
        contact = ContactView(*rows[0])
        await _note(view, caller, ask.NoteContactRead(request=request.id, fields=_given(contact)))
        return contact

    @get("/calls/{call_id:str}/card", summary="Open the caller's card: the reading is journalled")
    async def get_card(caller: Caller, call_id: str) -> CallCard:
        call = view.state.calls.get(call_id)
        if call is None:
            raise Rejected("requests.call.not_found", call=call_id)
        if not caller.may("callers", CITY):
            raise Rejected("forbidden", right="callers")
        rows = await view.reader.fetch(_CONTACT, (call_id,))
        if not rows:
            return CallCard(call, "", "", [])
        phone = ContactView(*rows[0]).phone
        before = [request_from_row(row) for row in await view.reader.fetch(_BY_PHONE, (phone,))]
        seen = [one for one in before if caller.sees(one.scope)]
        names = [await view.reader.fetch(_CONTACT, (str(one.id),)) for one in seen[:1]]
        await _note(view, caller, ask.NoteContactRead(call=call_id, fields=("phone",)))
        name = names[0][0][0] if names and names[0] else ""
        return CallCard(call, phone, name, [_shown(view, one) for one in seen])

    return [get_contact, get_card]


def _given(contact: ContactView) -> tuple[str, ...]:
    return tuple(name for name in ("name", "phone", "email") if getattr(contact, name))


async def _note(view: View[RequestsState], caller: Caller, note: ask.NoteContactRead) -> None:
    await view.executor.execute(note, acting_for(caller))


def _follow(view: View[RequestsState], catalogue: Catalogue) -> Any:
    limiter = Limiter()

    @get("/follow/{code:str}", summary="Follow one's request by its code", opt=AT_ROOT | PUBLIC)
    async def follow(code: str, request: HttpRequest[Any, Any, Any]) -> FollowView:
        address = request.client.host if request.client else ""
        wait_s = limiter.wait_s(address, view.clock.monotonic())
        if wait_s > 0:
            raise TooMany("requests.too_many", wait_s=int(wait_s) + 1)
        found = await _find_code(view, read_code(code))
        if found is None:
            raise Rejected("requests.code.not_found")
        lang = "en" if request.headers.get("accept-language", "").lower().startswith("en") else "fr"
        return follow_view(found, lambda name: catalogue.get(name, {}).get(lang, ""))

    return follow


async def _find_code(view: View[RequestsState], code: str) -> Request | None:
    known = view.state.by_code.get(code)
    if known is not None or not code:
        return view.state.requests.get(known) if known else None
    rows = await view.reader.fetch(f"SELECT {COLUMNS} FROM requests_request WHERE code = %s", (code,))
    return request_from_row(rows[0]) if rows else None


def follow_view(request: Request, sentence: Callable[[str], str]) -> FollowView:
    """Return what the author of a request may read of it, in the language of `sentence`."""
    outcome = request.state if request.state in ("informed", "passed_on", "call_back") else ""
    return FollowView(
        code=request.code,
        step=request.step,
        text=sentence(f"requests.outcome.{outcome}" if outcome else f"requests.step.{request.step}"),
        recorded_at=request.recorded_at,
        changed_at=request.changed_at,
        expected_at=request.expected_at if request.step == "in_progress" else None,
        reason=sentence(f"requests.reason.{request.reason}") if request.reason else "",
        over=not request.open,
    )
