"""Standing faults become work items; what left by itself or was explained needs none any more."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from beffroi.alarms import events as ev
from beffroi.model.ports import City
from beffroi.trade.action import Action
from beffroi.trade.line import Line
from beffroi.trade.reaction import Reaction
from beffroi.work.actions import Clear, Fault, Open

SILENT = "silent"
"""The class of a light point that says nothing: less is known of it than of any other fault."""


def open_items(line: Line, city: City) -> Sequence[Action]:
    """Ask for work where a fault stands for itself: nobody's cause, or left after its cause."""
    event = line.event
    if isinstance(event, ev.LeftOver | ev.Unfolded):
        left = (*event.left, *event.again) if isinstance(event, ev.LeftOver) else event.children
        faults = [
            Fault(asset=item.asset, fault=item.alarm_class, alarm=item.alarm, cause=event.alarm)
            for item in _one_each(left)
        ]
        return [Open(faults=faults)] if faults else []
    if isinstance(event, ev.Raised) and (event.pending_until is not None or event.parent is not None):
        return []
    if isinstance(event, ev.Toggled) and not event.annunciates:
        return []
    if isinstance(event, ev.Raised | ev.Annunciated | ev.Toggled) and event.outcome == "work":
        return [Open(faults=[Fault(asset=event.asset, fault=event.alarm_class, alarm=event.alarm)])]
    return []


def _one_each(left: Iterable[ev.Left]) -> list[ev.Left]:
    """Keep one fault an asset: a lamp without supply is silent too, and one electrician goes there once."""
    chosen: dict[UUID, ev.Left] = {}
    for child in left:
        if child.outcome == "work" and (child.asset not in chosen or chosen[child.asset].alarm_class == SILENT):
            chosen[child.asset] = child
    return list(chosen.values())


def clear_items(line: Line, city: City) -> Sequence[Action]:
    """Take back the work of what returned, or of what a cause turned out to explain."""
    event = line.event
    if isinstance(event, ev.Folded):
        return [Clear(alarms=list(event.children), explained_by=event.alarm)]
    if isinstance(event, ev.Returned) and event.outcome == "work":
        return [Clear(alarms=[event.alarm])]
    return []


REACTIONS = (
    Reaction(
        name="work_items.open",
        listens=(ev.Raised, ev.Annunciated, ev.Toggled, ev.LeftOver, ev.Unfolded),
        react=open_items,
    ),
    Reaction(name="work_items.clear", listens=(ev.Folded, ev.Returned), react=clear_items),
)
