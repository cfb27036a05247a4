"""A group of requests on its way to one transaction: decided and applied in memory, not yet kept."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import structlog

from beffroi.model.actor import Cause
from beffroi.model.ids import Ids
from beffroi.model.scope import ANY
from beffroi.model.time import Clock, Micros
from beffroi.server.wiring import Wiring
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Also, Caller, Outcome
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected
from beffroi.trade.room import Trade

Result = Outcome | BaseException

GROUP_ACTIONS = 500
"""Actions of one transaction at most."""

APPLY_STEP = 200
"""Lines applied between two looks at the clock."""

log = structlog.get_logger("committer")


class Asked(msgspec.Struct, frozen=True):
    """One action with its own *heure des faits* and its cause."""

    action: Action
    happened_at: Micros | None = None
    cause: Cause | None = None


class Broken(Exception):  # noqa: N818 - an outcome, not a failure of the program
    """A line that its own trade could not apply: memory no longer tells what the rows tell."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Request:
    """What one caller asked as a unit: its actions commit together."""

    __slots__ = ("also", "asked", "attempts", "caller", "future")

    def __init__(
        self, asked: Sequence[Asked], caller: Caller, also: Also | None, future: "asyncio.Future[list[Result]]"
    ) -> None:
        self.asked = asked
        self.caller = caller
        self.also = also
        self.future = future
        self.attempts = 0

    def fail(self, why: BaseException) -> None:
        """Answer that nothing was kept."""
        if not self.future.done():
            self.future.set_exception(why)

    def answer(self, results: list[Result]) -> None:
        """Answer each action, unless its caller went away."""
        if not self.future.done():
            self.future.set_result(results)


class Group:
    """Requests decided one after another on the states of the moment, each seeing what those before it did."""

    def __init__(self, wiring: Wiring, clock: Clock, ids: Ids, position: int) -> None:
        self._wiring = wiring
        self._clock = clock
        self._ids = ids
        self._position = position
        self._answers: list[tuple[Request, list[Result]]] = []
        self._results: list[Result] = []
        self._request: Request | None = None
        self.requests: list[Request] = []
        self.lines: list[Line] = []
        self.also: list[Also] = []
        self.touched: set[str] = set()

    @property
    def changes_nothing(self) -> bool:
        """Tell whether there is nothing to keep."""
        return not self.lines and not self.also

    def begin(self, request: Request) -> None:
        """Open a request: the actions decided from now on are its own."""
        self._request = request
        self._results = []
        self.requests.append(request)

    def decide(self, asked: Asked) -> Iterator[None]:
        """Decide one action and apply its events, pausing between steps; raises Broken when an apply fails."""
        request = self._request
        assert request is not None
        try:
            lines = self._lines(asked, request.caller)
        except Rejected as refusal:
            self._results.append(refusal)
            return
        except Exception as error:
            log.exception("decision failed", action=asked.action.action_type())
            self._results.append(error)
            return
        yield
        start = len(self.lines)
        self.lines += lines
        for first in range(0, len(lines), APPLY_STEP):
            self._apply(lines[first : first + APPLY_STEP])
            yield
        self._position += len(lines)
        self._results.append(Outcome(tuple(self.lines[start:])))

    def end(self) -> int:
        """Close the request and return how many of its actions were refused; one refused whole is answered at once."""
        request = self._request
        assert request is not None
        refused = sum(isinstance(result, BaseException) for result in self._results)
        alone = len(request.asked) == 1
        if alone and refused:
            request.answer(self._results)
            self.requests.pop()
            return 1
        if request.also is not None:
            self.also.append(request.also)
        self._answers.append((request, self._results))
        return refused

    def answer(self) -> None:
        """Tell every caller what became of its actions."""
        for request, results in self._answers:
            request.answer(results)

    def by_trade(self) -> dict[Trade[Any], list[Line]]:
        """Return the lines of each trade in the order of the trades, so that rows come before what references them."""
        of_event = self._wiring.of_event
        sorted_lines: dict[Trade[Any], list[Line]] = {trade: [] for trade in self._wiring.trades}
        for line in self.lines:
            sorted_lines[of_event[type(line.event)]].append(line)
        return {trade: lines for trade, lines in sorted_lines.items() if lines}

    def _lines(self, asked: Asked, caller: Caller) -> list[Line]:
        action = asked.action
        trade = self._wiring.of_action[type(action)]
        state, city = self._wiring.states[trade.name], self._wiring.city
        self._check_rights(trade, state, action, caller)
        now = self._clock.now()
        happened_at = now if asked.happened_at is None else asked.happened_at
        context = Context(now, happened_at, caller.actor, caller.rights, self._ids, city, asked.cause)
        events = trade.decide(state, action, context)
        return [
            Line(position, now, happened_at, caller.actor, asked.cause, event)
            for position, event in enumerate(events, self._position + 1)
        ]

    def _check_rights(self, trade: Trade[Any], state: Any, action: Action, caller: Caller) -> None:
        """Refuse what the caller may not do; what it may not even see does not exist for it."""
        if caller.trusted:
            return
        if not action.right:
            raise Rejected("forbidden", right="system")
        for scope in trade.scopes(state, action, self._wiring.city):
            if scope.commune == ANY and not trade.every_commune:
                raise Rejected("not_found")
            if caller.may(action.right, scope):
                continue
            if caller.sees(scope):
                raise Rejected("forbidden", right=action.right)
            raise Rejected("not_found")

    def _apply(self, lines: Sequence[Line]) -> None:
        wiring = self._wiring
        try:
            for line in lines:
                trade = wiring.of_event[type(line.event)]
                self.touched.add(trade.name)
                trade.apply(wiring.states[trade.name], line)
        except Exception as error:
            raise Broken(error) from error
