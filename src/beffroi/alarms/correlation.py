"""Which cause explains which conditions: told by the parent's own signal, or supposed from a crowd. Pure.

Folding goes up the feeding tree and, for silence, to the gateway that speaks for the asset. A cause is supposed where
three children at least and 60 % of those that can speak are dark without a word of their parent; a box (cabinet) is
only supposed when nothing below it speaks any more, because one circuit still alive proves its mains; higher up most
is enough, because a substation also loses its cables one by one.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import GATEWAY, Alarm
from beffroi.model.kinds import AlarmClass, EquipmentKind
from beffroi.model.ports import AssetFacts, City
from beffroi.model.time import MINUTE, SECOND, Micros

LEAST_CHILDREN = 3
LEAST_SHARE = 0.6
SILENCE_MARGIN = 30 * SECOND
TWILIGHT = 5 * MINUTE
"""Photocells and clocks disagree by that much with the computed sun: a supply lost then is the clock's cut."""

SILENT = "silent"


class Dark(msgspec.Struct, frozen=True):
    """A node whose children are dark: the class supposed, the conditions that say so, how many of how many.

    `supply` when at least one of them lost its supply, which silence alone never proves; `told` when the node's own
    alarm already says it.
    """

    facts: AssetFacts
    alarm_class: AlarmClass
    alarms: tuple[Alarm, ...]
    dark: int
    of: int
    supply: bool
    told: bool


class Plan(msgspec.Struct, frozen=True):
    """A cause to suppose: on which asset, by which class, what it folds and how many spoke for it."""

    facts: AssetFacts
    alarm_class: AlarmClass
    alarms: tuple[Alarm, ...]
    reason: str
    reason_params: dict[str, str]


def find_cause(state: AlarmsState, city: City, facts: AssetFacts, alarm_class: str) -> Alarm | None:
    """Return the topmost standing cause that explains a condition, or nothing; the nearest one decides the branch."""
    if not state.causes:
        return None
    for ancestor in city.topology.ancestors(facts.id):
        for cause in state.causes.get(ancestor, {}).values():
            if alarm_class in cause.explains and not cause.manual:
                return root_of(state, cause)
    for cause in state.speakers.get(facts.source, {}).values() if facts.source else ():
        if alarm_class in cause.explains and not cause.manual and cause.asset != facts.id:
            return root_of(state, cause)
    return None


def root_of(state: AlarmsState, cause: Alarm) -> Alarm:
    """Return the cause above which no other stands."""
    while cause.parent is not None and (above := state.alarms.get(cause.parent)) is not None and cause.active:
        cause = above
    return cause


def list_explained(state: AlarmsState, city: City, facts: AssetFacts, by: AlarmClass) -> list[Alarm]:
    """List the standing conditions below an asset, or behind it for a gateway, that one of its classes explains."""
    if not state.dark and not state.behind:
        return []
    found: dict[UUID, Alarm] = {}
    crowds = [state.dark[node] for node in (facts.id, *city.topology.descendants(facts.id)) if node in state.dark]
    if facts.kind == GATEWAY and facts.source in state.behind and by.test == SILENT:
        crowds.append(state.behind[facts.source])
    for crowd in crowds:
        for alarm in crowd.values():
            if alarm.alarm_class in by.explains and alarm.asset != facts.id:
                found[alarm.id] = alarm
    return list(found.values())


def suppose(state: AlarmsState, city: City, feeders: Iterable[UUID], now: Micros) -> list[Plan]:
    """List the causes to suppose for the crowds of these feeders, the topmost that fits each."""
    plans: list[Plan] = []
    boxes: dict[UUID | None, list[Dark]] = {}
    groups: dict[UUID | None, list[tuple[UUID, list[Plan]]]] = {}
    for feeder in feeders:
        dark = _darkness(state, city, feeder, now)
        if dark is None:
            continue
        if _ought_to_speak(state.kinds[dark.facts.kind]):
            groups.setdefault(dark.facts.parent, []).append((feeder, [_plan_of(dark)] * (not dark.told)))
        else:
            boxes.setdefault(dark.facts.parent, []).append(dark)
    for box, darks in boxes.items():
        facts = city.topology.find(box) if box else None
        if facts is None:
            plans += [_plan_of(dark) for dark in darks if not dark.told]
            continue
        whole, lower = _plan_box(state, city, facts, darks, now)
        if whole:
            groups.setdefault(facts.parent, []).append((facts.id, lower))
        else:
            plans += lower
    for group, members in groups.items():
        facts = city.topology.find(group) if group else None
        plan = _plan_group(state, city, facts, members) if facts else None
        plans += [plan] if plan else [lower for _, planned in members for lower in planned]
    return plans


