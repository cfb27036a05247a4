"""A junction with signals (*carrefour à feux*): Beffroi reads its controller, never a lamp; safety stays there."""

from beffroi.equipment.words import both, flag, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection, Point
from beffroi.model.priority import Priority

HEARTBEAT_S = 60

KIND = EquipmentKind(
    name="junction",
    trade="traffic",
    label=both("Carrefour à feux", "Signalised junction"),
    label_plural=both("Carrefours à feux", "Signalised junctions"),
    icon="signals",
    points=(
        Point(
            name="mode",
            kind="state",
            unit="",
            low=0,
            high=4,
            label=both("Mode", "Mode"),
            labels={
                0: both("éteint", "dark"),
                1: both("plan de feux", "plan"),
                2: both("jaune clignotant", "flashing yellow"),
                3: both("rouge intégral", "all red"),
                4: both("commande manuelle", "manual control"),
            },
        ),
        Point(name="plan", kind="state", unit="", low=0, high=64, label=both("Numéro de plan", "Plan number")),
        flag("conflict", both("Conflit de verts", "Green conflict")),
        flag("lamp_fault", both("Lampe en défaut", "Lamp fault")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="conflict",
            point="conflict",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.CRITICAL,
            latched=True,
            cannot_shelve=True,
            label=both("Conflit de verts", "Green conflict"),
            action=both("Faire régler par la police, appeler l'astreinte feux", "Have police direct traffic, call out"),
        ),
        AlarmClass(
            name="dark",
            point="mode",
            test="equals",
            limit=0,
            outcome="alarm",
            priority=Priority.HIGH,
            delay_s=10,
            label=both("Carrefour éteint", "Junction dark"),
            action=both("Appeler l'astreinte feux", "Call out signals"),
        ),
        AlarmClass(
            name="flashing",
            point="mode",
            test="equals",
            limit=2,
            outcome="alarm",
            priority=Priority.MEDIUM,
            delay_s=30,
            label=both("Jaune clignotant hors programme", "Flashing yellow off plan"),
            action=both("Rechercher le défaut au contrôleur", "Look for the controller's fault"),
        ),
        AlarmClass(
            name="lamp_fault",
            point="lamp_fault",
            test="equals",
            limit=1,
            outcome="work",
            delay_s=60,
            label=both("Lampe de feu en défaut", "Signal lamp fault"),
            priority=Priority.LOW,
        ),
        mute(
            both("Carrefour sans liaison, plan local", "Junction without link, local plan"),
            both("Vérifier la liaison du carrefour", "Check the junction's link"),
        ),
    ),
    panel=(PanelSection(title=both("État", "State"), points=("mode", "plan", "conflict", "lamp_fault", "heartbeat")),),
)
