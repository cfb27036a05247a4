"""What a screen holds of an alarm: the record, its sentence in both languages, its place, what it folds."""

from collections import defaultdict
from uuid import UUID

from beffroi.alarms.judging import CHATTERING
from beffroi.alarms.settling import PRESUMED
from beffroi.alarms.types import Alarm, AlarmRow, AlarmsState, Flood, FloodRow, Reason
from beffroi.model.kinds import AlarmClass, Text
from beffroi.model.ports import City

LISTED_LEFT = 10


def alarm_row(state: AlarmsState, alarm: Alarm, city: City) -> AlarmRow:
    """Return the line of an alarm as it stands."""
    facts = city.topology.find(alarm.asset)
    alarm_class = class_of(state, alarm)
    children = state.children.get(alarm.id, ())
    params = alarm.params | (alarm.reason_params if alarm.supposed else {})
    return AlarmRow(
        id=alarm.id,
        asset=alarm.asset,
        index=alarm.index,
        kind=alarm.kind,
        alarm_class=alarm.alarm_class,
        outcome=alarm.outcome,
        priority=alarm.priority,
        state=alarm.state,
        disposition=alarm.disposition,
        active=alarm.active,
        settling=alarm.settle_at is not None,
        supposed=alarm.supposed,
        label=label_of(alarm_class, alarm.alarm_class, params),
        label_params=params,
        action=alarm_class.action if alarm_class else {},
        place=city.topology.place_label(alarm.asset) if facts else "",
        commune=alarm.scope.commune,
        code=facts.code if facts else "",
        raised_at=alarm.raised_at,
        changed_at=alarm.changed_at,
        returned_at=alarm.returned_at,
        acknowledged_at=alarm.acknowledged_at,
        acknowledged_by=alarm.acknowledged_by,
        taken_by=alarm.taken_by,
        shelved_until=alarm.shelved_until,
        withheld_for=alarm.withheld_for,
        toggles=alarm.toggles,
        chattering=alarm.toggles > CHATTERING,
        count=len(children),
        total=alarm.folded_total,
        points=max(int(alarm.params.get("points", "0")), alarm.folded_total),
        left=[code_of(state, left, city) for left in alarm.left[:LISTED_LEFT]],
        parent=alarm.parent,
        reason=Reason(alarm.reason, alarm.reason_params) if alarm.reason else None,
        value=alarm.value,
        cannot_shelve=alarm_class.cannot_shelve if alarm_class else False,
        simulated=facts.simulated if facts else False,
    )


def class_of(state: AlarmsState, alarm: Alarm) -> AlarmClass | None:
    """Return the class of an alarm as its folder declares it today, or nothing when it is no longer declared."""
    return PRESUMED if alarm.alarm_class == PRESUMED.name else state.class_table.get((alarm.kind, alarm.alarm_class))


def label_of(alarm_class: AlarmClass | None, name: str, params: dict[str, str]) -> Text:
    """Return the sentence of a class about one asset, in both languages; the class's name where it has none."""
    if alarm_class is None:
        return {"fr": name, "en": name}
    known = defaultdict(str, params)
    return {lang: " ".join(text.format_map(known).split()) for lang, text in alarm_class.label.items()}


def code_of(state: AlarmsState, alarm: UUID, city: City) -> str:
    """Return the painted number of the asset of an alarm, empty when it is no longer known."""
    known = state.alarms.get(alarm)
    facts = city.topology.find(known.asset) if known else None
    return facts.code if facts else ""


def flood_row(desk: str, flood: Flood) -> FloodRow | None:
    """Return the line of a flooded desk, or nothing for a quiet one."""
    return FloodRow(desk, flood.since, len(flood.times)) if flood.since is not None else None
