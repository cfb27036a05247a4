"""A car park: how many places are free, and whether its count can be believed."""

from beffroi.equipment.words import both, flag, heartbeat
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 600

KIND = EquipmentKind(
    name="car_park",
    trade="mobility",
    label=both("Parking", "Car park"),
    label_plural=both("Parkings", "Car parks"),
    icon="parking",
    points=(
        Point(
            name="free",
            kind="measure",
            unit="places",
            low=0,
            high=5000,
            label=both("Places libres", "Free places"),
            keep_days=400,
        ),
        flag("open", both("Ouverture", "Opening"), no=both("fermé", "closed"), yes=both("ouvert", "open")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="full",
            point="free",
            test="below",
            limit=1,
            hysteresis=5,
            outcome="event",
            delay_s=60,
            clear_delay_s=60,
            label=both("Parking complet", "Car park full"),
            priority=Priority.LOW,
        ),
        AlarmClass(
            name="silent",
            point="heartbeat",
            test="silent",
            outcome="work",
            label=both("Parking sans nouvelles", "Car park not heard from"),
            priority=Priority.LOW,
        ),
    ),
    panel=(PanelSection(title=both("Occupation", "Occupancy"), points=("free", "open", "heartbeat")),),
)
