"""The relève (room.md moment 1): its page, its signature, its print."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from beffroi.duties.types import DutiesState
from beffroi.model.time import DAY
from beffroi.procedures.paper import MEDIA, answer
from beffroi.procedures.relief.page import Page, Reader, States, sections
from beffroi.procedures.relief.paper import TEMPLATE, Printed
from beffroi.seats import TRADE as SEATS
from beffroi.seats.actions import SignRelief
from beffroi.seats.logic import FIRST_SHIFT, get_seat
from beffroi.seats.store import find_page, keep_page
from beffroi.seats.types import Relief, Seat, SeatsState, held_by, last_relief_at, open_relief
from beffroi.trade.doors import Caller, acting_for
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

PAGE_DAYS = 60
"""How long a signed page is kept with its names and telephones; the journal keeps its digest."""


class Signature(msgspec.Struct):
    """A relève that was just signed, with the digest of the page that is kept."""

    relief: UUID
    digest: str


def compose(core: CoreDoor, caller: Caller, seat: Seat, relief: Relief | None) -> Page:
    """Return the page of a seat as it is now for a reader."""
    state: SeatsState = core.state("seats")
    desks = relief.desks if relief else held_by(state, seat.id)
    now = core.clock.now()
    since = relief.since if relief else last_relief_at(state, desks) or now - FIRST_SHIFT
    states = States(**{name: core.state(name) for name in States.__struct_fields__})
    reader = Reader(caller, now, since, desks, SEATS.catalogue, core.city)
    leaving = relief.outgoing if relief else None
    return Page(
        relief=relief.id if relief else None,
        seat=seat.id,
        seat_name=seat.name,
        desks=[state.plans[desk].label for desk in desks if desk in state.plans],
        outgoing=leaving,
        incoming=seat.account if seat.account != leaving else None,
        since=since,
        made_at=now,
        ticks=relief.ticks if relief else (),
        sections=sections(states, reader),
    )


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers of the relève."""
    return [_read(core), _sign(core), _print(core)]


def _read(core: CoreDoor) -> Any:
    @get("/", summary="The page of the relève of a seat, as it is now")
    async def read(caller: Caller, seat: UUID) -> Page:
        _needs(caller)
        state: SeatsState = core.state("seats")
        return compose(core, caller, get_seat(state, seat), open_relief(state, seat))

    return read


def _sign(core: CoreDoor) -> Any:
    @post("/{relief:uuid}/sign", summary="Sign a relève: the page is kept as it was read", status_code=201)
    async def sign(relief: UUID, caller: Caller) -> Signature:
        _needs(caller)
        state: SeatsState = core.state("seats")
        known = _known(state, relief)
        page = compose(core, caller, get_seat(state, known.seat), known)
        _read_first(core, caller, page)
        content = msgspec.json.encode(page).decode()
        digest = sha256(content.encode()).hexdigest()
        keep = keep_page(relief, content, core.clock.now() + PAGE_DAYS * DAY)
        await core.executor.execute(SignRelief(relief=relief, digest=digest), acting_for(caller), also=keep)
        return Signature(relief, digest)

    return sign


def _read_first(core: CoreDoor, caller: Caller, page: Page) -> None:
    """Refuse the signature of whoever has not read every *consigne* of the page, with their list."""
    given: DutiesState = core.state("duties")
    shown = next(part.items for part in page.sections if part.name == "instructions")
    read = {one.id for one in given.instructions.values() if caller.actor.id in {seen.account for seen in one.reads}}
    unread = [item for item in shown if UUID(item.ref) not in read]
    if unread:
        texts = " ; ".join(f"« {item.what.get(caller.lang, '')} »" for item in unread)
        raise Rejected("seats.unread", n=len(unread), list=texts, instructions=[item.ref for item in unread])


def _print(core: CoreDoor) -> Any:
    @get("/{name:str}", summary="The relève on paper (PDF): <id>.pdf", media_type=MEDIA)
    async def print_page(name: str, caller: Caller) -> Response[bytes]:
        _needs(caller)
        relief = _known(core.state("seats"), _identifier(name))
        page = await _page_of(core, caller, relief)
        names = {account.id: account.name or account.login for account in core.state("access").accounts.values()}
        data = Printed(caller.lang, core.zone, names).data(page, relief.signed_at, relief.digest)
        return await answer(f"releve-{relief.id.hex[-6:]}.pdf", TEMPLATE, data)

    return print_page


async def _page_of(core: CoreDoor, caller: Caller, relief: Relief) -> Page:
    """Return the page that was signed, to those who signed or lead; the present one while it is open."""
    if relief.open:
        return compose(core, caller, get_seat(core.state("seats"), relief.seat), relief)
    own = caller.actor.id in (relief.incoming, relief.outgoing)
    if not (own or caller.trusted or caller.rights.names("shift")):
        raise Rejected("forbidden", right="shift")
    kept = await find_page(core.reader, relief.id)
    if kept is None:
        raise Rejected("seats.page_gone")
    return msgspec.json.decode(kept, type=Page)


def _known(state: SeatsState, relief: UUID) -> Relief:
    found = state.reliefs.get(relief)
    if found is None:
        raise Rejected("seats.relief.not_found", relief=str(relief))
    return found


def _identifier(name: str) -> UUID:
    try:
        return UUID(name.removesuffix(".pdf"))
    except ValueError as error:
        raise Rejected("seats.relief.not_found", relief=name) from error


def _needs(caller: Caller) -> None:
    if not (caller.trusted or caller.rights.names("logbook")):
        raise Rejected("forbidden", right="logbook")


PAGES = pages
