"""What screens hold of an event: its line and panel, or, of a masked one, not to send anybody there."""

from beffroi.incidents.categories import find_category
from beffroi.incidents.checklists import find_checklist
from beffroi.incidents.deadlines import list_deadlines
from beffroi.incidents.holding import alarms_of
from beffroi.incidents.types import CLOCKS, Incident, IncidentRow, IncidentsState, JoinedRow, MaskedRow, StepRow
from beffroi.model.kinds import Text
from beffroi.model.ports import City, IncidentFacts
from beffroi.model.scope import ANY, Scope
from beffroi.model.time import MINUTE

MASKED_TEXT: Text = {
    "fr": "Intervention en cours, ne pas engager d'équipe",
    "en": "Operation in progress, do not send a crew",
}
LATE = 2 * MINUTE
"""Entered that long after the facts: *saisie différée*."""

_COPIED = (
    "id", "number", "state", "category", "what", "asset", "source", "priority", "masked", "first_at", "opened_at",
    "opened_by", "changed_at", "taken_by", "taken_at", "into", "why", "reason", "reason_params", "closed_at",
    "closed_by", "cause", "result", "no_result", "skip_reason", "reopened",
)  # fmt: skip


def incident_row(state: IncidentsState, incident: Incident, city: City) -> IncidentRow:
    """Return the line of an event as it stands."""
    facts = city.topology.find(incident.asset) if incident.asset else None
    holder = state.incidents.get(incident.into) if incident.into else None
    return IncidentRow(
        **{name: getattr(incident, name) for name in _COPIED},
        label=label_of(incident),
        place=place_of(incident, city),
        code=facts.code if facts else "",
        index=facts.index if facts else -1,
        lon=incident.lon,
        lat=incident.lat,
        commune=incident.scope.commune,
        trade=incident.scope.trade,
        deadlines=list_deadlines(incident),
        warned=sorted(incident.warned),
        clocks={name: at for name in CLOCKS if (at := incident.clock(name)) is not None},
        links=list(incident.links),
        joined=[_joined(state, one) for one in state.joined.get(incident.id, {}).values()],
        into_number=holder.number if holder else "",
        # an event joined since then may bring an alarm that stands
        closing=incident.closing if all(link.gone for link in alarms_of(state, incident)) else None,
        steps=steps_of(incident),
        attachments=[one for one in incident.attachments if not one.gone],
        skipped=list(incident.skipped),
        late=incident.opened_at - incident.first_at > LATE,
        simulated=facts.simulated if facts else False,
    )


def feed_row(state: IncidentsState, incident: Incident, city: City) -> IncidentRow:
    """Return the line that every screen of its scope holds: of an event joined to it from elsewhere, the number only.

    The feed makes one row for all its readers; who sees the other event opens it by its number.
    """
    row = incident_row(state, incident, city)
    others = state.joined.get(incident.id, {})
    row.joined = [one if others[one.id].scope == incident.scope else _number_only(one) for one in row.joined]
    return row


def masked_row(incident: Incident, city: City) -> MaskedRow:
    """Return what the other trades know of a masked event: nothing of its content."""
    return MaskedRow(
        id=incident.id,
        number=incident.number,
        place=public_place(incident, city),
        lon=incident.lon,
        lat=incident.lat,
        commune=incident.scope.commune,
        text=MASKED_TEXT,
        first_at=incident.first_at,
    )


def masked_scope(scope: Scope) -> Scope:
    """Return who sees that a masked event is there: everybody of its commune."""
    return Scope(scope.commune, ANY, ANY)


def label_of(incident: Incident) -> Text:
    """Return how the room calls an event: the sentence of the alarm that opened it, or its category."""
    named = next((link.name for link in incident.links if link.kind == "alarm" and link.name), None)
    if named is not None and incident.source == "alarm":
        return named
    return find_category(incident.category).label


def place_of(incident: Incident, city: City) -> str:
    """Return the place as the room reads it: the asset's own, else what was typed."""
    if incident.asset is not None and city.topology.find(incident.asset) is not None:
        return city.topology.place_label(incident.asset)
    return incident.place


def public_place(incident: Incident, city: City) -> str:
    """Return a place that tells nothing of the content: never the words typed."""
    if incident.asset is not None and city.topology.find(incident.asset) is not None:
        return city.topology.place_label(incident.asset)
    if incident.lon is not None and incident.lat is not None:
        return city.streets.place_at(incident.lon, incident.lat)
    return ""


def _joined(state: IncidentsState, incident: Incident) -> JoinedRow:
    return JoinedRow(
        id=incident.id,
        number=incident.number,
        label=label_of(incident),
        what=incident.what,
        why=incident.why,
        reason=incident.reason,
        reason_params=incident.reason_params,
        alarms=[link.id for link in alarms_of(state, incident)],
    )


def _number_only(one: JoinedRow) -> JoinedRow:
    nothing: Text = {"fr": "", "en": ""}
    return JoinedRow(
        id=one.id, number=one.number, label=nothing, what="", why="", reason="", reason_params={}, alarms=[]
    )


def steps_of(incident: Incident) -> list[StepRow]:
    """List the steps of the checklist that an event began with, each with its answer."""
    checklist = find_checklist(incident.checklist, incident.version)
    rows = []
    for step in checklist.steps if checklist else ():
        row = StepRow(
            key=step.key, kind=step.kind, text=step.text, hint=step.hint, required=step.required, to=list(step.to)
        )
        done = incident.steps.get(step.key)
        if done is not None:
            row.outcome, row.at, row.by, row.told, row.note = done.outcome, done.at, done.by, done.told, done.note
        rows.append(row)
    return rows


def facts_of(incident: Incident, city: City) -> IncidentFacts:
    """Return what every room may know of an event."""
    if incident.masked:
        title, category, place = MASKED_TEXT, "", public_place(incident, city)
    else:
        title, category, place = label_of(incident), incident.category, place_of(incident, city)
    return IncidentFacts(
        id=incident.id,
        number=incident.number,
        label=title["fr"],
        title=title,
        category=category,
        place=place,
        lon=incident.lon,
        lat=incident.lat,
        asset=incident.asset,
        opened_at=incident.first_at,
        open=incident.open,
        masked=incident.masked,
        scope=incident.scope,
    )
