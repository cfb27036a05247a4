"""What time alone brings: waits that end, causes supposed for a crowd, shelves that return, causes counted. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from msgspec.structs import replace

from beffroi.alarms import events as ev
from beffroi.alarms.actions import Settle
from beffroi.alarms.correlation import Plan, list_explained, suppose
from beffroi.alarms.decision import FLOOD_BELOW, FOLD_REASON, Job
from beffroi.alarms.evolve import FLOOD_WINDOW
from beffroi.alarms.machine import ACTIVE, State
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.telling import desk_scope
from beffroi.alarms.types import Alarm
from beffroi.model.kinds import AlarmClass
from beffroi.model.ports import AssetFacts
from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event

SPEAKS_ON_RETURN = 0.6
"""Where that share of the points spoke since the supply came back, the others' silence means something."""

STREET_WINDOW = 60 * SECOND
LEAST_IN_STREET = 3
CROWD_GAP = 5 * MINUTE
"""Longer than between two neighbours that fall silent one after the other within a heartbeat of 15 minutes."""

FEW_LEFT = 0.1
PATIENCE = 5 * MINUTE
"""While more than that share is missing they may still be on their way: relays, restrike, a slow link."""

GIVE_UP_MARGIN = 30 * SECOND


def settle(state: AlarmsState, action: Settle, context: Context) -> list[Event]:
    """Return what has come due among the subjects of the action; what is no longer due is left alone."""
    job = Job(state, context)
    for plan in suppose(state, job.city, action.feeders, job.now):
        _carry_out(job, plan)
    for street in action.streets:
        _group_street(job, state.streets.get(street, {}).values())
    for alarm_id in action.alarms:
        alarm = state.alarms.get(alarm_id)
        if alarm is not None:
            _settle_one(job, alarm)
    for desk in action.desks:
        _settle_flood(job, desk)
    return job.finish()


def _carry_out(job: Job, plan: Plan) -> None:
    standing = _standing(job, plan)
    if standing is not None:
        root = job.root(standing)
        job.fold(root, [alarm.id for alarm in plan.alarms if not alarm.manual], plan.reason, plan.reason_params)
        return
    at = _begun(plan.alarms)
    supposed = (plan.reason, plan.reason_params)
    job.raise_cause(plan.facts, plan.alarm_class, at, supposed=supposed, crowd=plan.alarms)


def _standing(job: Job, plan: Plan) -> Alarm | None:
    """Return the record of what a plan supposes, where it stands already or was just decided."""
    name = plan.alarm_class.name
    record = job.find_record(plan.facts.id, name)
    if record is not None and record.active:
        return record
    return next((made for made in job.fresh.get(plan.facts.id, ()) if made.alarm_class == name), None)


def _begun(crowd: Iterable[Alarm]) -> Micros:
    """Return when a crowd began: a lamp that was out long before is of the crowd, not its beginning."""
    times = sorted((alarm.raised_at for alarm in crowd), reverse=True)
    for later, earlier in pairwise(times):
        if later - earlier > CROWD_GAP:
            return later
    return times[-1]


