"""A lighting cabinet (*armoire*): where Enedis ends and the city's circuits begin."""

from beffroi.equipment.words import both, flag, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, OrderSpec, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 300

KIND = EquipmentKind(
    name="cabinet",
    trade="lighting",
    label=both("Armoire", "Cabinet"),
    label_plural=both("Armoires", "Cabinets"),
    icon="cabinet",
    ladder="silver",
    parents=("cabinet_group",),
    points=(
        flag("mains", both("Tension réseau", "Mains"), no=both("absente", "absent"), yes=both("présente", "present")),
        flag("door_open", both("Porte", "Door"), no=both("fermée", "closed"), yes=both("ouverte", "open")),
        Point(
            name="energy_wh",
            kind="counter",
            unit="Wh",
            low=0,
            high=1e11,
            label=both("Énergie", "Energy"),
            keep_days=400,
        ),
        Point(name="voltage_v", kind="measure", unit="V", low=0, high=300, label=both("Tension", "Voltage")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="no_mains",
            point="mains",
            test="equals",
            limit=0,
            outcome="alarm",
            priority=Priority.HIGH,
            folds=True,
            explains=("tripped", "dark", "no_supply", "silent", "dark_by_night", "low_voltage", "mute"),
            label=both("Armoire sans tension (Enedis ?)", "Cabinet without mains (grid operator?)"),
            action=both("Appeler Enedis", "Call the grid operator"),
        ),
        mute(
            both("Armoire muette, éclairage non vérifié", "Cabinet mute, lighting not verified"),
            both("Faire vérifier l'éclairage sur place", "Have the lighting checked on site"),
            explains=("silent", "mute"),
        ),
        AlarmClass(
            name="door_open",
            point="door_open",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.MEDIUM,
            clear_delay_s=5,
            label=both("Porte d'armoire ouverte", "Cabinet door open"),
            action=both("Vérifier qu'une équipe y travaille", "Check that a crew works there"),
        ),
        AlarmClass(
            name="low_voltage",
            point="voltage_v",
            test="below",
            limit=207,
            hysteresis=4,
            outcome="event",
            delay_s=120,
            clear_delay_s=60,
            label=both("Tension basse à l'armoire", "Low voltage at the cabinet"),
            priority=Priority.LOW,
        ),
    ),
    orders=(
        OrderSpec(name="level_pct", label=both("Niveau des points", "Level of its points"), unit="%", low=0, high=100),
        OrderSpec(name="programme", label=both("Retour au programme", "Return to programme")),
    ),
    panel=(
        PanelSection(
            title=both("État", "State"), points=("mains", "door_open", "heartbeat"), orders=("level_pct", "programme")
        ),
        PanelSection(title=both("Mesures", "Measures"), points=("voltage_v", "energy_wh")),
    ),
)
