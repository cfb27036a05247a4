"""Deadlines of an event by priority, as data: what must be done within how long, whom to warn how long before.

To take it counts from its entry, the others from the first alarm or report, as the contract does; all of them
from the last reopening.
"""

import msgspec

from beffroi.incidents.types import Deadline, Incident
from beffroi.model.time import HOUR, MINUTE, Micros


class Rule(msgspec.Struct, frozen=True):
    """One deadline of a priority. `within` and `warn` (before the end) in µs; `role` is a role of the access room."""

    kind: str
    within: Micros
    warn: Micros
    role: str


OPERATOR, SUPERVISOR, MANAGER = "operator", "shift_supervisor", "duty_manager"

RULES: dict[int, tuple[Rule, ...]] = {
    1: (
        Rule("take", 2 * MINUTE, MINUTE, OPERATOR),
        Rule("engage", 10 * MINUTE, 5 * MINUTE, SUPERVISOR),
        Rule("on_site", 45 * MINUTE, 15 * MINUTE, SUPERVISOR),
        Rule("made_safe", HOUR, 15 * MINUTE, MANAGER),
    ),
    2: (
        Rule("take", 5 * MINUTE, 2 * MINUTE, OPERATOR),
        Rule("engage", 30 * MINUTE, 10 * MINUTE, SUPERVISOR),
        Rule("on_site", 2 * HOUR, 30 * MINUTE, SUPERVISOR),
        Rule("made_safe", 4 * HOUR, 30 * MINUTE, MANAGER),
    ),
    3: (
        Rule("take", 30 * MINUTE, 10 * MINUTE, OPERATOR),
        Rule("engage", 24 * HOUR, 2 * HOUR, SUPERVISOR),
        Rule("on_site", 72 * HOUR, 6 * HOUR, SUPERVISOR),
    ),
    4: (
        Rule("take", 4 * HOUR, HOUR, OPERATOR),
        Rule("engage", 120 * HOUR, 24 * HOUR, SUPERVISOR),
    ),
}


def list_deadlines(incident: Incident) -> list[Deadline]:
    """List what an event still owes, the nearest first; nothing once it is resolved, joined or closed."""
    if incident.state not in ("new", "taken", "in_progress"):
        return []
    found = []
    for rule in RULES.get(incident.priority, ()):
        if _is_met(incident, rule.kind):
            continue
        start = incident.opened_at if rule.kind == "take" else incident.first_at
        # what is done again is due again: nothing was missed before it was reopened
        at = max(start, incident.reopened_at or start) + rule.within
        found.append(Deadline(rule.kind, at, at - rule.warn, rule.role))
    return sorted(found, key=lambda deadline: deadline.at)


def _is_met(incident: Incident, kind: str) -> bool:
    if kind == "take":
        return incident.taken_by is not None or incident.state != "new"
    reached = ("engaged", "on_site", "made_safe", "repaired")
    # a crew on site was engaged, whoever forgot to say so
    wanted = {"engage": reached, "on_site": reached[1:], "made_safe": reached[2:]}[kind]
    # whoever came before it was reopened is not who comes now
    return any(mark.clock in wanted and mark.at >= (incident.reopened_at or 0) for mark in incident.marks)


def stages(incident: Incident) -> list[tuple[Deadline, str, Micros]]:
    """List (deadline, stage, when) not yet told of an event: `soon` before it passes, `passed` at its end."""
    told = incident.warned
    return [
        (deadline, stage, at)
        for deadline in list_deadlines(incident)
        for stage, at in (("soon", deadline.warn_at), ("passed", deadline.at))
        if told.get(f"{deadline.kind}.{stage}") != deadline.at
    ]
