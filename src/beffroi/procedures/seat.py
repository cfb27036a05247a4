"""The door of a seat: a browser enrolled under a name, its signs of life, its lock, and the change of person."""

import math
import time
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from beffroi.access import COOKIE, Gate
from beffroi.access import actions as access
from beffroi.access.api import Me, address_of, me_of, own_account, session_cookie, wall_now
from beffroi.access.logic import normal_login
from beffroi.access.passwords import Passwords
from beffroi.access.session import SHIFT, Forged, Unauthenticated, account_rights, digest_of, is_locked, new_token
from beffroi.access.store import FIND_SECRET
from beffroi.access.throttle import Throttle
from beffroi.access.types import AccessState, Account, CredentialKind, SecurityKey
from beffroi.model.actor import SYSTEM, Actor
from beffroi.model.scope import CITY
from beffroi.procedures.seat_keys import Place, SecurityKeys
from beffroi.procedures.seat_watch import WATCH, machine_s
from beffroi.seats.actions import Enrol, SeatName, SignIn
from beffroi.seats.types import Seat, SeatsState
from beffroi.trade.doors import PUBLIC, Also, Caller, acting_for, trusted
from beffroi.trade.rejected import Rejected, TooSoon
from beffroi.trade.service import CoreDoor

SEAT_COOKIE = "bf_seat"
SEAT_YEARS_S = 5 * 365 * 86_400
Typed = Annotated[str, msgspec.Meta(max_length=200)]
AnyRequest = Request[Any, Any, Any]

log = structlog.get_logger("seats")


class EnrolForm(msgspec.Struct, forbid_unknown_fields=True):
    """How the room calls this place."""

    name: SeatName


class SwitchForm(msgspec.Struct, forbid_unknown_fields=True):
    """Who sits down, by the *code de prise de poste*."""

    login: Typed
    code: Typed


class Present(msgspec.Struct, forbid_unknown_fields=True):
    """One's present password, asked before a key is registered."""

    present: Typed


class NewKeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """A key just made by the browser, under the name that the person gave it."""

    name: access.Name
    credential: dict[str, Any]


class KeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """A key to let open nothing any more."""

    key: Typed


class Here(msgspec.Struct):
    """The seat that this browser is, none when it is not enrolled.

    `takes`: what nobody's desk answers, and what waited too long, sounds here. It is the *chef de salle*'s; with no
    *chef de salle* at a living seat it is everybody's, so that it is never silent.
    """

    seat: UUID | None = None
    name: str = ""
    chief: bool = False
    takes: bool = True


