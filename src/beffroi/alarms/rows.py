"""What a screen holds of an alarm: the record, its sentence in both languages, its place, what it folds."""

from collections import defaultdict

from beffroi.alarms.judging import CHATTERING
from beffroi.alarms.settling import PRESUMED
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.types import Alarm, AlarmRow, Flood, FloodRow, Reason
from beffroi.model.kinds import AlarmClass, Text
from beffroi.model.ports import City

LISTED_LEFT = 10


_COPIED = (
    "id", "asset", "index", "kind", "alarm_class", "outcome", "priority", "state", "disposition", "active", "supposed",
    "raised_at", "changed_at", "returned_at", "acknowledged_at", "acknowledged_by", "taken_by", "shelved_until",
    "withheld_for", "toggles", "parent", "value",
)  # fmt: skip
"""Fields that a row takes from the record as they are."""


def alarm_row(state: AlarmsState, alarm: Alarm, city: City) -> AlarmRow:
    """Return the line of an alarm as it stands."""
    facts = city.topology.find(alarm.asset)
    alarm_class = class_of(state, alarm)
    params = alarm.params | (alarm.reason_params if alarm.supposed else {})
    return AlarmRow(
        **{name: getattr(alarm, name) for name in _COPIED},
        settling=alarm.settle_at is not None,
        label=label_of(alarm_class, alarm.alarm_class, params),
        label_params=params,
        action=alarm_class.action if alarm_class else {},
        place=city.topology.place_label(alarm.asset) if facts else "",
        commune=alarm.scope.commune,
        code=facts.code if facts else "",
        chattering=alarm.toggles > CHATTERING,
        count=len(state.children.get(alarm.id, ())),
        total=alarm.folded_total,
        points=int(alarm.params.get("points", "0")) or alarm.folded_total,
        left=list(alarm.left_codes[:LISTED_LEFT]),
        left_count=len(alarm.left_codes),
        reason=Reason(alarm.reason, alarm.reason_params) if alarm.reason else None,
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


def flood_row(desk: str, flood: Flood) -> FloodRow | None:
    """Return the line of a flooded desk, or nothing for a quiet one."""
    return FloodRow(desk, flood.since, len(flood.times)) if flood.since is not None else None
