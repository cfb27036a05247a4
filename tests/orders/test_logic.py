"""Who may order what, until when; lock-outs stop everything; time ends everything."""

from types import SimpleNamespace
from uuid import UUID

import msgspec
import numpy as np
import pytest

from beffroi.model.geo import Position
from beffroi.model.ports import IncidentFacts
from beffroi.model.scope import Grant, Scope
from beffroi.model.time import DAY, HOUR, MINUTE, SECOND, Micros
from beffroi.orders import TRADE, actions, events
from beffroi.orders.types import Order, PointState, Selection
from beffroi.procedures.live.pace import at_once
from beffroi.procedures.order_sender import Blind, commands_of, frames_of, verdicts
from beffroi.trade.rejected import Rejected
from tests.orders.desk import CHIEF, NOON, ON_CALL, OPERATOR, Desk
from tests.orders.small_city import CABINET, D1, D2, SmallLive, light


@pytest.fixture
def desk() -> Desk:
    return Desk()


def refused(code: str) -> "pytest.RaisesExc[Rejected]":
    return pytest.raises(Rejected, check=lambda refusal: refusal.code == code)


def test_full_light_on_one_circuit_needs_nobody_else(desk: Desk) -> None:
    order = desk.request(value=100)
    assert order.state == "approved" and order.counts() == {"pending": 60}


def test_cutting_asks_a_second_person_who_is_somebody_else_with_the_right(desk: Desk) -> None:
    order = desk.request(value=0)
    assert order.state == "waiting"
    with refused("orders.same_person"):
        desk.do(actions.Approve(order=order.id, digest=order.digest), OPERATOR)
    with refused("orders.other_order"):
        desk.do(actions.Approve(order=order.id, digest="0" * 64), ON_CALL)
    desk.do(actions.Approve(order=order.id, digest=order.digest), ON_CALL)
    assert order.state == "approved" and order.approved_by == ON_CALL


def test_the_on_call_manager_cuts_a_few_points_alone_but_not_a_hundred(desk: Desk) -> None:
    assert desk.request(ON_CALL, value=0).state == "approved"
    assert desk.request(ON_CALL, value=0, selection=Selection(everything=True)).state == "waiting"


def test_approval_is_asked_again_when_the_targets_changed(desk: Desk) -> None:
    order = desk.request(value=0)
    topology = desk.city.topology
    topology.assets.pop(light(3))  # type: ignore[attr-defined]
    with refused("orders.targets_changed"):
        desk.do(actions.Approve(order=order.id, digest=order.digest), ON_CALL)


def test_an_order_not_approved_in_five_minutes_never_leaves(desk: Desk) -> None:
    order = desk.request(value=0)
    desk.time_passes(5 * MINUTE)
    assert order.state == "expired" and order.counts() == {"expired": 60}
    with refused("orders.not_waiting"):
        desk.do(actions.Approve(order=order.id, digest=order.digest), ON_CALL)


def test_breaking_the_glass_leaves_a_mark_to_countersign(desk: Desk) -> None:
    order = desk.request(value=0)
    desk.do(actions.BreakGlass(order=order.id, reason="cadre injoignable, câbles à nu"))
    assert order.state == "approved" and order.broke_glass and order.countersigned_by is None
    with refused("orders.same_person"):
        desk.do(actions.Countersign(order=order.id), OPERATOR)
    desk.do(actions.Countersign(order=order.id), ON_CALL)
    assert order.countersigned_by == ON_CALL


def test_a_countersignature_that_does_not_come_raises_a_line_once(desk: Desk) -> None:
    order = desk.request(OPERATOR, value=0.0)
    desk.do(actions.BreakGlass(order=order.id, reason="astreinte injoignable"), OPERATOR)
    desk.time_passes(DAY - 1)
    assert not _overdue(desk)
    desk.time_passes(1)
    (event,) = _overdue(desk)
    assert (event.order, event.points) == (order.id, len(order.targets))
    assert order.countersign_overdue
    desk.time_passes(2 * DAY)
    assert len(_overdue(desk)) == 1
    desk.do(actions.Countersign(order=order.id), ON_CALL)
    assert order.countersigned_by == ON_CALL


def test_a_countersignature_in_time_raises_nothing(desk: Desk) -> None:
    order = desk.request(OPERATOR, value=0.0)
    desk.do(actions.BreakGlass(order=order.id, reason="astreinte injoignable"), OPERATOR)
    desk.do(actions.Countersign(order=order.id), ON_CALL)
    desk.time_passes(2 * DAY)
    assert not _overdue(desk)


