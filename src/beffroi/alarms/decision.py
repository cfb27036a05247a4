"""One decision under way: the events decided so far, and the causes they bring, over a state that does not move."""

import re
from collections.abc import Iterable
from uuid import UUID

from msgspec.structs import replace

from beffroi.alarms import events as ev
from beffroi.alarms.changes import new_alarm
from beffroi.alarms.correlation import find_cause, is_cut_by_clock, list_explained
from beffroi.alarms.evolve import FLOOD_WINDOW
from beffroi.alarms.state import AlarmsState
from beffroi.alarms.telling import desk_scope, left_of, returned_of
from beffroi.alarms.types import GATEWAY, REMEMBERED, Alarm
from beffroi.model.kinds import AlarmClass
from beffroi.model.ports import AssetFacts
from beffroi.model.time import MINUTE, SECOND, Micros
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line

HOLD_ALARM = 1 * SECOND
"""A foldable alarm waits that long for its parent's news before anybody hears it."""

HOLD_WORK = MINUTE
"""A standing fault is no hurry: its work item may wait for news of a cause."""

FOLD_REASON = {False: "alarms.fold.explicit", True: "alarms.fold.supposed"}

SUPPOSED_OVER = 0.2
"""A supposed cause is over when no more than that share of its crowd still stands."""

FLOOD_ABOVE = 10
FLOOD_BELOW = 5

_SHORT = re.compile(r"^\D{0,2}(?=\d)")


def short_name(facts: AssetFacts) -> str:
    """Return how the room calls an asset within its place: "3" for the circuit A045/D3."""
    head, slash, tail = facts.code.rpartition("/")
    return _SHORT.sub("", tail) if head and slash else facts.name or facts.code


