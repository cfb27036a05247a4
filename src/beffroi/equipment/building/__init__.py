"""A supervised building: intrusion, fire, panic, its line; doubt is removed before police are called (CSI L613-6)."""

from beffroi.equipment.words import both, flag, heartbeat, mute
from beffroi.model.kinds import AlarmClass, EquipmentKind, PanelSection
from beffroi.model.priority import Priority

HEARTBEAT_S = 180

KIND = EquipmentKind(
    name="building",
    trade="building_security",
    label=both("Bâtiment", "Building"),
    label_plural=both("Bâtiments", "Buildings"),
    icon="building",
    points=(
        flag("fire", both("Incendie", "Fire")),
        flag("panic", both("Appel agression", "Panic button")),
        flag("intrusion", both("Intrusion", "Intrusion")),
        flag("armed", both("Surveillance", "Armed"), no=both("hors service", "unset"), yes=both("en service", "set")),
        flag("fault", both("Dérangement de la centrale", "Panel fault")),
        heartbeat(HEARTBEAT_S),
    ),
    alarm_classes=(
        AlarmClass(
            name="fire",
            point="fire",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.CRITICAL,
            latched=True,
            cannot_shelve=True,
            label=both("Alarme incendie", "Fire alarm"),
            action=both("Appeler le 18, prévenir le responsable", "Call the fire brigade, warn the site manager"),
        ),
        AlarmClass(
            name="panic",
            point="panic",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.CRITICAL,
            latched=True,
            cannot_shelve=True,
            label=both("Appel agression", "Panic alarm"),
            action=both("Appeler le 17 sans levée de doute", "Call the police without verification"),
        ),
        AlarmClass(
            name="intrusion",
            point="intrusion",
            test="equals",
            limit=1,
            outcome="alarm",
            priority=Priority.HIGH,
            latched=True,
            label=both("Intrusion", "Intrusion"),
            action=both("Lever le doute", "Verify the alarm"),
        ),
        AlarmClass(
            name="panel_fault",
            point="fault",
            test="equals",
            limit=1,
            outcome="work",
            delay_s=60,
            label=both("Centrale en dérangement", "Alarm panel fault"),
            priority=Priority.LOW,
        ),
        mute(
            both("Perte de liaison du bâtiment", "Building line lost"),
            both("Rappeler le site, envoyer un agent", "Call the site back, send a guard"),
            priority=Priority.HIGH,
        ),
    ),
    panel=(
        PanelSection(title=both("Sûreté", "Security"), points=("armed", "intrusion", "panic", "fire")),
        PanelSection(title=both("Centrale", "Panel"), points=("fault", "heartbeat")),
    ),
)