def _overdue(desk: Desk) -> list[events.CountersignOverdue]:
    return [line.event for line in desk.lines if isinstance(line.event, events.CountersignOverdue)]


@pytest.mark.parametrize(
    ("until", "code"),
    [(None, "orders.until_missing"), (NOON - 1, "orders.until_past"), (NOON + 25 * HOUR, "orders.until_far")],
)
def test_an_override_always_has_a_near_end(desk: Desk, until: Micros | None, code: str) -> None:
    with refused(code):
        desk.request(until=until)


def test_no_automatic_step_darkens(desk: Desk) -> None:
    with refused("orders.automatic_unsafe"):
        desk.request(None, value=50)
    assert desk.request(None, command="programme").state == "approved"


def test_points_that_can_receive_nothing_are_told_before(desk: Desk) -> None:
    order = desk.request(CHIEF, selection=Selection(assets=(light(0), light(70), light(120))))
    assert order.counts() == {"not_managed": 1, "cabinet_only": 1, "pending": 1}


def test_a_whole_circuit_managed_at_its_cabinet_is_commanded_by_the_circuit(desk: Desk) -> None:
    order = desk.request(selection=Selection(parents=(D2,)))
    told = at_once(commands_of(order, list(range(60)), desk.city))
    (frame,) = frames_of(told["gw-1"].values())
    commands = msgspec.json.decode(frame)
    assert [command["a"] for command in commands] == ["A045/D2"]
    assert len(judged(order_sent(desk, order), desk, desk.now)["not_verifiable"]) == 60


def judged(order: Order, desk: Desk, now: Micros) -> dict[str, list[int]]:
    return verdicts(order, at_once(Blind().steps(order, desk.city)), desk.city, now)


def order_sent(desk: Desk, order: Order) -> Order:
    desk.do(actions.MarkSent(order=order.id), None)
    return order


def test_a_lock_out_stops_orders_before_and_at_the_last_moment(desk: Desk) -> None:
    before = desk.request(selection=Selection(parents=(CABINET,)), who=CHIEF)
    desk.do(actions.Consign(asset=D1, holder="M. Durand", certificate="C-12", code="4711"))
    after = desk.request(selection=Selection(parents=(CABINET,)), who=CHIEF)
    assert after.counts()["locked"] == 60
    desk.do(actions.MarkSent(order=before.id, locked=tuple(range(60))), None)
    assert before.counts() == {"locked": 60, "sent": 60}
    assert next(iter(before.counts())) == "locked"


def test_only_the_holder_has_the_lock_out_lifted(desk: Desk) -> None:
    desk.do(actions.Consign(asset=D1, holder="M. Durand", certificate="C-12", code="4711"))
    with refused("orders.already_locked"):
        desk.do(actions.Consign(asset=D1, holder="M. Petit", certificate="C-13", code="1234"))
    with refused("orders.wrong_certificate"):
        desk.do(actions.Lift(asset=D1, certificate="C-13", code="4711"))
    with refused("orders.not_the_holder"):
        desk.do(actions.Lift(asset=D1, certificate="C-12", code="0000"))
    desk.do(actions.Lift(asset=D1, certificate="C-12", code="4711"))
    assert not desk.state.locks and desk.city.locks.find(light(0)) is None


def test_readings_confirm_contradict_or_leave_without_answer(desk: Desk) -> None:
    order = order_sent(desk, desk.request(value=100))
    live = desk.city.live
    assert isinstance(live, SmallLive)
    live.at[3:43], live.value[3:40], live.value[40:43] = desk.now + SECOND, 100.0, 20.0
    early = judged(order, desk, desk.now + 5 * SECOND)
    assert {name: len(places) for name, places in early.items()} == {"confirmed": 37}
    desk.do(actions.Settle(order=order.id, results={"confirmed": tuple(early["confirmed"])}), None)
    desk.now += 89 * SECOND
    late = judged(order, desk, desk.now)
    desk.do(actions.Settle(order=order.id, results={"mismatch": tuple(late["mismatch"])}), None)
    desk.time_passes(2 * SECOND)
    assert order.state == "ended"
    assert order.counts() == {"mismatch": 3, "no_answer": 20, "confirmed": 37}


