"""A gateway (*passerelle*): the radio that speaks for some thirty light points."""

from beffroi.equipment.words import both, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 300

KIND = EquipmentKind(
    name="gateway",
    trade="lighting",
    label=both("Passerelle", "Gateway"),
    label_plural=both("Passerelles", "Gateways"),
    icon="antenna",
    parents=("cabinet", "circuit"),
    points=(
        heartbeat(HEARTBEAT_S),
        Point(
            name="rssi_dbm", kind="measure", unit="dBm", low=-140, high=0, label=both("Niveau radio", "Signal strength")
        ),
    ),
    alarm_classes=(
        mute(
            both("Passerelle muette, points non vérifiés", "Gateway mute, light points not verified"),
            both("Vérifier la liaison de la passerelle", "Check the gateway's link"),
            explains=("silent",),
        ),
        AlarmClass(
            name="weak_radio",
            point="rssi_dbm",
            test="below",
            limit=-115,
            hysteresis=5,
            outcome="event",
            delay_s=600,
            clear_delay_s=600,
            label=both("Liaison radio faible", "Weak radio link"),
            priority=Priority.LOW,
        ),
    ),
    panel=(PanelSection(title=both("Liaison", "Link"), points=("heartbeat", "rssi_dbm")),),
)