def _ought_to_speak(kind: EquipmentKind) -> bool:
    silences = (candidate for candidate in kind.alarm_classes if candidate.test == SILENT)
    return any(kind.point(candidate.point).heartbeat_s > 0 for candidate in silences)


def _darkness(state: AlarmsState, city: City, node: UUID, now: Micros) -> Dark | None:
    held = state.dark.get(node)
    facts = city.topology.find(node)
    kind = state.kinds.get(facts.kind) if facts else None
    if held is None or facts is None or kind is None or len(held) < LEAST_CHILDREN:
        return None
    elsewhere = {alarm.asset for alarm in held.values() if _explained_elsewhere(state, alarm, node)}
    speaking = sum(1 for child in city.topology.children(node) if _can_speak(city.topology.find(child)))
    of = speaking - len(elsewhere)
    best: Dark | None = None
    for candidate in kind.alarm_classes:
        alarms = tuple(
            alarm for alarm in held.values() if alarm.asset not in elsewhere and _testifies(alarm, candidate)
        )
        dark = len({alarm.asset for alarm in alarms})
        if dark < LEAST_CHILDREN or (dark < LEAST_SHARE * of and not _at_once(alarms, candidate)):
            continue
        if best is None or len(candidate.explains) < len(best.alarm_class.explains):
            best = Dark(facts, candidate, alarms, dark, max(of, dark), _lost_supply(alarms), False)
    if best is None or _speaks_itself(city, kind, best, now):
        return None
    told = any(best.alarm_class.name == cause.alarm_class for cause in state.causes.get(node, {}).values())
    return msgspec.structs.replace(best, told=told)


def _at_once(alarms: Sequence[Alarm], candidate: AlarmClass) -> bool:
    """Three boxes that lost their supply within a minute lost one supply, though others have yet to say so."""
    told = sorted(alarm.raised_at for alarm in alarms if alarm.alarm_class == candidate.name and not alarm.supposed)
    if candidate.test == SILENT or len(told) < LEAST_CHILDREN:
        return False
    return told[-1] - told[-LEAST_CHILDREN] <= MINUTE


def _speaks_itself(city: City, kind: EquipmentKind, dark: Dark, now: Micros) -> bool:
    since = min(alarm.raised_at for alarm in dark.alarms)
    return _ought_to_speak(kind) and _talks(city, kind, dark.facts, since, now, dark.supply)


def _testifies(alarm: Alarm, candidate: AlarmClass) -> bool:
    if alarm.alarm_class not in candidate.explains:
        return False
    return not alarm.explains or alarm.alarm_class == candidate.name


def _lost_supply(alarms: Iterable[Alarm]) -> bool:
    return any(alarm.alarm_class not in (SILENT, "mute") for alarm in alarms)


def _explained_elsewhere(state: AlarmsState, alarm: Alarm, node: UUID) -> bool:
    cause = state.alarms.get(alarm.parent) if alarm.parent else None
    return cause is not None and cause.active and not cause.supposed and cause.asset != node


def _can_speak(facts: AssetFacts | None) -> bool:
    return facts is not None and facts.state == "in_service" and facts.management != "none"


def _plan_of(dark: Dark) -> Plan:
    params = {"dark": str(dark.dark), "of": str(dark.of)}
    return Plan(dark.facts, dark.alarm_class, dark.alarms, "alarms.supposed.crowd", params)


