"""A service vehicle: where it is, for the nearest-team purpose only, so nothing of its track is kept (CNIL)."""

from beffroi.equipment.words import both
from beffroi.model.kinds import EquipmentKind, PanelSection, Point

POSITION_EVERY_S = 120


def position_points(keep_days: int) -> tuple[Point, ...]:
    """Return the points of a moving thing; `keep_days` 0 leaves no track."""
    return (
        Point(
            name="lon_deg",
            kind="measure",
            unit="°",
            low=-180,
            high=180,
            label=both("Longitude", "Longitude"),
            heartbeat_s=POSITION_EVERY_S,
            keep_days=keep_days,
        ),
        Point(
            name="lat_deg",
            kind="measure",
            unit="°",
            low=-90,
            high=90,
            label=both("Latitude", "Latitude"),
            heartbeat_s=POSITION_EVERY_S,
            keep_days=keep_days,
        ),
        Point(
            name="speed_kmh",
            kind="measure",
            unit="km/h",
            low=0,
            high=200,
            label=both("Vitesse", "Speed"),
            keep_days=keep_days,
        ),
        Point(
            name="heading_deg",
            kind="measure",
            unit="°",
            low=0,
            high=360,
            label=both("Cap", "Heading"),
            keep_days=keep_days,
        ),
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
