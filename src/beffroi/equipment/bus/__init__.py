"""A bus: where it is and how late; its driver is the operator's affair, never ours."""

from beffroi.equipment.vehicle import position_points
from beffroi.equipment.words import both
from beffroi.model.kinds import EquipmentKind, PanelSection, Point

KIND = EquipmentKind(
    name="bus",
    trade="mobility",
    label=both("Bus", "Bus"),
    label_plural=both("Bus", "Buses"),
    icon="bus",
    points=(
        *position_points(keep_days=8),
        Point(name="delay_s", kind="measure", unit="s", low=-3600, high=7200, label=both("Retard", "Delay")),
        Point(name="line", kind="state", unit="", low=0, high=999, label=both("Ligne", "Line")),
    ),
    panel=(
        PanelSection(title=both("Service", "Service"), points=("line", "delay_s")),
        PanelSection(title=both("Position", "Position"), points=("lon_deg", "lat_deg", "speed_kmh", "heading_deg")),
    ),
)