def _plan_box(
    state: AlarmsState, city: City, box: AssetFacts, darks: list[Dark], now: Micros
) -> tuple[bool, list[Plan]]:
    """Return whether nothing below the box speaks any more, and what to suppose for it."""
    known = {dark.facts.id: dark for dark in darks}
    alive = 0
    for member in city.topology.children(box.id):
        children = city.topology.children(member)
        if not children or member in known:
            continue
        dark = _darkness(state, city, member, now)
        if dark is not None:
            known[member] = dark
        elif any(_can_speak(city.topology.find(child)) for child in children):
            alive += 1
    every = list(known.values())
    lower = [_plan_of(dark) for dark in every if not dark.told]
    if alive:
        params = {"alive": str(alive)}
        return False, [
            msgspec.structs.replace(plan, reason="alarms.supposed.siblings", reason_params=plan.reason_params | params)
            for plan in lower
        ]
    kind = state.kinds.get(box.kind)
    chosen = _box_class(city, kind, box, every, now) if kind else None
    if chosen is None or any(_told_by_itself(state, dark.facts.id) for dark in every):
        return True, lower
    if any(cause.alarm_class == chosen.name for cause in state.causes.get(box.id, {}).values()):
        return True, []
    return True, [_merge(box, chosen, every, "alarms.supposed.box")]


def _box_class(
    city: City, kind: EquipmentKind, box: AssetFacts, darks: Sequence[Dark], now: Micros
) -> AlarmClass | None:
    supply = any(dark.supply for dark in darks)
    since = min(alarm.raised_at for dark in darks for alarm in dark.alarms)
    if _talks(city, kind, box, since, now, supply):
        return None
    return _class_for(kind, darks, supply)


def _told_by_itself(state: AlarmsState, asset: UUID) -> bool:
    return any(cause.active and not cause.supposed for cause in state.causes.get(asset, {}).values())


def _talks(city: City, kind: EquipmentKind, box: AssetFacts, since: Micros, now: Micros, supply: bool) -> bool:
    heard = city.live.last_heard(box.id)
    if heard is None:
        return False
    if supply:
        return heard > since
    rhythm = max((point.heartbeat_s for point in kind.points), default=0)
    return now - heard <= rhythm * SECOND + SILENCE_MARGIN


def _class_for(kind: EquipmentKind, darks: Sequence[Dark], supply: bool) -> AlarmClass | None:
    names = {alarm.alarm_class for dark in darks for alarm in dark.alarms}
    for candidate in kind.alarm_classes:
        if (candidate.test != "silent") == supply and names & set(candidate.explains):
            return candidate
    return None


def _merge(facts: AssetFacts, chosen: AlarmClass, darks: Sequence[Dark], reason: str) -> Plan:
    alarms = {alarm.id: alarm for dark in darks for alarm in dark.alarms}
    params = {
        "dark": str(sum(dark.dark for dark in darks)),
        "of": str(sum(dark.of for dark in darks)),
        "nodes": str(len(darks)),
    }
    return Plan(facts, chosen, tuple(alarms.values()), reason, params)


def _plan_group(
    state: AlarmsState, city: City, group: AssetFacts, members: Sequence[tuple[UUID, list[Plan]]]
) -> Plan | None:
    kind = state.kinds.get(group.kind)
    if kind is None:
        return None
    whole = {member for member, _ in members}
    boxes = [member for member in city.topology.children(group.id) if city.topology.children(member)]
    dark = [box for box in boxes if box in whole or state.causes.get(box)]
    if len(dark) < LEAST_CHILDREN or len(dark) < LEAST_SHARE * len(boxes):
        return None
    alarms = {alarm.id: alarm for _, plans in members for plan in plans for alarm in plan.alarms}
    supply = _lost_supply(alarms.values())
    for candidate in kind.alarm_classes:
        if alarms and candidate.explains and (candidate.test != "silent") == supply:
            params = {"dark": str(len(alarms)), "nodes": str(len(dark)), "of": str(len(boxes))}
            return Plan(group, candidate, tuple(alarms.values()), "alarms.supposed.group", params)
    return None


def is_cut_by_clock(city: City, facts: AssetFacts, at: Micros) -> bool:
    """Tell whether the circuit of a light is off by its own clock at a time: losing supply then is normal."""
    feeder = city.topology.find(facts.parent) if facts.parent else None
    if facts.rhythm != "day_cut" and (feeder is None or feeder.rhythm != "day_cut"):
        return False
    levels = [city.programme.expected_level_pct(facts.id, at + shift) for shift in (-TWILIGHT, 0, TWILIGHT)]
    known = [level for level in levels if level is not None]
    if known:
        return min(known) == 0
    live = city.live.find(feeder.id, "energised") if feeder else None
    tripped = city.live.find(feeder.id, "tripped") if feeder else None
    return live is not None and live.value == 0 and (tripped is None or tripped.value == 0)
