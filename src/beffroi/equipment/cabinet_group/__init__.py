"""Cabinets fed by one public substation (*poste HTA/BT*): what goes dark together when Enedis loses it."""

from beffroi.equipment.words import both, flag, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection
from beffroi.model.priority import Priority

NO_RHYTHM = 0
"""It is no box of its own: only the crowd of its cabinets tells that it is mute."""

KIND = EquipmentKind(
    name="cabinet_group",
    trade="lighting",
    label=both("Groupe d'armoires", "Cabinet group"),
    label_plural=both("Groupes d'armoires", "Cabinet groups"),
    icon="substation",
    points=(
        flag("mains", both("Tension au poste", "Mains"), no=both("absente", "absent"), yes=both("présente", "present")),
        heartbeat(NO_RHYTHM),
    ),
    alarm_classes=(
        AlarmClass(
            name="no_mains",
            point="mains",
            test="equals",
            limit=0,
            outcome="alarm",
            priority=Priority.CRITICAL,
            explains=("no_mains", "tripped", "dark", "no_supply", "silent", "dark_by_night", "low_voltage", "mute"),
            label=both("Poste sans tension (Enedis ?)", "Substation without mains (grid operator?)"),
            action=both("Appeler Enedis", "Call the grid operator"),
        ),
        mute(
            both("Groupe d'armoires muet, éclairage non vérifié", "Cabinet group mute, lighting not verified"),
            both("Faire vérifier l'éclairage sur place", "Have the lighting checked on site"),
            priority=Priority.HIGH,
            explains=("mute", "silent"),
        ),
    ),
    panel=(PanelSection(title=both("État", "State"), points=("mains", "heartbeat")),),
)
