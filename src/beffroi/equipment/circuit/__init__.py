"""A circuit (*départ*): the cable that leaves a cabinet behind one breaker, *permanent* or *coupé de jour*."""

from beffroi.equipment.words import both, flag
from beffroi.model.kinds import AlarmClass, EquipmentKind, OrderSpec, PanelSection, Point
from beffroi.model.priority import Priority

KIND = EquipmentKind(
    name="circuit",
    trade="lighting",
    label=both("Départ", "Circuit"),
    label_plural=both("Départs", "Circuits"),
    icon="circuit",
    ladder="silver",
    parents=("cabinet",),
    points=(
        flag(
            "tripped",
            both("Disjoncteur", "Breaker"),
            no=both("enclenché", "closed"),
            yes=both("déclenché", "tripped"),
        ),
        flag(
            "energised",
            both("Tension au départ", "Circuit energised"),
            no=both("hors tension", "dead"),
            yes=both("sous tension", "live"),
        ),
        Point(name="current_a", kind="measure", unit="A", low=0, high=125, label=both("Intensité", "Current")),
    ),
    alarm_classes=(
        AlarmClass(
            name="tripped",
            point="tripped",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.HIGH,
            folds=True,
            explains=("no_supply", "silent", "dark_by_night", "low_voltage"),
            label=both("Départ {name} déclenché", "Circuit {name} tripped"),
            action=both("Appeler l'astreinte", "Call out the on-call crew"),
        ),
        AlarmClass(
            name="stuck_on",
            point="energised",
            test="mismatch",
            outcome="alarm",
            priority=Priority.MEDIUM,
            folds=True,
            delay_s=600,
            explains=("day_burner",),
            label=both("Départ {name} allumé en plein jour", "Circuit {name} burning by day"),
            action=both("Vérifier l'horloge de l'armoire", "Check the cabinet's clock"),
        ),
        AlarmClass(
            name="dark",
            point="energised",
            test="mismatch",
            outcome="alarm",
            priority=Priority.HIGH,
            folds=True,
            delay_s=600,
            explains=("dark_by_night",),
            label=both("Départ {name} éteint en pleine nuit", "Circuit {name} dark by night"),
            action=both("Appeler l'astreinte", "Call out the on-call crew"),
        ),
        AlarmClass(
            name="overload",
            point="current_a",
            test="above",
            limit=60,
            hysteresis=5,
            outcome="alarm",
            delay_s=30,
            clear_delay_s=60,
            priority=Priority.MEDIUM,
            label=both("Départ {name} en surintensité", "Circuit {name} overloaded"),
            action=both("Prévenir l'astreinte avant déclenchement", "Warn the on-call crew before it trips"),
        ),
    ),
    orders=(
        OrderSpec(name="level_pct", label=both("Niveau des points", "Level of its points"), unit="%", low=0, high=100),
        OrderSpec(name="programme", label=both("Retour au programme", "Return to programme")),
    ),
    panel=(
        PanelSection(
            title=both("État", "State"), points=("tripped", "energised", "current_a"), orders=("level_pct", "programme")
        ),
    ),
)
