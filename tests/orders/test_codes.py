"""Codes of lock-outs: wrong ones cost ever more time, to the lock-out and to the person, and the fifth is told."""

import asyncio
from uuid import UUID

import pytest

from beffroi.model.actor import Actor
from beffroi.model.scope import EVERYTHING, Rights
from beffroi.orders import actions, codes
from beffroi.orders.codes import Codes, hash_like
from beffroi.orders.consign import decide_consign
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected, TooSoon
from beffroi.trade.room import Prepared
from tests.orders.desk import ON_CALL, OPERATOR, Desk
from tests.orders.small_city import D1, D2

CODE = "4711"


class Door:
    """Lock-outs of D1 and D2, and a clock that tests move."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.now = 0.0
        self.codes = Codes(lambda: self.now)
        for asset in (D1, D2):
            self.desk.do(actions.Consign(asset=asset, holder="M. Roy", certificate="C-12", code=CODE))

    def try_code(self, code: str, who: UUID = OPERATOR, asset: UUID = D1) -> Prepared:
        lift = actions.Lift(asset=asset, certificate="C-12", code=code)
        caller = Caller(Actor("person", who), Rights({"consign": (EVERYTHING,)}))
        return asyncio.run(self.codes.check(self.desk.state, lift, caller))


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "COST", 4)


def test_a_slip_of_the_finger_costs_nothing() -> None:
    door = Door()
    for _ in range(2):
        assert door.try_code("0000").tells is None
    held = door.desk.state.locks[D1]
    assert door.try_code(CODE).action.code == held.code_hash  # type: ignore[attr-defined]


def test_guessing_slows_the_lock_out_for_everybody_and_the_person_everywhere() -> None:
    door = Door()
    for _ in range(3):
        door.try_code("0000")
    with pytest.raises(TooSoon) as slowed:
        door.try_code(CODE, who=ON_CALL)
    assert slowed.value.params == {"wait_s": 1}
    with pytest.raises(TooSoon):
        door.try_code(CODE, asset=D2)
    door.try_code("0000", who=ON_CALL, asset=D2)
    door.now = 1.0
    door.try_code(CODE)


def test_the_wait_grows_to_five_minutes_and_the_fifth_and_tenth_are_told() -> None:
    door = Door()
    told, waits = [], []
    for _ in range(14):
        prepared = door.try_code("0000")
        told += [prepared.tells.failures] if isinstance(prepared.tells, actions.NoteWrongCodes) else []
        try:
            door.try_code("0000")
        except TooSoon as slowed:
            waits.append(slowed.params["wait_s"])
            door.now += float(str(slowed.params["wait_s"]))
    assert told == [5, 10]
    assert waits[0] == 1 and waits[-1] == 300


def test_who_may_not_lift_counts_for_nothing_and_slows_nobody() -> None:
    door = Door()
    lift = actions.Lift(asset=D1, certificate="C-12", code="0000")
    for _ in range(20):
        asyncio.run(door.codes.check(door.desk.state, lift, Caller(Actor("person", ON_CALL), Rights())))
    door.try_code(CODE)


def test_a_lock_out_of_the_first_version_is_lifted_by_its_code() -> None:
    door = Door()
    held = door.desk.state.locks[D1]
    old = type(held)(**{name: getattr(held, name) for name in held.__struct_fields__} | {"code_hash": ""})
    assert len(hash_like(old, CODE)) == 64
    assert hash_like(old, CODE) != hash_like(old, "4712")


def test_a_code_is_never_decided_as_it_was_typed() -> None:
    desk = Desk()
    consign = actions.Consign(asset=D1, holder="M. Roy", certificate="C-12", code=CODE)
    with pytest.raises(TypeError):
        decide_consign(desk.state, consign, None)  # type: ignore[arg-type]
    desk.do(consign)
    assert desk.state.locks[D1].code_hash.startswith("scrypt$")
    with pytest.raises(Rejected):
        desk.do(actions.Lift(asset=D1, certificate="C-12", code="0000"))
