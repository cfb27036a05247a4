"""Short ways to say what every folder says: a sentence in both languages, and points found on most equipment."""

from beffroi.model.kinds import AlarmClass, Point, Text
from beffroi.model.priority import Priority


def both(fr: str, en: str) -> Text:
    """Return a sentence in the two languages of the desk."""
    return {"fr": fr, "en": en}


YES_NO = {0: both("non", "no"), 1: both("oui", "yes")}


def flag(name: str, label: Text, *, no: Text = YES_NO[0], yes: Text = YES_NO[1], heartbeat_s: int = 0) -> Point:
    """Return a state point of two values, 0 and 1."""
    return Point(
        name=name,
        kind="state",
        unit="",
        low=0,
        high=1,
        label=label,
        labels={0: no, 1: yes},
        heartbeat_s=heartbeat_s,
    )


def heartbeat(every_s: int) -> Point:
    """Return the point by which an equipment says that it is there, at most `every_s` seconds apart."""
    return Point(
        name="heartbeat",
        kind="counter",
        unit="",
        low=0,
        high=1e12,
        label=both("Signe de vie", "Heartbeat"),
        heartbeat_s=every_s,
        keep_days=8,
    )


def mute(
    label: Text, action: Text, *, priority: Priority = Priority.MEDIUM, explains: tuple[str, ...] = ()
) -> AlarmClass:
    """Return the class of an equipment that gives no sign of life."""
    return AlarmClass(
        name="mute",
        point="heartbeat",
        test="silent",
        outcome="alarm",
        label=label,
        action=action,
        priority=priority,
        folds=True,
        explains=explains,
    )
