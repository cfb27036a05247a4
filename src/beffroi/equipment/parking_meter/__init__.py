"""A parking meter (*horodateur*): whether it sells, its battery, its paper."""

from beffroi.equipment.words import both, flag, heartbeat
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 3600

KIND = EquipmentKind(
    name="parking_meter",
    trade="mobility",
    label=both("Horodateur", "Parking meter"),
    label_plural=both("Horodateurs", "Parking meters"),
    icon="meter",
    points=(
        Point(name="battery_v", kind="measure", unit="V", low=0, high=16, label=both("Batterie", "Battery")),
        flag("paper_low", both("Papier bientôt épuisé", "Paper low")),
        flag("fault", both("Défaut", "Fault")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="battery_low",
            point="battery_v",
            test="below",
            limit=11.5,
            hysteresis=0.5,
            outcome="work",
            delay_s=600,
            clear_delay_s=600,
            label=both("Batterie faible", "Battery low"),
            priority=Priority.LOW,
        ),
        AlarmClass(
            name="paper_low",
            point="paper_low",
            test="equals",
            limit=1,
            outcome="work",
            label=both("Papier à remplacer", "Paper to be replaced"),
            priority=Priority.LOW,
        ),
        AlarmClass(
            name="fault",
            point="fault",
            test="equals",
            limit=1,
            outcome="work",
            delay_s=60,
            label=both("Horodateur en défaut", "Parking meter fault"),
            priority=Priority.LOW,
        ),
        AlarmClass(
            name="silent",
            point="heartbeat",
            test="silent",
            outcome="work",
            label=both("Horodateur sans nouvelles", "Parking meter not heard from"),
            priority=Priority.LOW,
        ),
    ),
    panel=(PanelSection(title=both("État", "State"), points=("battery_v", "paper_low", "fault", "heartbeat")),),
)