def test_a_reading_older_than_the_order_confirms_nothing(desk: Desk) -> None:
    order = order_sent(desk, desk.request(value=100))
    live = desk.city.live
    assert isinstance(live, SmallLive)
    live.at[3:63], live.value[3:63] = desk.now - MINUTE, 100.0
    assert judged(order, desk, desk.now) == {}


def test_an_override_ends_by_itself(desk: Desk) -> None:
    order = order_sent(desk, desk.request(value=100))
    assert desk.city.overrides.find(light(0)) == (100.0, desk.now + HOUR)
    desk.time_passes(2 * MINUTE)
    assert order.state == "ended" and TRADE.next_due(desk.state) == order.until
    desk.time_passes(HOUR)
    assert desk.city.overrides.find(light(0)) is None
    assert isinstance(desk.lines[-1].event, events.OverrideEnded) and TRADE.next_due(desk.state) is None


def test_return_to_programme_ends_the_overrides_of_its_points_only(desk: Desk) -> None:
    order_sent(desk, desk.request(value=100))
    order_sent(desk, desk.request(command="programme", selection=Selection(assets=(light(0),))))
    assert desk.city.overrides.find(light(0)) is None
    assert desk.city.overrides.find(light(1)) is not None


def test_a_point_only_moves_forward_and_a_late_confirmation_corrects_silence(desk: Desk) -> None:
    order = order_sent(desk, desk.request(selection=Selection(assets=(light(0), light(1)))))
    desk.do(actions.Settle(order=order.id, results={"refused": (0,)}), None)
    assert desk.do(actions.Settle(order=order.id, results={"confirmed": (0,)}), None) == []
    desk.time_passes(2 * MINUTE)
    desk.do(actions.Settle(order=order.id, results={"confirmed": (1,)}), None)
    assert order.states.tolist() == [PointState.REFUSED, PointState.CONFIRMED]


def test_an_operator_of_one_place_does_not_order_a_whole_commune(desk: Desk) -> None:
    for place in range(200, 200 + 500):
        desk.city.topology._add(UUID(int=place + 5000), place, "street_light", f"B-{place}", None)  # type: ignore[attr-defined]
    with refused("orders.wide"):
        desk.request(OPERATOR, value=100, selection=Selection(commune="21231"))
    assert desk.request(CHIEF, value=100, selection=Selection(commune="21231")).state == "approved"


def test_a_drawing_takes_what_lies_inside(desk: Desk) -> None:
    corners = tuple(Position(lon, lat) for lon, lat in ((5.00025, 47), (5.00125, 47), (5.00125, 48), (5.00025, 48)))
    order = desk.request(selection=Selection(polygon=corners))
    assert order.targets.tolist() == list(range(3, 13))


def test_the_memory_equals_the_replay_of_its_lines(desk: Desk) -> None:
    first = desk.request(value=0)
    desk.do(actions.Approve(order=first.id, digest=first.digest), ON_CALL)
    order_sent(desk, first)
    desk.do(actions.Consign(asset=D2, holder="M. Durand", certificate="C-12", code="4711"))
    desk.time_passes(2 * MINUTE)
    replayed = TRADE.empty()
    for line in desk.lines:
        TRADE.apply(replayed, line)
    assert replayed.locks == desk.state.locks and replayed.overrides == desk.state.overrides
    assert np.array_equal(replayed.orders[first.id].states, desk.state.orders[first.id].states)


def test_rights_of_one_commune_do_not_reach_another(desk: Desk) -> None:
    here = Grant(communes=frozenset({"21231"}))
    scopes = TRADE.scopes(
        desk.state, actions.Request(selection=Selection(parents=(D1,)), command="programme"), desk.city
    )
    assert all(here.covers(scope) for scope in scopes)
    assert not any(Grant(communes=frozenset({"21166"})).covers(scope) for scope in scopes)


def test_an_order_may_be_given_for_an_event_that_its_author_sees(desk: Desk) -> None:
    known = IncidentFacts(id=UUID(int=77), number="2025-0001", label="Mât couché", scope=Scope("21231"))
    found = {known.id: known}
    desk.city.incidents = SimpleNamespace(find=found.get)  # type: ignore[assignment]
    desk.request(incident=known.id)
    assert desk.lines[-1].event.incident == known.id  # type: ignore[attr-defined]
    with refused("not_found"):
        desk.request(incident=UUID(int=78))
