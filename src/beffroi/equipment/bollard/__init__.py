"""A site of retractable bollards: the local controller keeps the safety of the loop, we read and request."""

from beffroi.equipment.words import both, flag, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 120

KIND = EquipmentKind(
    name="bollard",
    trade="access_control",
    label=both("Site de bornes", "Bollard site"),
    label_plural=both("Sites de bornes", "Bollard sites"),
    icon="bollard",
    points=(
        Point(
            name="position",
            kind="state",
            unit="",
            low=0,
            high=2,
            label=both("Position", "Position"),
            labels={0: both("baissée", "down"), 1: both("levée", "up"), 2: both("en mouvement", "moving")},
        ),
        flag("loop_occupied", both("Véhicule sur la boucle", "Vehicle on the loop")),
        flag("fault", both("Défaut", "Fault")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="stuck",
            point="position",
            test="equals",
            limit=2,
            outcome="alarm",
            priority=Priority.HIGH,
            delay_s=45,
            label=both("Borne bloquée en mouvement", "Bollard stuck while moving"),
            action=both("Regarder par caméra, appeler l'astreinte", "Look by camera, call out"),
        ),
        AlarmClass(
            name="fault",
            point="fault",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.MEDIUM,
            delay_s=10,
            label=both("Borne en défaut", "Bollard fault"),
            action=both("Vérifier la position, ouvrir un accès de secours", "Check its position, open another access"),
        ),
        mute(
            both("Borne sans liaison", "Bollard without link"),
            both("Vérifier la liaison du site", "Check the site's link"),
        ),
    ),
    panel=(PanelSection(title=both("État", "State"), points=("position", "loop_occupied", "fault", "heartbeat")),),
)