class SeatDoor:
    """Opens sessions at enrolled seats. Failures slow the seat, whoever is typed: they never lock anybody out."""

    def __init__(self, core: CoreDoor) -> None:
        self.core = core
        self._passwords = Passwords()
        self._throttle = Throttle()
        self.keys = SecurityKeys(core)

    @property
    def access(self) -> AccessState:
        """Return the accounts as they stand."""
        found: AccessState = self.core.state("access")
        return found

    def seat_of(self, request: AnyRequest) -> Seat | None:
        """Return the seat that a browser is, by the secret that it keeps."""
        secret = request.cookies.get(SEAT_COOKIE)
        state: SeatsState = self.core.state("seats")
        known = state.digests.get(digest_of(secret)) if secret else None
        return state.seats.get(known) if known else None

    def need_seat(self, request: AnyRequest) -> Seat:
        """Return the seat that a browser is; raises Forged for any other browser."""
        seat = self.seat_of(request)
        if seat is None:
            raise Forged("seats.not_enrolled")
        return seat

    def here(self, seat: Seat | None, caller: Caller) -> Here:
        """Return what a living browser is told: a locked seat keeps the sound of who sits there."""
        state: SeatsState = self.core.state("seats")
        now = machine_s()
        chief = any(WATCH.lives(one.id, now) and self._leads(one.account) for one in state.seats.values())
        mine = self._leads(seat.account) if seat else caller.rights.names("shift")
        return Here(seat.id if seat else None, seat.name if seat else "", chief, mine or not chief)

    def _leads(self, account: UUID | None) -> bool:
        return self._holds(account, "shift")

    def operates(self, account: UUID | None) -> bool:
        """Tell whether somebody may hold desks, even behind a lock: nobody else keeps them held by being there."""
        return self._holds(account, "logbook")

    def _holds(self, account: UUID | None, right: str) -> bool:
        known = self.access.accounts.get(account) if account else None
        return known is not None and account_rights(self.access, known).names(right)

    def begin(self, seat: Seat) -> int:
        """Count an attempt before it is known and return how many there were; raises TooSoon while the seat waits."""
        now = time.monotonic()
        wait = self._throttle.wait_s("", str(seat.id), now)
        if wait > 0:
            raise TooSoon("access.slow_down", wait_s=math.ceil(wait))
        return self._throttle.failed("", str(seat.id), now)

    async def refuse(self, seat: Seat, login: str, failures: int) -> None:
        """Tell the room of a seat that keeps failing."""
        log.warning("change of person refused", seat=seat.name, failures=failures)
        if self._throttle.alerts(failures):
            action = access.NoteLoginFailures(login=login[:100], address=seat.name, failures=failures)
            await self.core.executor.execute(action, trusted(SYSTEM))

    async def by_code(self, seat: Seat, given: SwitchForm) -> tuple[Account, int]:
        """Return the account whose code was typed and the failures before; raises Unauthenticated or TooSoon."""
        failures = self.begin(seat)
        login = normal_login(given.login)
        account = self.access.accounts.get(self.access.logins.get(login, UUID(int=0)))
        usable = account is not None and account.state == "active" and not account.must_change and account.code
        stored = await self._secret(account.code, "code") if usable and account else None
        if not await self._passwords.check(given.code, stored) or account is None:
            await self.refuse(seat, login, failures)
            raise Unauthenticated("access.bad_seat_code")
        return account, failures

    async def by_key(self, seat: Seat, place: Place, answer: dict[str, Any]) -> tuple[Account, int, Also]:
        """Return the account whose key was touched, the failures before, and what to keep; raises Unauthenticated."""
        failures = self.begin(seat)
        try:
            touched = await self.keys.check(seat.id, place, answer)
        except Unauthenticated:
            await self.refuse(seat, "", failures)
            raise
        account = self.access.accounts.get(touched.account)
        if account is None or account.state != "active" or account.must_change:
            await self.refuse(seat, "", failures)
            raise Unauthenticated("access.bad_key")
        return account, failures, touched.keep

    async def own(self, caller: Caller, present: str) -> Account:
        """Return the account of somebody who typed the present password again; raises Rejected or TooSoon."""
        account = own_account(self.access, caller)
        now = time.monotonic()
        if (wait := self._throttle.wait_s("", str(account.id), now)) > 0:
            raise TooSoon("access.slow_down", wait_s=math.ceil(wait))
        self._throttle.failed("", str(account.id), now)
        if not await self._passwords.check(present, await self._secret(account.credential, "password")):
            raise Rejected("access.wrong_password")
        self._throttle.succeeded("", str(account.id))
        return account

    async def open(
        self, seat: Seat, account: Account, failures: int, request: AnyRequest, also: Also | None = None
    ) -> Response[Me]:
        """Return the answer that makes an account the one at a seat: the session before ends, its desks stay held."""
        self._throttle.succeeded("", str(seat.id))
        person, token, now = trusted(Actor("person", account.id)), new_token(), wall_now()
        before = self._session_of(request)
        action = access.OpenSession(
            account=account.id,
            digest=digest_of(token),
            opened_at=now,
            ends_at=now + SHIFT,
            address=address_of(request),
            failures=max(0, failures - 1),
        )
        await self.core.executor.execute(action, person, also=also)
        if self.operates(account.id):
            await self.core.executor.execute(SignIn(seat=seat.id), person)
            WATCH.beat(seat.id, machine_s())
        if before is not None:
            await self.core.executor.execute(access.CloseSession(session=before, reason="replaced"), person)
        caller = Gate(lambda: self.access, wall_now).caller(method="GET", cookie=token, authorization=None, csrf=None)
        return Response(me_of(self.access, caller, token), cookies=[session_cookie(token, request)], status_code=200)

    def _session_of(self, request: AnyRequest) -> UUID | None:
        token = request.cookies.get(COOKIE)
        return self.access.session_digests.get(digest_of(token)) if token else None

    async def _secret(self, credential: UUID | None, kind: CredentialKind) -> str | None:
        rows = await self.core.reader.fetch(FIND_SECRET, (credential, kind))
        return str(rows[0][0]) if rows else None


def pages(core: CoreDoor) -> Sequence[Any]:
    """Return the handlers of a seat."""
    door = SeatDoor(core)
    return [*_places(core, door), *_persons(core, door), *_touched(door), *_own_keys(core, door)]


