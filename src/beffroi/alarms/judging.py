"""Turning crossings into alarms: one condition, one alarm, whatever the number and the order of its crossings. Pure."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from beffroi.alarms import events as ev
from beffroi.alarms.decision import FOLD_REASON, Job
from beffroi.alarms.machine import LIFE, State
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.telling import returned_of
from beffroi.alarms.types import Alarm
from beffroi.model.kinds import AlarmClass
from beffroi.model.ports import AssetFacts
from beffroi.model.reading import Crossing
from beffroi.model.time import Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event

CHATTERING = 5
"""Begun more often than that within ten minutes of each other: *bagotante*, no longer called for again."""


class Tally(msgspec.Struct):
    """What the crossings of one condition come to: how often it began, where it ends, and what was over before."""

    active: bool
    begun: int = 0
    begun_at: Micros = 0
    ended_at: Micros = 0
    ended: bool = False
    value: float | None = None
    seen_raised: bool = False
    late: bool = False
    over: tuple[tuple[Micros, Micros], ...] = ()


def judge(state: AlarmsState, crossings: Sequence[Crossing], context: Context) -> list[Event]:
    """Return the events of a batch of crossings: causes before what they may explain."""
    job = Job(state, context)
    grouped: dict[tuple[UUID, str], list[Crossing]] = {}
    for crossing in crossings:
        grouped.setdefault((crossing.asset, crossing.alarm_class), []).append(crossing)
    causes: list[tuple[int, AssetFacts, AlarmClass, list[Crossing]]] = []
    leaves: list[tuple[AssetFacts, AlarmClass, list[Crossing]]] = []
    find = context.city.topology.find
    for (asset, name), group in grouped.items():
        facts = find(asset)
        alarm_class = state.class_table.get((facts.kind, name)) if facts else None
        if facts is None or alarm_class is None or facts.state == "removed":
            continue
        if alarm_class.explains:
            causes.append((len(context.city.topology.ancestors(asset)), facts, alarm_class, group))
        else:
            leaves.append((facts, alarm_class, group))
    causes.sort(key=lambda item: item[0])
    for _, facts, alarm_class, group in causes:
        _weigh(job, facts, alarm_class, group)
    for facts, alarm_class, group in leaves:
        _weigh(job, facts, alarm_class, group)
    return job.finish()


def _weigh(job: Job, facts: AssetFacts, alarm_class: AlarmClass, group: Sequence[Crossing]) -> None:
    record = job.find_record(facts.id, alarm_class.name)
    tally = _tally(record, group)
    for begun, ended in tally.over:
        job.events.append(
            ev.LearnedLate(
                alarm=record.id if record else facts.id,
                asset=facts.id,
                scope=facts.scope,
                alarm_class=alarm_class.name,
                at=begun,
                until=ended,
            )
        )
    if record is not None and record.late and record.pending_until is not None and tally.ended:
        _learn_late(job, record, tally)
    elif record is None:
        _begin(job, facts, alarm_class, tally)
    elif tally.begun:
        _toggle(job, facts, alarm_class, record, tally)
    elif tally.ended:
        _return(job, record, tally, record.toggles)
    elif tally.seen_raised and record.supposed:
        job.events.append(
            ev.Confirmed(alarm=record.id, asset=record.asset, scope=record.scope, at=tally.begun_at, value=tally.value)
        )


def _tally(record: Alarm | None, group: Sequence[Crossing]) -> Tally:
    tally = Tally(active=record.active if record else False)
    newest = max(record.raised_at, record.returned_at or 0) if record else 0
    waiting: Micros | None = None
    over: list[tuple[Micros, Micros]] = []
    for crossing in group:
        if crossing.late and crossing.at <= newest and record is not None and not record.late:
            if crossing.edge == "raise":
                waiting = crossing.at
            elif waiting is not None:
                over.append((waiting, crossing.at))
                waiting = None
            continue
        if crossing.edge == "raise":
            _count_raise(tally, crossing)
        elif tally.active:
            tally.active, tally.ended, tally.ended_at = False, True, crossing.at
            if tally.late and tally.begun == 1 and record is None:
                over.append((tally.begun_at, crossing.at))
                tally = Tally(active=False)
    tally.over = tuple(over)
    return tally


def _count_raise(tally: Tally, crossing: Crossing) -> None:
    tally.seen_raised = True
    tally.value = crossing.value
    if tally.active:
        return
    tally.active = True
    tally.begun += 1
    tally.late = crossing.late
    if tally.begun == 1:
        tally.begun_at = crossing.at


def _begin(job: Job, facts: AssetFacts, alarm_class: AlarmClass, tally: Tally) -> None:
    if not tally.begun or not _means_something(job, facts, alarm_class, tally.begun_at):
        return
    if alarm_class.explains:
        record: Alarm | None = job.raise_cause(facts, alarm_class, tally.begun_at, value=tally.value)
    else:
        above = job.find_parent(facts, alarm_class)
        event = job.new_raised(facts, alarm_class, tally.begun_at, tally.value, above)
        if tally.late:
            waits = None if above is not None else event.pending_until or job.soon()
            event = msgspec.structs.replace(event, late=True, pending_until=waits)
        job.events.append(event)
        job.place(event.alarm, above)
        if above is None and event.pending_until is None:
            job.tell(event)
        record = job.to_record(event) if tally.begun > 1 or not tally.active else None
    if record is None:
        return
    if tally.begun > 1:
        _toggle_again(job, record, tally)
    if not tally.active:
        _return(job, record, tally, tally.begun)


def _means_something(job: Job, facts: AssetFacts, alarm_class: AlarmClass, at: Micros) -> bool:
    if not alarm_class.folds or alarm_class.explains:
        return True
    if alarm_class.test == "silent" and facts.management == "none":
        return False
    return alarm_class.test == "mismatch" or not job.is_cut(facts, at)


def _toggle_again(job: Job, record: Alarm, tally: Tally) -> None:
    job.events.append(
        ev.Toggled(
            alarm=record.id,
            asset=record.asset,
            scope=record.scope,
            at=tally.begun_at,
            toggles=tally.begun,
            state="unacknowledged",
            alarm_class=record.alarm_class,
            kind=record.kind,
            outcome=record.outcome,
            priority=record.priority,
            pending_until=record.pending_until,
            parent=record.parent,
        )
    )


def _toggle(job: Job, facts: AssetFacts, alarm_class: AlarmClass, record: Alarm, tally: Tally) -> None:
    if not record.active and not _means_something(job, facts, alarm_class, tally.begun_at):
        return
    toggles = record.toggles + tally.begun
    chattering = toggles > CHATTERING
    heard = record.state in ("normal", "latched", "acknowledged") and record.acknowledged_at is not None
    state: State = "acknowledged" if chattering and heard else LIFE.get((record.state, "raise"), record.state)
    above = job.find_parent(facts, alarm_class) if not record.manual else None
    waits = alarm_class.folds and not record.manual and above is None and record.annunciated_at is None
    annunciates = above is None and not waits and not record.disposition and not record.active and not chattering
    event = ev.Toggled(
        alarm=record.id,
        asset=record.asset,
        scope=record.scope,
        at=tally.begun_at,
        toggles=toggles,
        state=state,
        annunciates=annunciates,
        priority=record.priority,
        alarm_class=record.alarm_class,
        kind=record.kind,
        outcome=record.outcome,
        pending_until=job.hold(facts, alarm_class) if waits else None,
        parent=above.id if above else None,
        former=record.parent if record.active else None,
        reason=FOLD_REASON[above.supposed] if above else "",
        reason_params=job.explain(above) if above else {},
    )
    job.events.append(event)
    job.place(record.id, above)
    if annunciates:
        job.tell(event)
    if alarm_class.explains:
        job.gather_again(facts, alarm_class, record, above or record)
    if not tally.active:
        after = msgspec.structs.replace(record, state=state, parent=event.parent, pending_until=event.pending_until)
        _return(job, after, tally, toggles)


def _return(job: Job, record: Alarm, tally: Tally, toggles: int) -> None:
    if record.parent is not None:
        job.lose(record.parent, record.id)
    if record.outcome == "alarm" and record.pending_until is not None and record.parent is None:
        job.annunciate(record)
    job.events.append(returned_of(record, tally.ended_at, toggles, job.now))


def _learn_late(job: Job, record: Alarm, tally: Tally) -> None:
    job.events.append(
        ev.LearnedLate(
            alarm=record.id,
            asset=record.asset,
            scope=record.scope,
            alarm_class=record.alarm_class,
            at=record.raised_at,
            until=tally.ended_at,
        )
    )
    job.events.append(
        ev.Returned(
            alarm=record.id,
            asset=record.asset,
            scope=record.scope,
            at=tally.ended_at,
            state="normal",
            toggles=record.toggles,
            alarm_class=record.alarm_class,
            outcome=record.outcome,
        )
    )
