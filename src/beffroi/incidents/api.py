"""Readings of the events: the list, one event, what is near, the short lists. A masked one is its stub to others."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import Parameter

from beffroi.incidents.categories import ALL, fold
from beffroi.incidents.machine import STATES
from beffroi.incidents.rows import MASKED_TEXT, incident_row, label_of, masked_row, masked_scope, place_of
from beffroi.incidents.store import SELECT_ONE, incident_from
from beffroi.incidents.types import CAUSES, RESULTS, WITHOUT_RESULT, Incident, IncidentRow, IncidentsState, MaskedRow
from beffroi.model.geo import distance_m
from beffroi.model.kinds import Text
from beffroi.model.scope import ANY
from beffroi.model.time import Micros, to_iso
from beffroi.trade.doors import Caller, View
from beffroi.trade.filters import scope_condition
from beffroi.trade.rejected import Rejected

FOREVER = 2**62
EXPORTED = 10_000
Which = Literal["open", "all", "new", "taken", "in_progress", "resolved", "joined", "closed"]
Shown = IncidentRow | MaskedRow
EXPORT = ("view", "export")
"""What is needed over an event for it to leave in a file."""

_STATES: dict[str, list[str]] = {
    "open": ["new", "taken", "in_progress", "resolved"],
    "all": list(STATES),
    **{state: [state] for state in STATES},
}


class IncidentPage(msgspec.Struct):
    """One page of events, the newest facts first; `next` is the `after` of the page that follows."""

    items: list[Shown]
    total: int
    next: int | None


class NearIncident(msgspec.Struct):
    """An open event and how far it is, in metres."""

    distance_m: float
    incident: Shown


class CategoryRow(msgspec.Struct):
    """One category, with the words that tell it."""

    name: str
    trade: str
    priority: int
    label: Text
    words: tuple[str, ...]
    masked: bool
    cause: str


class Choices(msgspec.Struct):
    """What a seat needs to open and close events, kept on it for when the core is away."""

    categories: list[CategoryRow]
    causes: dict[str, Text]
    results: dict[str, Text]
    without_result: list[str]


class Query(msgspec.Struct, frozen=True):
    """What is looked for in the list."""

    state: Which = "open"
    q: str = ""
    since: Micros = 0
    until: Micros = FOREVER
    category: str = ""
    commune: str = ""
    priority: int = 0


def routes(view: View[IncidentsState]) -> Sequence[Any]:
    """Return the handlers of the events."""
    return [*_list_routes(view), *_single_routes(view), _choices_route()]


def _list_routes(view: View[IncidentsState]) -> list[Any]:
    @get("/", summary="List events, the newest facts first")
    async def list_incidents(
        caller: Caller,
        # Litestar keeps the name `state` for itself
        which: Annotated[Which, Parameter(query="state")] = "open",
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(query="from", ge=0, le=FOREVER)] = 0,
        until: Annotated[Micros, Parameter(query="to", ge=0, le=FOREVER)] = FOREVER,
        category: Annotated[str, Parameter(max_length=40)] = "",
        commune: Annotated[str, Parameter(max_length=10)] = "",
        priority: Annotated[int, Parameter(ge=0, le=4)] = 0,
        limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
        after: Annotated[int, Parameter(ge=0, le=FOREVER)] = 0,
    ) -> IncidentPage:
        query = Query(which, q, since, until, category, commune, priority)
        total, found = await _find(view, caller, query, limit, after)
        items = [shown(view, caller, one) for one in found]
        return IncidentPage(items, total, after + limit if after + limit < total else None)

    @get("/export.csv", summary="The same list as CSV (right export)", media_type="text/csv")
    async def export(
        caller: Caller,
        which: Annotated[Which, Parameter(query="state")] = "all",
        q: Annotated[str, Parameter(max_length=200)] = "",
        since: Annotated[Micros, Parameter(query="from", ge=0, le=FOREVER)] = 0,
        until: Annotated[Micros, Parameter(query="to", ge=0, le=FOREVER)] = FOREVER,
        category: Annotated[str, Parameter(max_length=40)] = "",
        commune: Annotated[str, Parameter(max_length=10)] = "",
        priority: Annotated[int, Parameter(ge=0, le=4)] = 0,
    ) -> Response[str]:
        if not (caller.trusted or caller.rights.names("export")):
            raise Rejected("forbidden", right="export")
        query = Query(which, q, since, until, category, commune, priority)
        total, found = await _find(view, caller, query, EXPORTED, 0, EXPORT)
        headers = {"Content-Disposition": 'attachment; filename="evenements.csv"'}
        return Response(
            _csv(view, caller, found, total - len(found)), media_type="text/csv; charset=utf-8", headers=headers
        )

    @get("/near", summary="List the open events around a place, the nearest first")
    async def list_near(
        caller: Caller,
        lon: Annotated[float, Parameter(ge=-180, le=180)],
        lat: Annotated[float, Parameter(ge=-90, le=90)],
        radius_m: Annotated[float, Parameter(gt=0, le=5000)] = 100,
    ) -> list[NearIncident]:
        return near(view, caller, lon, lat, radius_m)

    return [list_incidents, export, list_near]


def _single_routes(view: View[IncidentsState]) -> list[Any]:
    @get("/{incident:uuid}", summary="Read one event, open or closed")
    async def read_incident(caller: Caller, incident: UUID) -> Shown:
        return shown(view, caller, await get_visible(view, caller, incident))

    @get("/local/{local:uuid}", summary="Read the event that a seat opened under an identity of its own")
    async def read_local(caller: Caller, local: UUID) -> Shown:
        name = view.state.locals.get(local)
        if name is None:
            raise Rejected("incidents.not_found", local=str(local))
        return shown(view, caller, await get_visible(view, caller, name))

    return [read_incident, read_local]


def _choices_route() -> Any:
    @get("/choices", summary="Categories, causes and results", sync_to_thread=False)
    def list_choices() -> Choices:
        rows = [
            CategoryRow(one.name, one.trade, one.priority, one.label, one.words, one.masked, one.cause) for one in ALL
        ]
        return Choices(rows, CAUSES, RESULTS, sorted(WITHOUT_RESULT))

    return list_choices


def near(view: View[IncidentsState], caller: Caller, lon: float, lat: float, radius_m: float) -> list[NearIncident]:
    """List the open events around a place that a caller sees, whole or masked, the nearest first."""
    found = []
    for incident in view.state.open.values():
        if incident.lon is None or incident.lat is None or not exists_for(caller, incident):
            continue
        metres = distance_m(lon, lat, incident.lon, incident.lat)
        if metres <= radius_m:
            found.append(NearIncident(metres, shown(view, caller, incident)))
    return sorted(found, key=lambda one: one.distance_m)


def exists_for(caller: Caller, incident: Incident) -> bool:
    """Tell whether an event exists at all for a caller: whole, or masked."""
    return caller.sees(incident.scope) or (incident.masked and caller.sees(masked_scope(incident.scope)))


def shown(view: View[IncidentsState], caller: Caller, incident: Incident) -> Shown:
    """Return an event as a caller may see it; what of others hangs on it is cut by the same rights."""
    if not caller.sees(incident.scope):
        return masked_row(incident, view.city)
    row = incident_row(view.state, incident, view.city)
    seen = {one.id for one in view.state.joined.get(incident.id, {}).values() if caller.sees(one.scope)}
    return msgspec.structs.replace(row, joined=[one for one in row.joined if one.id in seen])


async def get_visible(view: View[IncidentsState], caller: Caller, incident: UUID) -> Incident:
    """Return an event that exists for a caller, from memory or from the rows; refuses as unknown otherwise."""
    known = view.state.incidents.get(incident)
    if known is None:
        rows = await view.reader.fetch(SELECT_ONE, (incident,))
        known = incident_from(rows[0][0]) if rows else None
    if known is None or not exists_for(caller, known):
        raise Rejected("incidents.not_found", incident=str(incident))
    return known


async def get_whole(view: View[IncidentsState], caller: Caller, incident: UUID) -> Incident:
    """Return an event that a caller sees whole; a masked one does not exist here."""
    known = await get_visible(view, caller, incident)
    if not caller.sees(known.scope):
        raise Rejected("incidents.not_found", incident=str(incident))
    return known


async def _find(
    view: View[IncidentsState], caller: Caller, query: Query, limit: int, after: int, rights: Sequence[str] = ("view",)
) -> tuple[int, list[Incident]]:
    whole, params = scope_condition(caller, *rights)
    stub = " AND ".join(_stub_condition(caller, right, params) for right in rights)
    asset = view.city.topology.find_code(query.q.strip()) if query.q else None
    words = fold(query.q).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    terms = [
        # a masked event is found by its number and its place on the map, never by its content
        f"(({whole}) AND (%(q)s = '' OR search LIKE %(words)s OR asset = %(asset)s)"
        f" OR masked AND {stub} AND %(category)s = '' AND %(priority)s = 0"
        " AND (%(q)s = '' OR number LIKE %(words)s OR asset = %(asset)s))",
        "state = ANY(%(states)s) AND first_at >= %(since)s AND first_at < %(until)s",
        "(%(category)s = '' OR category = %(category)s) AND (%(commune)s = '' OR commune = %(commune)s)",
        "(%(priority)s = 0 OR priority = %(priority)s)",
    ]
    params |= {
        "q": query.q.strip(),
        "words": f"%{words.strip()}%",
        "asset": asset.id if asset and caller.sees(asset.scope) else None,
        "states": _STATES[query.state],
        "since": query.since,
        "until": query.until,
        "category": query.category,
        "commune": query.commune,
        "priority": query.priority,
        "limit": limit,
        "after": after,
    }
    rows = await view.reader.fetch(
        f"SELECT data, count(*) OVER () FROM incident WHERE {' AND '.join(terms)}"
        " ORDER BY first_at DESC, serial DESC LIMIT %(limit)s OFFSET %(after)s",
        params,
    )
    return (rows[0][1] if rows else 0), [incident_from(row[0]) for row in rows]


def _stub_condition(caller: Caller, right: str, params: dict[str, Any]) -> str:
    """Return the condition under which a right reaches the stub of a masked event: any trade of its commune."""
    if caller.trusted:
        return "true"
    communes: set[str] = set()
    for grant in caller.rights.grants.get(right, ()):
        if ANY in grant.communes:
            return "true"
        communes |= grant.communes
    params[f"stub_{right}"] = sorted(communes)
    return f"commune = ANY(%(stub_{right})s)"


CUT = "{left} événements plus anciens ne sont pas dans ce fichier : précisez les filtres"
_HEADER = (
    "numero", "etat", "categorie", "quoi", "lieu", "commune", "priorite", "heure_des_faits_utc", "heure_de_saisie_utc",
    "sur_place_utc", "mise_en_securite_utc", "repare_utc", "clos_utc", "cause", "resultat",
)  # fmt: skip


def _csv(view: View[IncidentsState], caller: Caller, incidents: list[Incident], left: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_HEADER)
    for one in incidents:
        if not all(caller.may(right, one.scope) for right in EXPORT):
            stub = masked_row(one, view.city)
            cells: list[object] = [one.number, "", "", MASKED_TEXT["fr"], stub.place, one.scope.commune]
            writer.writerow([*map(_safe, cells), *[""] * (len(_HEADER) - len(cells))])
            continue
        times = (one.first_at, one.opened_at, one.clock("on_site"), one.clock("made_safe"), one.clock("repaired"))
        cause, result = CAUSES.get(one.cause, {"fr": ""}), RESULTS.get(one.result, {"fr": ""})
        writer.writerow(
            [
                *map(_safe, (one.number, one.state, label_of(one)["fr"], one.what, place_of(one, view.city))),
                one.scope.commune,
                one.priority,
                *(to_iso(at) if at is not None else "" for at in (*times, one.closed_at)),
                cause["fr"],
                result["fr"],
            ]
        )
    if left > 0:
        # nobody takes a cut list for the whole one
        writer.writerow([CUT.format(left=left), *[""] * (len(_HEADER) - 1)])
    return out.getvalue()


def _safe(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
