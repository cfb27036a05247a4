"""One route per action type, generated: POST /api/actions/<type> with the action's fields as JSON."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from litestar import Router, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from beffroi.model.time import Clock, Micros
from beffroi.server.bounds import MOST
from beffroi.server.http.errors import Refusal
from beffroi.trade.action import Action
from beffroi.trade.doors import Caller, Executor
from beffroi.trade.rejected import Rejected
from beffroi.trade.room import Trade

MOST_EVENTS = 1_000
BODY_BYTES = 8_000_000
"""An order may name every light of the city: 34,000 identifiers are 1.3 MB."""

NOT_AFTER = "X-Beffroi-Not-After"
"""City time (µs) from which nobody waits for the answer: a network that held the request back must not let it act."""

_RESPONSES = {
    403: ResponseSpec(Refusal, description="A right is missing"),
    404: ResponseSpec(Refusal, description="What the caller may not see does not exist"),
    409: ResponseSpec(Refusal, description="Refused by the trade, with the reason"),
    422: ResponseSpec(Refusal, description="Malformed request"),
    503: ResponseSpec(Refusal, description="Nothing can be kept now: try again"),
}


class Answer(msgspec.Struct):
    """What was decided: the journal position of the last line (none when nothing changed) and the events.

    `count` is how many events there were; at most 1,000 are repeated here.
    """

    position: int | None
    count: int
    events: list[dict[str, Any]]


def action_routes(trades: Iterable[Trade[Any]], executor: Executor, clock: Clock) -> Router:
    """Return the routes of every action that a person or a machine may ask."""
    handlers = [
        _route(trade.name, action, executor, clock) for trade in trades for action in trade.actions if action.right
    ]
    return Router("/actions", route_handlers=handlers, request_max_body_size=BODY_BYTES)


def _route(trade: str, action: type[Action], executor: Executor, clock: Clock) -> Any:
    async def ask(
        data: Action,
        caller: Caller,
        happened_at: Annotated[Micros | None, Parameter(ge=0, le=MOST)] = None,
        not_after: Annotated[Micros | None, Parameter(header=NOT_AFTER, ge=0, le=MOST)] = None,
    ) -> Answer:
        if not_after is not None and clock.now() > not_after:
            raise Rejected("core.late")
        outcome = await executor.execute(data, caller, happened_at=happened_at)
        events = [msgspec.to_builtins(line.event) for line in outcome.lines[:MOST_EVENTS]]
        position = outcome.lines[-1].position if outcome.lines else None
        return Answer(position, len(outcome.lines), events)

    ask.__annotations__["data"] = action
    ask.__name__ = ask.__qualname__ = action.action_type().replace(".", "_")
    lines = (action.__doc__ or "").strip().splitlines()
    return post(
        f"/{action.action_type()}",
        status_code=201,
        summary=lines[0] if lines else action.action_type(),
        operation_id=action.action_type(),
        tags=[trade],
        responses=_RESPONSES,
    )(ask)
