"""What the rows keep of orders is what memory holds, after any sequence of batches."""

from itertools import pairwise

import numpy as np
import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.model.time import MINUTE
from beffroi.orders import TRADE, actions
from beffroi.orders.types import OrdersState, Selection
from tests.conftest import Database
from tests.orders.desk import CHIEF, ON_CALL, Desk
from tests.orders.small_city import CABINET, D1, D2, light


def same(kept: OrdersState, held: OrdersState) -> bool:
    fields = [
        name for name in type(next(iter(held.orders.values()))).__struct_fields__ if name not in ("targets", "states")
    ]
    return (
        kept.overrides == held.overrides
        and kept.locks == held.locks
        and kept.orders.keys() == held.orders.keys()
        and all(
            all(getattr(kept.orders[key], name) == getattr(order, name) for name in fields)
            and np.array_equal(kept.orders[key].targets, order.targets)
            and np.array_equal(kept.orders[key].states, order.states)
            for key, order in held.orders.items()
        )
    )


def live_through() -> Desk:
    desk = Desk()
    cut = desk.request(value=0)
    desk.do(actions.Approve(order=cut.id, digest=cut.digest), ON_CALL)
    desk.do(actions.MarkSent(order=cut.id, locked=(0, 1)), None)
    desk.do(actions.Settle(order=cut.id, results={"confirmed": tuple(range(2, 40)), "refused": (41,)}), None)
    desk.do(actions.Consign(asset=D2, holder="M. Durand", certificate="C-12", code="4711"))
    wide = desk.request(CHIEF, selection=Selection(parents=(CABINET,)))
    desk.do(actions.MarkSent(order=wide.id), None)
    back = desk.request(command="programme", selection=Selection(assets=(light(0), light(1))))
    desk.do(actions.MarkSent(order=back.id), None)
    forced = desk.request(value=50, selection=Selection(parents=(D1,)))
    desk.do(actions.BreakGlass(order=forced.id, reason="câbles à nu"))
    desk.time_passes(2 * MINUTE)
    desk.do(actions.Consign(asset=D1, holder="M. Petit", certificate="C-13", code="1234"))
    desk.do(actions.Lift(asset=D2, certificate="C-12", code="4711"))
    return desk


LIVED = live_through()


@given(cuts=st.sets(st.integers(1, len(LIVED.lines)), max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_equal_memory_however_the_batches_were_cut(database: Database, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(LIVED.lines)]
    with psycopg.connect(database.app) as connection:
        for start, end in pairwise(edges):
            TRADE.write(connection.cursor(), LIVED.lines[start:end])
        assert same(TRADE.load(connection), LIVED.state)
        connection.rollback()
