"""What each event changes of which record: the one description that both memory (`states`) and rows (`store`) follow.

A patch is a dictionary of fields of `Alarm`, always with their whole new value.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from beffroi.alarms import events as ev
from beffroi.alarms.types import Alarm
from beffroi.trade.event import Event
from beffroi.trade.line import Line

Patch = dict[str, Any]
Change = tuple[UUID, Patch]


def new_alarm(event: ev.Raised, line: Line) -> Alarm:
    """Return the record that a condition begins with."""
    return Alarm(
        id=event.alarm,
        asset=event.asset,
        index=event.index,
        kind=event.kind,
        alarm_class=event.alarm_class,
        scope=event.scope,
        outcome=event.outcome,
        priority=event.priority,
        state=event.state,
        raised_at=event.at,
        changed_at=line.recorded_at,
        annunciated_at=line.recorded_at if event.pending_until is None and event.parent is None else None,
        acknowledged_at=line.recorded_at if event.state == "acknowledged" else None,
        taken_by=event.taken_by,
        value=event.value,
        latched=event.latched,
        folds=event.folds,
        late=event.late,
        feeder=event.feeder,
        street=event.street,
        source=event.source,
        explains=event.explains,
        supposed=event.supposed,
        pending_until=event.pending_until,
        parent=event.parent,
        reason=event.reason,
        reason_params=event.reason_params,
        params=event.params,
    )


def changes_of(line: Line) -> Iterable[Change]:
    """List the patches of a line, in order; `alarms.raised` makes a record instead and has none."""
    event = line.event
    patch_of = _PATCHES.get(type(event))
    return patch_of(event, line) if patch_of else ()


def _closing(state: str, line: Line) -> Patch:
    return {"state": state, "changed_at": line.recorded_at}


def _annunciated(event: ev.Annunciated, line: Line) -> list[Change]:
    now = line.recorded_at
    return [(event.alarm, {"pending_until": None, "annunciated_at": now, "changed_at": now})]


def _confirmed(event: ev.Confirmed, line: Line) -> list[Change]:
    return [
        (
            event.alarm,
            {
                "supposed": False,
                "value": event.value,
                "reason": "",
                "reason_params": {},
                "settle_at": None,
                "changed_at": line.recorded_at,
            },
        )
    ]


def _toggled(event: ev.Toggled, line: Line) -> list[Change]:
    patch = {
        "state": event.state,
        "toggles": event.toggles,
        "supposed": False,
        "returned_at": None,
        "settle_at": None,
        "closed_at": None,
        "pending_until": event.pending_until,
        "parent": event.parent,
        "reason": event.reason,
        "reason_params": event.reason_params,
        "changed_at": line.recorded_at,
    }
    if event.annunciates:
        patch["annunciated_at"] = line.recorded_at
    return [(event.alarm, patch)]


def _returned(event: ev.Returned, line: Line) -> list[Change]:
    patch = _closing(event.state, line)
    patch |= {"returned_at": event.at, "toggles": event.toggles, "settle_at": event.settle_at, "pending_until": None}
    return [(event.alarm, patch)]


def _folded(event: ev.Folded, line: Line) -> list[Change]:
    patch = {
        "parent": event.alarm,
        "pending_until": None,
        "reason": event.reason,
        "reason_params": event.reason_params,
        "changed_at": line.recorded_at,
    }
    return [(child, patch) for child in event.children]


def _unfolded(event: ev.Unfolded, line: Line) -> list[Change]:
    now = line.recorded_at
    patch = {"parent": None, "manual": True, "reason": "", "annunciated_at": now, "changed_at": now}
    return [(child.alarm, patch) for child in event.children]


def _superseded(event: ev.Superseded, line: Line) -> list[Change]:
    now = line.recorded_at
    patch = {"state": "normal", "returned_at": now, "settle_at": None, "pending_until": None, "changed_at": now}
    return [(event.alarm, patch | {"parent": event.by})]


def _left_over(event: ev.LeftOver, line: Line) -> list[Change]:
    now = line.recorded_at
    left = tuple(item.alarm for item in event.left)
    stands = {"parent": None, "pending_until": None, "annunciated_at": now, "changed_at": now}
    cause = {"state": event.state, "settle_at": None, "left": left, "left_codes": event.codes, "changed_at": now}
    return [(event.alarm, cause), *((item.alarm, stands) for item in (*event.left, *event.again))]


def _acknowledged(event: ev.Acknowledged, line: Line) -> list[Change]:
    patch = _closing(event.state, line) | {"acknowledged_at": line.recorded_at, "acknowledged_by": line.actor.id}
    return [(event.alarm, patch)]


def _unacknowledged(event: ev.Unacknowledged, line: Line) -> list[Change]:
    return [(event.alarm, _closing(event.state, line) | {"acknowledged_at": None, "acknowledged_by": None})]


def _taken(event: ev.Taken, line: Line) -> list[Change]:
    return [(event.alarm, {"taken_by": event.by, "changed_at": line.recorded_at})]


def _released(event: ev.Released, line: Line) -> list[Change]:
    return [(event.alarm, {"taken_by": None, "changed_at": line.recorded_at})]


def _shelved(event: ev.Shelved, line: Line) -> list[Change]:
    patch = {"disposition": "shelved", "shelved_until": event.until, "changed_at": line.recorded_at}
    return [(event.alarm, patch)]


def _restored(event: ev.Unshelved | ev.Unsuppressed | ev.PutInService, line: Line) -> list[Change]:
    now = line.recorded_at
    patch = {"disposition": "", "shelved_until": None, "withheld_for": "", "state": event.state, "changed_at": now}
    return [(event.alarm, patch)]


def _suppressed(event: ev.Suppressed, line: Line) -> list[Change]:
    return [(event.alarm, _withheld("suppressed", event.reason, line))]


def _put_out_of_service(event: ev.PutOutOfService, line: Line) -> list[Change]:
    return [(event.alarm, _withheld("out_of_service", event.reason, line))]


def _withheld(disposition: str, reason: str, line: Line) -> Patch:
    return {
        "disposition": disposition,
        "withheld_for": reason,
        "shelved_until": None,
        "changed_at": line.recorded_at,
    }


def _reset_done(event: ev.ResetDone, line: Line) -> list[Change]:
    return [(event.alarm, _closing("normal", line))]


_PATCHES: dict[type[Event], Callable[[Any, Line], list[Change]]] = {
    ev.Annunciated: _annunciated,
    ev.Confirmed: _confirmed,
    ev.Toggled: _toggled,
    ev.Returned: _returned,
    ev.Folded: _folded,
    ev.Unfolded: _unfolded,
    ev.Superseded: _superseded,
    ev.LeftOver: _left_over,
    ev.Acknowledged: _acknowledged,
    ev.Unacknowledged: _unacknowledged,
    ev.Taken: _taken,
    ev.EventAsked: lambda event, line: [],
    ev.Released: _released,
    ev.Shelved: _shelved,
    ev.Unshelved: _restored,
    ev.Suppressed: _suppressed,
    ev.Unsuppressed: _restored,
    ev.PutOutOfService: _put_out_of_service,
    ev.PutInService: _restored,
    ev.ResetDone: _reset_done,
}
