import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.access.passwords import check_strength, one_time_password
from beffroi.access.qr import QUIET, draw
from beffroi.access.roles import BUILT_IN, RIGHTS, rights_of, within
from beffroi.access.texts import TEXTS
from beffroi.access.throttle import KEPT, LONGEST_WAIT_S, Throttle
from beffroi.access.totp import code_at, enrolment_uri, matching_step
from beffroi.access.types import RoleGrant
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import SECOND

axis = st.sampled_from([(ANY,), ("a",), ("b",), ("a", "b")])
grants = st.lists(st.builds(RoleGrant, st.sampled_from(sorted(BUILT_IN)), axis, axis, axis), max_size=3)
scopes = st.builds(Scope, *[st.sampled_from(["", "a", "b", "c"])] * 3)

RFC_6238 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The ASCII seed of RFC 6238 appendix B, in base 32."""


@pytest.mark.parametrize(
    ("at_s", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_codes_are_those_of_rfc_6238(at_s: int, code: str) -> None:
    assert code_at(RFC_6238, at_s // 30) == code[-6:]


def test_a_code_serves_its_step_and_its_neighbours_once() -> None:
    now = 1_750_535_400 * SECOND
    step = now // (30 * SECOND)
    for shift, accepted in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert (matching_step(RFC_6238, code_at(RFC_6238, step + shift), now) is not None) is accepted
    assert matching_step(RFC_6238, code_at(RFC_6238, step), now, after=step) is None
    assert matching_step(RFC_6238, "½23456", now) is None
    assert "secret=" + RFC_6238 in enrolment_uri(RFC_6238, "chef", "Dijon")


@given(grants, grants, scopes)
def test_what_is_within_never_sees_more(small: list[RoleGrant], large: list[RoleGrant], scope: Scope) -> None:
    asked, held = rights_of(small, {}), rights_of(large, {})
    if within(asked, held):
        assert all(held.allows(right, scope) for right in RIGHTS if asked.allows(right, scope))


def test_an_administrator_gives_no_order_and_a_viewer_only_looks() -> None:
    assert not {"order", "order_wide", "alarms", "consign"} & set(BUILT_IN["administrator"].rights)
    assert BUILT_IN["viewer"].rights == ("view",)
    assert all(set(role.rights) <= set(RIGHTS) for role in BUILT_IN.values())
    assert all(role.label.keys() == {"fr", "en"} for role in BUILT_IN.values())


def test_waits_double_from_the_fifth_failure_up_to_a_minute() -> None:
    throttle = Throttle()
    waits = []
    for rank in range(14):
        throttle.failed("chef", "seat", now=rank)
        waits.append(throttle.wait_s("chef", "seat", now=rank))
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]
    assert throttle.wait_s("chef", "other seat", now=14) == 0
    assert throttle.wait_s("chef", "seat", now=13 + LONGEST_WAIT_S) == 0
    assert throttle.succeeded("chef", "seat") == 14
    assert throttle.failed("chef", "seat", now=20) == 1


def test_an_hour_forgets_and_memory_is_bounded() -> None:
    throttle = Throttle()
    throttle.failed("chef", "seat", now=0)
    assert throttle.failed("chef", "seat", now=3601) == 1
    for rank in range(KEPT + 10):
        throttle.failed("x", str(rank), now=0)
    assert throttle.succeeded("chef", "seat") == 0


def test_alerts_are_told_at_ten_then_each_doubling() -> None:
    throttle = Throttle()
    assert [count for count in range(1, 200) if throttle.alerts(count)] == [10, 20, 40, 80, 160]


def test_every_sentence_exists_in_both_languages() -> None:
    from beffroi.access import TRADE

    assert all(texts.keys() == {"fr", "en"} and all(texts.values()) for texts in TEXTS.values())
    assert {event.event_type() for event in TRADE.events} <= TEXTS.keys()


def test_every_right_that_an_action_asks_is_held_by_some_role() -> None:
    from beffroi.server.wiring import find_trades

    asked = {action.right for trade in find_trades() for action in trade.actions if action.right}
    held = {right for role in BUILT_IN.values() for right in role.rights}
    assert asked <= held
    assert held == set(RIGHTS)


def test_passwords_are_kept_by_argon2id_at_the_strength_of_rfc_9106() -> None:
    from argon2 import PasswordHasher, extract_parameters
    from argon2.low_level import Type

    kept = extract_parameters(PasswordHasher().hash("x"))
    assert (kept.type, kept.time_cost, kept.memory_cost, kept.parallelism) == (Type.ID, 3, 65536, 4)


def test_one_time_passwords_differ_and_pass_the_rule_for_passwords() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_strength(password, "admin")


def test_a_qr_code_is_one_path_with_its_quiet_zone() -> None:
    drawn = draw(enrolment_uri("A" * 32, "chef", ""))
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", drawn.path)
    assert "".join(f"M{x} {y}h{width}v1h-{back}z" for x, y, width, back in runs) == drawn.path
    assert all(int(x) >= QUIET and int(x) + int(width) <= drawn.size - QUIET for x, _, width, _ in runs)
    assert runs[0] == (str(QUIET), str(QUIET), "7", "7"), "the finder of the corner"
    assert draw("autre chose") != drawn