def _places(core: CoreDoor, door: SeatDoor) -> list[Any]:
    @get("/", opt=PUBLIC, summary="Which seat of the room this browser is")
    async def which(request: AnyRequest) -> Here:
        seat = door.seat_of(request)
        return Here(seat.id, seat.name) if seat else Here()

    @post("/enrol", summary="Make this browser a seat of the room", status_code=201)
    async def enrol(data: EnrolForm, caller: Caller, request: AnyRequest) -> Response[Here]:
        _needs(caller, "logbook")
        secret = new_token()
        await core.executor.execute(Enrol(name=data.name, digest=digest_of(secret)), acting_for(caller))
        state: SeatsState = core.state("seats")
        seat = state.seats[state.digests[digest_of(secret)]]
        await core.executor.execute(SignIn(seat=seat.id), acting_for(caller))
        WATCH.beat(seat.id, machine_s())
        cookie = Cookie(
            SEAT_COOKIE,
            path="/",
            value=secret,
            httponly=True,
            secure=request.url.scheme == "https",
            samesite="strict",
            max_age=SEAT_YEARS_S,
        )
        return Response(Here(seat.id, seat.name), cookies=[cookie], status_code=201)

    @post("/here", summary="Say that somebody who may hold desks is at this seat: every five seconds", status_code=200)
    async def here(caller: Caller, request: AnyRequest) -> Here:
        seat = door.seat_of(request)
        if seat is None or caller.session is None:
            return door.here(None, caller)
        if not door.operates(caller.actor.id):
            # who only looks holds nothing: what the one before left there must be held by somebody within a minute
            return door.here(seat, caller)
        WATCH.beat(seat.id, machine_s())
        if seat.account != caller.actor.id and caller.rights.names("logbook"):
            await core.executor.execute(SignIn(seat=seat.id), acting_for(caller))
        return door.here(door.seat_of(request), caller)

    return [which, enrol, here]


def _persons(core: CoreDoor, door: SeatDoor) -> list[Any]:
    @post("/switch", opt=PUBLIC, summary="Change person at this seat by the code", status_code=200)
    async def switch(data: SwitchForm, request: AnyRequest) -> Response[Me]:
        seat = door.need_seat(request)
        account, failures = await door.by_code(seat, data)
        return await door.open(seat, account, failures, request)

    @post("/lock", summary="Lock this seat: picture and sound stay, names go", status_code=204)
    async def lock(caller: Caller) -> None:
        if caller.session is None:
            raise Unauthenticated("access.persons_only")
        await core.executor.execute(access.LockSession(session=caller.session), acting_for(caller))

    return [switch, lock]


def _touched(door: SeatDoor) -> list[Any]:
    @post("/key/options", opt=PUBLIC, summary="Begin a change of person by a security key", status_code=200)
    async def begin(request: AnyRequest) -> dict[str, Any]:
        return door.keys.ask(door.need_seat(request).id, _place(request))

    @post("/key", opt=PUBLIC, summary="Change person at this seat by a security key", status_code=200)
    async def touch(data: dict[str, Any], request: AnyRequest) -> Response[Me]:
        seat = door.need_seat(request)
        account, failures, keep = await door.by_key(seat, _place(request), data)
        return await door.open(seat, account, failures, request, keep)

    return [begin, touch]


def _own_keys(core: CoreDoor, door: SeatDoor) -> list[Any]:
    @get("/keys", summary="One's own security keys")
    async def own_keys(caller: Caller) -> list[SecurityKey]:
        _unlocked(door.access, caller)
        account = own_account(door.access, caller)
        return [key for key in door.access.security_keys.values() if key.account == account.id]

    @post("/key/new/options", summary="Begin to register a security key", status_code=200)
    async def begin_new(data: Present, caller: Caller, request: AnyRequest) -> dict[str, Any]:
        return door.keys.ask_new(await door.own(caller, data.present), _place(request))

    @post("/key/new", summary="Register a security key", status_code=201)
    async def add(data: NewKeyForm, caller: Caller, request: AnyRequest) -> None:
        account = own_account(door.access, caller)
        made = door.keys.check_new(account, _place(request), data.credential)
        action = access.AddSecurityKey(account=account.id, key=made.id, name=data.name)
        await core.executor.execute(action, acting_for(caller), also=made.keep)

    @post("/key/remove", summary="Let one of one's own security keys open nothing any more", status_code=204)
    async def remove(data: KeyForm, caller: Caller) -> None:
        _unlocked(door.access, caller)
        known = door.access.security_keys.get(data.key)
        if known is not None and (known.account == caller.actor.id or caller.may("accounts", CITY)):
            await core.executor.execute(access.RemoveSecurityKey(key=known.id), acting_for(caller))

    return [own_keys, begin_new, add, remove]


def _unlocked(state: AccessState, caller: Caller) -> None:
    """Raise Rejected while a seat is locked: who passes by neither reads nor removes a person's keys."""
    if is_locked(state, caller):
        raise Rejected("access.locked")


def _place(request: AnyRequest) -> Place:
    return Place(request.headers.get("host", ""))


def _needs(caller: Caller, right: str) -> None:
    if not (caller.trusted or caller.rights.names(right)):
        raise Rejected("forbidden", right=right)


PAGES = pages
