"""Drives the orders as the committer drives a trade: decide, apply, keep the lines."""

import asyncio
import random
from uuid import UUID

import msgspec

from beffroi.model.actor import Actor
from beffroi.model.ids import ClockIds
from beffroi.model.ports import City
from beffroi.model.scope import EVERYTHING, Rights
from beffroi.model.time import HOUR, Micros
from beffroi.orders import TRADE, actions
from beffroi.orders.room import Orders
from beffroi.orders.types import Order, OrdersState, Selection
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from tests.orders.small_city import D1, small_city

NOON: Micros = 1_750_000_000_000_000
OPERATOR, CHIEF, ON_CALL = (UUID(int=900 + n) for n in range(3))
RIGHTS = {
    OPERATOR: ("order", "consign", "view"),
    CHIEF: ("order", "order_wide"),
    ON_CALL: ("order", "order_wide", "order_cut"),
}


class Desk:
    """A state, its city and a clock, driven as the committer drives a trade."""

    def __init__(self) -> None:
        self.trade = Orders()
        self.state = OrdersState()
        self.city: City = small_city(self.state)
        self.now = NOON
        self.lines: list[Line] = []
        self._ids = ClockIds(lambda: self.now, random.Random(7).getrandbits)

    def do(self, action: Action, who: UUID | None = OPERATOR) -> list[Event]:
        actor = Actor("person", who) if who else Actor("system")
        rights = Rights(dict.fromkeys(RIGHTS.get(who, ()), (EVERYTHING,))) if who else Rights()
        if type(action) in TRADE.prepared:
            action = asyncio.run(self.trade.prepare(self.state, action, Caller(actor, rights))).action
        context = Context(self.now, self.now, actor, rights, self._ids, self.city)
        made = list(TRADE.decide(self.state, action, context))
        for event in made:
            line = Line(len(self.lines) + 1, self.now, self.now, actor, None, event)
            self.lines.append(line)
            TRADE.apply(self.state, line)
        return made

    def request(self, who: UUID | None = OPERATOR, **fields: object) -> Order:
        fields.setdefault("selection", Selection(parents=(D1,)))
        fields.setdefault("until", self.now + HOUR)
        fields.setdefault("command", "level_pct")
        made = self.do(msgspec.convert({"type": "orders.request", **msgspec.to_builtins(fields)}, actions.Request), who)
        return self.state.orders[made[0].order]  # type: ignore[attr-defined]

    def time_passes(self, span: Micros) -> None:
        self.now += span
        for action in TRADE.due(self.state, self.now):
            self.do(action, None)
