"""Late readings judged at their own time (house convention 12), against the history around them.

After a reconnection a broker repeats old readings behind new ones. Each rule is replayed twice over the readings around
the late ones, without them and with them; what differs is what the room did not know. An edge that only moved is the
same edge: the number of alarms is that of a city where nothing ever came late. What was told and never was cannot be
untold: the rule is brought to its true side now.
"""

from collections.abc import Iterable
from typing import NamedTuple

from beffroi.model.time import Micros
from beffroi.telemetry.machine import EdgeAt, Rule, Sample, Standing, settle, step
from beffroi.telemetry.rules import Edges, RuleSet, edges_of


class Surroundings(NamedTuple):
    """What one series held around its late readings, in order of time; `whole` when it reaches the newest reading."""

    known: list[Sample]
    late: list[Sample]
    whole: bool


def judge_late(rules: RuleSet, around: Iterable[tuple[int, Surroundings]], now: Micros) -> list[Edges]:
    """Return what the late readings change, by rule; the rules then stand as if nothing had been late.

    The rules must have been ticked to `now` just before; what is around one series comes in order of time.
    """
    found = []
    for series, surroundings in around:
        first = int(rules.first[series])
        for number in range(first, first + int(rules.count[series])):
            present = rules.standing(number)
            edges, standing = _judge(rules.rule(number), present, surroundings, now)
            rules.set_standing(number, standing)
            if edges:
                found.append(edges_of(number, edges, late=True))
            if _told_side(present, edges) != standing.active:
                value = max((*surroundings.known, *surroundings.late), key=lambda sample: sample.at).value
                found.append(edges_of(number, [EdgeAt(standing.active, now, value)]))
    return found


def _told_side(present: Standing, edges: list[EdgeAt]) -> bool:
    """Return the side on which a rule stands for whoever heard all its edges."""
    return present.active + sum(1 if edge.active else -1 for edge in edges) > 0


def _judge(rule: Rule, present: Standing, around: Surroundings, now: Micros) -> tuple[list[EdgeAt], Standing]:
    until = now if around.whole else 0
    merged = sorted([*around.known, *around.late], key=lambda sample: sample.at)
    without, old_end = _run(rule, around.known, until)
    with_them, new_end = _run(rule, merged, until)
    # a window that does not reach the newest reading, or that began inside an episode, says nothing of the present
    end = new_end if around.whole and old_end == present else present
    return difference(without, with_them), end


def _run(rule: Rule, samples: list[Sample], until: Micros) -> tuple[list[EdgeAt], Standing]:
    standing = Standing()
    edges: list[EdgeAt] = []
    previous: Sample | None = None
    for sample in samples:
        standing, more = step(rule, standing, previous, sample)
        edges += more
        previous = sample
    if until and previous is not None:
        standing, more = settle(rule, standing, until, previous.value)
        edges += more
    return edges, standing


def difference(before: list[EdgeAt], after: list[EdgeAt]) -> list[EdgeAt]:
    """Return the edges that only `after` has, less one for each that only `before` had on the same side.

    The edges of a rule alternate, so what remains alternates too: whole episodes, or one that still stands.
    """
    known = {(edge.active, edge.at) for edge in before}
    kept = {(edge.active, edge.at) for edge in after}
    new = [edge for edge in after if (edge.active, edge.at) not in known]
    gone = [edge for edge in before if (edge.active, edge.at) not in kept]
    for edge in gone:
        same = [other for other in new if other.active == edge.active]
        if same:
            new.remove(min(same, key=lambda other: _distance(other.at, edge.at)))
    return new


def _distance(one: Micros, other: Micros) -> Micros:
    return abs(one - other)