def _group_street(job: Job, crowd: Iterable[Alarm]) -> None:
    """Without topology the street and the minute are all that is known: *regroupement supposé*."""
    recent = [alarm for alarm in crowd if alarm.street and alarm.id not in job.folded and not alarm.manual]
    recent.sort(key=lambda alarm: alarm.raised_at)
    near = [alarm for alarm in recent if recent[-1].raised_at - alarm.raised_at <= STREET_WINDOW]
    group = next((cause for alarm in near if (cause := _presumed(job, alarm))), None)
    if group is not None:
        job.fold(group, [alarm.id for alarm in near], "alarms.fold.street", group.reason_params)
        return
    if len({alarm.asset for alarm in near}) < LEAST_IN_STREET:
        return
    facts = job.city.topology.find(near[0].asset)
    if facts is not None:
        params = {"street": facts.street, "count": str(len(near)), "seconds": str(STREET_WINDOW // SECOND)}
        supposed = ("alarms.supposed.street", params)
        job.raise_cause(facts, street_class(near), near[0].raised_at, supposed=supposed, crowd=near)


def _presumed(job: Job, alarm: Alarm) -> Alarm | None:
    cause = job.state.alarms.get(alarm.parent) if alarm.parent else None
    return cause if cause is not None and cause.active and cause.alarm_class == PRESUMED.name else None


PRESUMED = AlarmClass(
    name="presumed_group",
    point="",
    test="mismatch",
    outcome="alarm",
    label={"fr": "Regroupement supposé, {street}", "en": "Presumed group, {street}"},
    action={"fr": "Faire vérifier la rue", "en": "Have the street checked"},
)
"""The class of a presumed group, which no folder of equipment can declare."""


def street_class(crowd: Iterable[Alarm]) -> AlarmClass:
    """Return the class of the presumed group of a crowd: it explains what the crowd shows."""
    return replace(PRESUMED, explains=tuple(sorted({alarm.alarm_class for alarm in crowd})))


def _settle_one(job: Job, alarm: Alarm) -> None:
    if alarm.pending_until is not None and alarm.pending_until <= job.now and alarm.id not in job.folded:
        _end_wait(job, alarm)
    if alarm.disposition == "shelved" and alarm.shelved_until is not None and alarm.shelved_until <= job.now:
        job.events.append(
            ev.Unshelved(
                alarm=alarm.id,
                asset=alarm.asset,
                scope=alarm.scope,
                state=state_after_withdrawal(alarm),
                expired=True,
                priority=alarm.priority,
                alarm_class=alarm.alarm_class,
                kind=alarm.kind,
            )
        )
    if alarm.settle_at is not None and alarm.settle_at <= job.now:
        _conclude(job, alarm)


def state_after_withdrawal(alarm: Alarm) -> State:
    """Return the state in which an alarm comes back to the list: what still stands calls again."""
    return "unacknowledged" if alarm.state in ACTIVE else alarm.state


def _end_wait(job: Job, alarm: Alarm) -> None:
    facts = job.city.topology.find(alarm.asset)
    alarm_class = job.state.class_table.get((alarm.kind, alarm.alarm_class))
    cause = None
    if facts is not None and alarm_class is not None and alarm.folds and not alarm.manual:
        found = job.find_parent(facts, alarm_class, told=not alarm.supposed)
        cause = found if found is not None and found.id != alarm.id else None
    if cause is not None:
        job.fold(cause, [alarm.id], FOLD_REASON[cause.supposed], job.explain(cause))
    else:
        job.annunciate(alarm)


def _conclude(job: Job, cause: Alarm) -> None:
    """Count what came back; what did not stands for itself, under its own name."""
    standing = list(job.state.children.get(cause.id, {}).values())
    concerned = int(cause.params.get("points", "0")) or cause.folded_total
    quiet = _not_heard_since(job, cause, {alarm.asset for alarm in standing})
    if quiet is None or _on_their_way(job, cause, standing, quiet, concerned):
        return
    regrouped = _regroup(job, standing)
    alone = [alarm for alarm in standing if alarm.id not in regrouped]
    again = tuple(job.to_left(alarm) for alarm in alone if _told_before(alarm, cause))
    left = [job.to_left(alarm) for alarm in alone if not _told_before(alarm, cause)]
    for facts, alarm_class in quiet:
        event = job.new_raised(facts, alarm_class, job.now, None, cause)
        job.events.append(event)
        left.append(ev.Left(event.alarm, facts.id, facts.code, alarm_class.name, alarm_class.outcome, facts.scope))
    state: State = "returned" if left and cause.state == "normal" and cause.outcome == "alarm" else cause.state
    job.events.append(
        ev.LeftOver(
            alarm=cause.id,
            asset=cause.asset,
            scope=cause.scope,
            state=state,
            back=max(concerned - len({item.asset for item in left}), 0),
            left=tuple(left),
            again=again,
        )
    )
    for alarm in standing:
        if alarm.outcome == "alarm" and alarm.id not in regrouped:
            job.annunciate(alarm)


def _told_before(alarm: Alarm, cause: Alarm) -> bool:
    """Tell whether a fault was known before the cause began: it is none of what the cause took."""
    return alarm.annunciated_at is not None and alarm.annunciated_at < cause.raised_at


def _on_their_way(
    job: Job, cause: Alarm, standing: list[Alarm], quiet: list[tuple[AssetFacts, AlarmClass]], concerned: int
) -> bool:
    """Tell whether more may still come back; another cause that says so itself is not kept hidden for it.

    After a lost link nothing is told by a point's silence before its whole heartbeat: it kept its supply, so it has no
    reason to speak before its own hour.
    """
    classes = [job.state.class_table.get((alarm.kind, alarm.alarm_class)) for alarm in standing]
    if any(one is not None and one.explains and one.test != "mismatch" for one in classes):
        return False
    waited = job.now - (cause.returned_at or job.now)
    lost = job.state.class_table.get((cause.kind, cause.alarm_class))
    if lost is not None and lost.test == "silent":
        awaited = [(facts.kind, one) for facts, one in quiet]
        awaited += [(alarm.kind, one) for alarm, one in zip(standing, classes, strict=True) if one is not None]
        beats = [job.state.kinds[kind].point(one.point).heartbeat_s for kind, one in awaited if one.test == "silent"]
        return bool(beats) and waited <= max(beats) * SECOND + GIVE_UP_MARGIN
    return len(standing) + len(quiet) > FEW_LEFT * concerned and waited < PATIENCE


def _regroup(job: Job, standing: list[Alarm]) -> set[UUID]:
    """Fold under the causes that stand what they explain themselves; return what was folded."""
    regrouped: set[UUID] = set()
    causes = [alarm for alarm in standing if alarm.explains]
    causes.sort(key=lambda cause: len(job.city.topology.ancestors(cause.asset)))
    for cause in causes:
        facts = job.city.topology.find(cause.asset) if cause.id not in regrouped else None
        alarm_class = job.state.class_table.get((cause.kind, cause.alarm_class))
        if facts is None or alarm_class is None:
            continue
        explained = list_explained(job.state, job.city, facts, alarm_class)
        below = [alarm.id for alarm in explained if not alarm.manual and alarm.id not in regrouped]
        job.fold(cause, below, "alarms.fold.explicit", job.explain(cause))
        regrouped.update(below)
    return regrouped


def _not_heard_since(job: Job, cause: Alarm, known: set[UUID]) -> list[tuple[AssetFacts, AlarmClass]] | None:
    """List the points below that have not spoken since the return; nothing while it is too early to say."""
    # a supposed cause only returns once its points have spoken: what they said since it began is their return
    since = cause.raised_at if cause.supposed else cause.returned_at or job.now
    silent: list[tuple[AssetFacts, AlarmClass]] = []
    heard = 0
    longest: Micros = 0
    for asset in job.city.topology.descendants(cause.asset, "street_light"):
        facts = job.city.topology.find(asset)
        alarm_class = job.state.class_table.get((facts.kind, "silent")) if facts else None
        if facts is None or alarm_class is None or facts.management != "point" or facts.state != "in_service":
            continue
        last = job.city.live.last_heard(asset)
        if last is None:
            continue
        longest = max(longest, job.state.kinds[facts.kind].point(alarm_class.point).heartbeat_s * SECOND)
        if last >= since:
            heard += 1
        elif asset not in known and not _stands(job, asset):
            silent.append((facts, alarm_class))
    if not silent or heard >= SPEAKS_ON_RETURN * (heard + len(silent)):
        return silent
    return [] if job.now - since > longest + GIVE_UP_MARGIN else None


def _stands(job: Job, asset: UUID) -> bool:
    record = job.find_record(asset, "silent")
    return record is not None and record.active


def _settle_flood(job: Job, desk: str) -> None:
    flood = job.state.floods.get(desk)
    if flood is None or flood.since is None:
        return
    recent = sum(1 for at in flood.times if at > job.now - FLOOD_WINDOW)
    if recent < FLOOD_BELOW:
        job.events.append(ev.FloodEnded(desk=desk, scope=desk_scope(desk)))
