"""How an event is opened: its number, its category, its place, its compartment."""

from typing import Any
from zoneinfo import ZoneInfo

from beffroi.incidents import events as ev
from beffroi.incidents.actions import Open
from beffroi.incidents.categories import BY_NAME, Category, guess
from beffroi.incidents.checklists import checklist_of
from beffroi.incidents.common import check_time
from beffroi.incidents.holding import find_holder
from beffroi.incidents.types import IncidentsState, Link, Source
from beffroi.model.ports import AssetFacts, City
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import Micros, local_day
from beffroi.trade.context import Context
from beffroi.trade.rejected import Rejected


def scope_of(category: Category, commune: str, facts: AssetFacts | None) -> Scope:
    """Return who sees an event: the trade of its category, the kind of its asset where it is of that trade."""
    commune = facts.commune if facts and facts.commune else commune
    if facts is not None and facts.trade == category.trade:
        return Scope(commune, category.trade, facts.kind)
    return Scope(commune, category.trade, ANY)


def commune_of(city: City, lon: float | None, lat: float | None, place: str) -> str:
    """Return the commune of a place: around its position, else of its street; empty when neither tells."""
    if lon is not None and lat is not None and (found := city.streets.commune_at(lon, lat)):
        return found
    return city.streets.commune_of(place) if place else ""


def open_incident(state: IncidentsState, action: Open, context: Context, zone: str) -> list[ev.Opened]:
    """Return the line that opens an event for a person; nothing when the seat sent it before."""
    if action.local is not None and action.local in state.locals:
        return []
    check_time(context.happened_at, context)
    if action.category and action.category not in BY_NAME:
        raise Rejected("incidents.unknown_category", category=action.category)
    category = BY_NAME[action.category] if action.category else guess(action.what)
    facts = context.city.topology.find(action.asset) if action.asset else None
    if action.asset and facts is None:
        raise Rejected("incidents.unknown_asset", asset=str(action.asset))
    links = [Link(kind="alarm", id=action.alarm, subject=action.asset)] if action.alarm else []
    links += [Link(kind="request", id=action.request)] if action.request else []
    for link in links:
        if (held := find_holder(state, link.id)) is not None:
            raise Rejected("incidents.already_linked", number=held.number)
    lon, lat = (facts.lon, facts.lat) if facts else (action.lon, action.lat)
    place = action.place
    if not place and not facts and lon is not None and lat is not None:
        place = context.city.streets.place_at(lon, lat)
    return [
        new_line(
            state,
            context,
            zone,
            category=category,
            facts=facts,
            commune=action.commune or commune_of(context.city, lon, lat, place),
            what=action.what,
            place=place,
            lonlat=(lon, lat),
            source=action.source,
            priority=action.priority or category.priority,
            links=tuple(links),
            local=action.local,
        )
    ]


def new_line(
    state: IncidentsState,
    context: Context,
    zone: str,
    *,
    category: Category,
    facts: AssetFacts | None,
    source: Source,
    priority: int,
    commune: str = "",
    lonlat: tuple[float | None, float | None] = (None, None),
    **told: Any,
) -> ev.Opened:
    """Return the line that opens an event under the next number of the year; `told` are its other fields."""
    year = number_year(context.now, zone)
    serial = state.serials.get(year, 0) + 1
    checklist, version = in_force(category)
    return ev.Opened(
        incident=context.ids.new(),
        number=f"{year}-{serial:04d}",
        year=year,
        serial=serial,
        scope=scope_of(category, commune, facts),
        category=category.name,
        asset=facts.id if facts else None,
        lon=lonlat[0],
        lat=lonlat[1],
        source=source,
        priority=priority,
        masked=category.masked,
        checklist=checklist,
        checklist_version=version,
        **told,
    )


def in_force(category: Category) -> tuple[str, int]:
    """Return (name, version) of the checklist that an event of this category begins with, empty without one."""
    checklist = checklist_of(category.name)
    return (checklist.name, checklist.version) if checklist else ("", 0)


def number_year(now: Micros, zone: str) -> int:
    """Return the year in which an event entered now is numbered: the city's, not Greenwich's."""
    return local_day(now, ZoneInfo(zone)).year