class Job:
    """What a judgement or a settlement has decided so far; every question about causes goes through it."""

    def __init__(self, state: AlarmsState, context: Context) -> None:
        self.state = state
        self.context = context
        self.now = context.now
        self.city = context.city
        self.events: list[Event] = []
        self.told: dict[str, int] = {}
        self.folded: dict[UUID, UUID] = {}
        self.taken: dict[UUID, dict[UUID, None]] = {}
        self.lost: dict[UUID, dict[UUID, UUID | None]] = {}
        self.fresh: dict[UUID, list[Alarm]] = {}
        self.speaking: dict[str, list[Alarm]] = {}
        self.made: dict[UUID, Alarm] = {}
        self._cut: dict[UUID | None, bool] = {}

    def find_cause(self, facts: AssetFacts, alarm_class: str) -> Alarm | None:
        """Return the topmost cause that explains a condition, those just decided included."""
        found = find_cause(self.state, self.city, facts, alarm_class)
        if found is not None:
            return self.root(found)
        if self.fresh:
            for ancestor in self.city.topology.ancestors(facts.id):
                for cause in self.fresh.get(ancestor, ()):
                    if alarm_class in cause.explains:
                        return self.root(cause)
            for cause in self.speaking.get(facts.source, ()) if facts.source else ():
                if alarm_class in cause.explains and cause.asset != facts.id:
                    return self.root(cause)
        return None

    def root(self, cause: Alarm) -> Alarm:
        """Return the cause above which no other stands, after what was just decided."""
        above = self.folded.get(cause.id, cause.parent)
        while above is not None:
            higher = self._record(above)
            if higher is None:
                break
            cause = higher
            above = self.folded.get(cause.id, cause.parent)
        return cause

    def _record(self, alarm: UUID) -> Alarm | None:
        return self.state.alarms.get(alarm) or self.made.get(alarm)

    def is_cut(self, facts: AssetFacts, at: Micros) -> bool:
        """Tell whether the asset's circuit is off by its own clock, asked once per circuit."""
        known = self._cut.get(facts.parent)
        if known is None:
            known = self._cut[facts.parent] = is_cut_by_clock(self.city, facts, at)
        return known

    def hold(self, facts: AssetFacts, alarm_class: AlarmClass) -> Micros:
        """Return until when a foldable condition waits for a parent."""
        if alarm_class.outcome == "alarm":
            return self.now + HOLD_ALARM
        if alarm_class.test == "silent":
            kind = self.state.kinds[facts.kind]
            return self.now + max(kind.point(alarm_class.point).heartbeat_s * SECOND, HOLD_WORK)
        return self.now + HOLD_WORK

    def raise_cause(
        self,
        facts: AssetFacts,
        alarm_class: AlarmClass,
        at: Micros,
        *,
        value: float | None = None,
        supposed: tuple[str, dict[str, str]] | None = None,
        crowd: Iterable[Alarm] = (),
    ) -> Alarm:
        """Raise a class that explains others, fold what it explains, and return its record to be."""
        below = {alarm.id: alarm for alarm in (*list_explained(self.state, self.city, facts, alarm_class), *crowd)}
        gathered = [alarm for alarm in below.values() if not alarm.manual and self._may_move(alarm)]
        superseded = self._supposed_among(gathered, facts)
        above = self.find_parent(facts, alarm_class, told=supposed is None)
        points = len(self.city.topology.descendants(facts.id, "street_light"))
        quiet = self._was_heard(superseded, points)
        event = self.new_raised(facts, alarm_class, at, value, above)
        event = replace(
            event,
            state="acknowledged" if quiet else "unacknowledged",
            explains=tuple(alarm_class.explains),
            # a supposition waits as a signal does: what stands above may be about to speak, or to be supposed
            pending_until=None if supposed and facts.parent is None else event.pending_until,
            params={"name": short_name(facts), "points": str(points)},
            supposed=supposed is not None,
            taken_by=next((cause.taken_by for cause in superseded if cause.taken_by), None),
        )
        if supposed:
            event = replace(event, reason=supposed[0], reason_params=supposed[1])
        self.events.append(event)
        if not quiet and event.pending_until is None and above is None:
            self.tell(event)
        record = self._remember(event)
        self.place(record.id, above)
        self._gather(record, above or record, gathered, superseded)
        return record

    def new_raised(
        self, facts: AssetFacts, alarm_class: AlarmClass, at: Micros, value: float | None, above: Alarm | None
    ) -> ev.Raised:
        """Return the event of a condition that begins, folded under `above` or waiting for a parent where it may."""
        folds = alarm_class.folds
        return ev.Raised(
            alarm=self.context.ids.new(),
            asset=facts.id,
            scope=facts.scope,
            index=facts.index,
            kind=facts.kind,
            alarm_class=alarm_class.name,
            outcome=alarm_class.outcome,
            priority=int(alarm_class.priority),
            at=at,
            value=value,
            feeder=facts.parent,
            street=facts.street if folds and facts.parent is None else "",
            source=facts.source if folds and alarm_class.test == "silent" else "",
            folds=folds,
            latched=alarm_class.latched,
            pending_until=self.hold(facts, alarm_class) if folds and above is None else None,
            parent=above.id if above else None,
            reason=FOLD_REASON[above.supposed] if above else "",
            reason_params=self.explain(above) if above else {},
            params={} if folds else {"name": short_name(facts)},
        )

    def _may_move(self, alarm: Alarm) -> bool:
        parent = self.state.alarms.get(alarm.parent) if alarm.parent else None
        return parent is None or parent.supposed or not parent.active

    def find_parent(self, facts: AssetFacts, alarm_class: AlarmClass, *, told: bool = True) -> Alarm | None:
        """Return the cause that a condition may fold under, or nothing.

        A cause told by its own signal yields to a supposition only when that is of the same trouble, one node higher.
        """
        if not alarm_class.folds:
            return None
        above = self.find_cause(facts, alarm_class.name)
        if above is not None and above.supposed and told and alarm_class.explains:
            return above if above.alarm_class == alarm_class.name else None
        return above

    def _supposed_among(self, gathered: Iterable[Alarm], facts: AssetFacts) -> list[Alarm]:
        """List the supposed causes below an asset that give way to its own."""
        found: dict[UUID, Alarm] = {}
        for alarm in gathered:
            parent = self.state.alarms.get(alarm.parent) if alarm.parent else None
            for cause in (alarm, parent):
                if cause is not None and cause.supposed and cause.active and self._is_below(cause, facts):
                    found[cause.id] = cause
        return list(found.values())

    def _is_below(self, cause: Alarm, facts: AssetFacts) -> bool:
        return cause.asset != facts.id and facts.id in self.city.topology.ancestors(cause.asset)

    def _was_heard(self, causes: list[Alarm], points: int) -> bool:
        """Tell whether people already acknowledged as much under other names: then no second sound."""
        heard = [cause for cause in causes if cause.shown]
        known = sum(int(cause.params.get("points", "0")) for cause in heard)
        return bool(heard) and all(cause.state == "acknowledged" for cause in heard) and known >= 0.8 * points

    def _remember(self, event: ev.Raised) -> Alarm:
        record = self.to_record(event)
        self.fresh.setdefault(event.asset, []).append(record)
        if record.source and record.kind == GATEWAY:
            self.speaking.setdefault(record.source, []).append(record)
        self.made[event.alarm] = record
        return record

    def to_record(self, event: ev.Raised) -> Alarm:
        """Return the record that an event will begin."""
        return new_alarm(event, Line(0, self.now, self.now, self.context.actor, None, event))

    def find_record(self, asset: UUID, alarm_class: str) -> Alarm | None:
        """Return the record of a condition that is open or still remembered, or nothing."""
        record = self.state.keys.get((asset, alarm_class))
        if record is None or record.closed_at is None or record.closed_at > self.now - REMEMBERED:
            return record
        return None

    def annunciate(self, record: Alarm) -> None:
        """Let the desk know of an alarm for which no parent came, or of a standing fault."""
        event = ev.Annunciated(
            alarm=record.id,
            asset=record.asset,
            scope=record.scope,
            alarm_class=record.alarm_class,
            kind=record.kind,
            outcome=record.outcome,
            priority=record.priority,
        )
        self.events.append(event)
        if record.state != "acknowledged":
            self.tell(event)

    def gather_again(self, facts: AssetFacts, alarm_class: AlarmClass, cause: Alarm, root: Alarm) -> None:
        """Fold what a cause that came back explains."""
        below = list_explained(self.state, self.city, facts, alarm_class)
        gathered = [alarm for alarm in below if not alarm.manual and self._may_move(alarm)]
        self._gather(cause, root, gathered, self._supposed_among(gathered, facts))

    def to_left(self, alarm: Alarm) -> ev.Left:
        """Return `left_of` in this city."""
        return left_of(alarm, self.city)

    def soon(self) -> Micros:
        """Return the end of the shortest wait."""
        return self.now + HOLD_ALARM

    def _gather(self, cause: Alarm, root: Alarm, gathered: list[Alarm], superseded: list[Alarm]) -> None:
        gone = {alarm.id for alarm in superseded}
        held: dict[UUID, None] = {}
        for alarm in gathered:
            if alarm.id not in gone:
                held[alarm.id] = None
        for alarm in (*gathered, *superseded):
            held.update(dict.fromkeys(self._below(alarm.id)))
        self.fold(root, held, FOLD_REASON[cause.supposed], self.explain(cause))
        for old in superseded:
            self.supersede(old, root)
        self._give_way()

    def supersede(self, old: Alarm, root: Alarm) -> None:
        """Let a supposed cause give way to a better one, which has its children already."""
        self.folded[old.id] = root.id
        self.events.append(ev.Superseded(alarm=old.id, asset=old.asset, scope=old.scope, by=root.id))

    def place(self, alarm: UUID, above: Alarm | None) -> None:
        """Note under which cause an alarm is told: what folds either of them later in this decision moves it."""
        if above is not None:
            self.folded[alarm] = above.id
            self.taken.setdefault(above.id, {})[alarm] = None

    def fold(self, cause: Alarm, children: Iterable[UUID], reason: str, params: dict[str, str]) -> None:
        """Fold alarms, and what they fold themselves, under a cause: those not there already."""
        wanted = [below for child in children for below in (child, *self._below(child))]
        moved = tuple(
            child
            for child in dict.fromkeys(wanted)
            if child != cause.id and self.folded.get(child, self._parent_of(child)) != cause.id
        )
        if not moved:
            return
        left: dict[UUID, None] = {}
        for child in moved:
            former = self.folded.get(child, self._parent_of(child))
            if former is not None:
                left[former] = None
                self.lost.setdefault(former, {})[child] = cause.id
            self.place(child, cause)
        self.events.append(
            ev.Folded(
                alarm=cause.id,
                asset=cause.asset,
                scope=cause.scope,
                children=moved,
                reason=reason,
                former=tuple(left),
                reason_params=params,
            )
        )

    def _below(self, cause: UUID) -> list[UUID]:
        """List what a cause folds, what was folded under it a moment ago in this judgement included."""
        known = dict.fromkeys((*self.state.children.get(cause, ()), *self.taken.get(cause, ())))
        return [child for child in known if self.folded.get(child, cause) == cause]

    def _parent_of(self, alarm: UUID) -> UUID | None:
        known = self.state.alarms.get(alarm)
        return known.parent if known else None

    def explain(self, cause: Alarm) -> dict[str, str]:
        """Return the parameters of the sentence that says which cause folds."""
        facts = self.city.topology.find(cause.asset)
        return {
            "cause": f"{cause.kind}.{cause.alarm_class}",
            "code": facts.code if facts else "",
            "name": cause.params.get("name", ""),
        }

    def tell(self, event: ev.Raised | ev.Annunciated | ev.Toggled) -> None:
        """Count an alarm that a desk is told of."""
        if event.outcome == "alarm":
            self.told[event.scope.trade] = self.told.get(event.scope.trade, 0) + 1

    def lose(self, parent: UUID, child: UUID) -> None:
        """Note that a folded condition returned."""
        self.lost.setdefault(parent, {})[child] = None

    def _give_way(self) -> None:
        """A supposed cause whose whole crowd was folded elsewhere was the wrong supposition."""
        for parent, gone in self.lost.items():
            cause = self._supposed(parent)
            moved = [root for root in gone.values() if root is not None]
            if cause is None or len(moved) < len(gone) or self._standing(parent, gone):
                continue
            better = self._record(moved[0])
            if better is not None:
                self.supersede(cause, better)

    def _end_supposed(self) -> None:
        """A supposed cause most of whose crowd is back is over."""
        for parent, gone in self.lost.items():
            cause = self._supposed(parent)
            if cause is not None and self._standing(parent, gone) <= SUPPOSED_OVER * max(cause.folded_total, 1):
                self.events.append(returned_of(cause, self.now, cause.toggles, self.now))

    def _supposed(self, alarm: UUID) -> Alarm | None:
        cause = self.state.alarms.get(alarm)
        return cause if cause is not None and cause.supposed and cause.active and alarm not in self.folded else None

    def _standing(self, parent: UUID, gone: dict[UUID, UUID | None]) -> int:
        return sum(child not in gone for child in self.state.children.get(parent, ()))

    def finish(self) -> list[Event]:
        """Return every event, with the supposed causes that end and the floods that begin."""
        self._end_supposed()
        for desk, count in self.told.items():
            flood = self.state.floods.get(desk)
            if flood is not None and flood.since is not None:
                continue
            recent = count + (sum(1 for at in flood.times if at > self.now - FLOOD_WINDOW) if flood else 0)
            if recent > FLOOD_ABOVE:
                self.events.append(ev.FloodStarted(desk=desk, count=recent, scope=desk_scope(desk)))
        return self.events
