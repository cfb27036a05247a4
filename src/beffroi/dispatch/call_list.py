"""Whom to call for an event, in order; who of the on-call list is passed over, and why. Pure.

The list of a trade and, behind it, the city's own. Called is who holds the papers that the event asks, valid at this
minute. Being on the list of a trade says its skill, unless the person's skills are entered and say otherwise. The
*cadre d'astreinte* decides and sends, he does not do the work: nothing is asked of him. Who is already out on another
event comes after those who are free.
"""

from uuid import UUID

import msgspec

from beffroi.dispatch import duty
from beffroi.dispatch.needs import need_of
from beffroi.dispatch.ranking import Reason, lacking
from beffroi.dispatch.types import MANAGER, DispatchState, Need
from beffroi.model.ports import IncidentFacts
from beffroi.model.time import Micros


class Passed(msgspec.Struct, frozen=True):
    """Somebody on call who is not to be called for this event, and why."""

    line: duty.OnCall
    reason: Reason


class CallList(msgspec.Struct, frozen=True):
    """Whom to call, in order; who is passed over; and on which events (`out`) who is to be called already is."""

    lines: tuple[duty.OnCall, ...]
    passed: tuple[Passed, ...]
    out: dict[UUID, UUID]

    def find(self, agent: UUID | None) -> duty.OnCall | None:
        """Return the line of somebody who may be called, or nothing."""
        return next((line for line in self.lines if line.agent == agent), None)

    def passes(self, agent: UUID) -> Reason | None:
        """Return why somebody on the list is passed over, or nothing."""
        return next((one.reason for one in self.passed if one.line.agent == agent), None)


def call_list(state: DispatchState, facts: IncidentFacts, trade: str, now: Micros) -> CallList:
    """Return whom of a trade's list to call for an event; nobody at rest is anywhere in it."""
    need = need_of(state, facts)
    # the list of another trade is called for its own work, beside those who do what the event asks
    asked = need if trade == need.trade else Need(trade=trade)
    loads = duty.loads(state)
    lines, passed, out = [], [], {}
    for line in duty.on_call(state, trade, now):
        reason = _lacks(state, line, asked, now)
        if reason is not None:
            passed.append(Passed(line, reason))
            continue
        lines.append(line)
        if loads.get(line.agent):
            out[line.agent] = loads[line.agent][-1].incident
    # sorted keeps the order of the list among the free and among the others
    return CallList(tuple(sorted(lines, key=lambda line: line.agent in out)), tuple(passed), out)


def _lacks(state: DispatchState, line: duty.OnCall, need: Need, now: Micros) -> Reason | None:
    if line.rank >= MANAGER:
        return None
    skills = frozenset(state.agents[line.agent].skills) or frozenset(need.skills)
    return lacking(skills, duty.authorisations_of(state, [line.agent]), need, now)
