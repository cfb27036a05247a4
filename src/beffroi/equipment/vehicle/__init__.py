"""A service vehicle: where it is, for the nearest-team purpose only, so nothing of its track is kept (CNIL)."""

from beffroi.equipment.words import both
from beffroi.model.kinds import EquipmentKind, PanelSection, Point

POSITION_EVERY_S = 120


def position_points(keep_days: int) -> tuple[Point, ...]:
    """Return the points of a moving thing; `keep_days` 0 leaves no track."""
    described = (
        ("lon_deg", "°", -180, 180, both("Longitude", "Longitude")),
        ("lat_deg", "°", -90, 90, both("Latitude", "Latitude")),
        ("speed_kmh", "km/h", 0, 200, both("Vitesse", "Speed")),
        ("heading_deg", "°", 0, 360, both("Cap", "Heading")),
    )
    return tuple(
        Point(
            name=name,
            kind="measure",
            unit=unit,
            low=low,
            high=high,
            label=label,
            heartbeat_s=POSITION_EVERY_S if unit == "°" and name != "heading_deg" else 0,
            keep_days=keep_days,
        )
        for name, unit, low, high, label in described
    )


KIND = EquipmentKind(
    name="vehicle",
    trade="interventions",
    label=both("Véhicule de service", "Service vehicle"),
    label_plural=both("Véhicules de service", "Service vehicles"),
    icon="van",
    points=(
        *position_points(keep_days=0),
        Point(
            name="state",
            kind="state",
            unit="",
            low=0,
            high=5,
            label=both("État de l'équipe", "Crew state"),
            keep_days=0,
            labels={
                0: both("hors service", "off duty"),
                1: both("engagée", "assigned"),
                2: both("en route", "on its way"),
                3: both("sur place", "on site"),
                4: both("mise en sécurité", "made safe"),
                5: both("disponible", "available"),
            },
        ),
    ),
    panel=(
        PanelSection(title=both("Équipe", "Crew"), points=("state",)),
        PanelSection(title=both("Position", "Position"), points=("lon_deg", "lat_deg", "speed_kmh", "heading_deg")),
    ),
)
