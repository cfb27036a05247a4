"""Codes of lock-outs: hashed off the core's loop, and guessed ever more slowly, by lock-out and by person."""

import asyncio
import hashlib
import hmac
import math
import secrets
from collections.abc import Callable

import msgspec

from beffroi.access.throttle import Throttle
from beffroi.orders.actions import Consign, Lift, NoteWrongCodes
from beffroi.orders.consign import SEALED
from beffroi.orders.types import LockRecord, OrdersState
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import TooSoon
from beffroi.trade.room import Prepared

COST = 14
"""Power of two of scrypt's cost: some 50 ms of a thread."""

FREE_MISTAKES, LONGEST_WAIT_S, ALERT_AT = 2, 300.0, 5
"""Four digits at one try in five minutes last a month; the holder who mistypes twice waits for nothing."""


class Codes:
    """Prepares what people ask of lock-outs; `monotonic` gives seconds for waiting."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._throttle = Throttle(FREE_MISTAKES, LONGEST_WAIT_S, ALERT_AT)

    async def seal(self, action: Consign) -> Prepared:
        """Return a lock-out whose code is kept as a salted hash."""
        sealed = await asyncio.to_thread(hash_code, action.code, secrets.token_bytes(16))
        return Prepared(msgspec.structs.replace(action, code=sealed))

    async def check(self, state: OrdersState, action: Lift, caller: Caller) -> Prepared:
        """Return the lifting with what its code is worth; raises TooSoon while the lock-out or the person must wait."""
        held = state.locks.get(action.asset)
        if held is None or not caller.may(action.right, held.scope):
            return Prepared(action)
        seats = (("lock", str(held.id)), ("person", str(caller.actor.id)))
        now = self._monotonic()
        wait = max(self._throttle.wait_s(*seat, now) for seat in seats)
        if wait > 0:
            raise TooSoon("orders.lift_slowed", wait_s=math.ceil(wait))
        # counted before it is known, so that attempts sent together slow each other
        failures = [self._throttle.failed(*seat, now) for seat in seats]
        given = await asyncio.to_thread(hash_like, held, action.code)
        right = hmac.compare_digest(given, held.code_hash) and action.certificate == held.certificate
        if right:
            for seat in seats:
                self._throttle.succeeded(*seat)
        alert = not right and any(map(self._throttle.alerts, failures))
        note = NoteWrongCodes(asset=held.asset, failures=max(failures), by=caller.actor.id) if alert else None
        return Prepared(msgspec.structs.replace(action, code=given), note)


def hash_code(code: str, salt: bytes) -> str:
    """Return the salted hash kept of a holder's code."""
    digest = hashlib.scrypt(code.encode(), salt=salt, n=2**COST, r=8, p=1, maxmem=2**26, dklen=32)
    return f"{SEALED}{salt.hex()}${digest.hex()}"


def hash_like(held: LockRecord, code: str) -> str:
    """Return the hash of a code made as that of a lock-out was, those of the first version included."""
    if not held.code_hash.startswith(SEALED):
        return hashlib.scrypt(code.encode(), salt=held.id.bytes, n=2**12, r=8, p=1, dklen=32).hex()
    salt = held.code_hash.removeprefix(SEALED).partition("$")[0]
    return hash_code(code, bytes.fromhex(salt))
