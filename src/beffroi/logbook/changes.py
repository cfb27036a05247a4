"""How each event of the main courante changes its state: the other half of the decisions."""

from beffroi.logbook import events as told
from beffroi.logbook.types import Entry, LogbookState, Visa, compartment_of
from beffroi.model.scope import EventMove, Scope
from beffroi.model.time import DAY
from beffroi.trade.line import Line

KEPT_IN_MEMORY = 3 * DAY
KEPT_LINES = 500
"""Lines kept in memory however old: what screens may still hold."""
KEPT_LOCALS = 20_000
"""Bound: identities of late lines that a seat may still send again."""
KEPT_VISAS = 60
KEPT_REPORTS = 400


def apply(state: LogbookState, line: Line) -> None:
    """Bring one line into the state; what is older than memory keeps leaves."""
    match line.event:
        case told.Forgotten(entries=entries):
            for known in filter(None, map(state.entries.get, entries)):
                known.text = ""
        case told.Rescoped() as event:
            _rescope(state, event)
        case told.FollowedEvent(moves=moves, entries=entries):
            by_incident = {move.incident: move for move in moves}
            for known in filter(None, map(state.entries.get, entries)):
                if known.incident is not None:
                    known.scope, known.concealed = followed(known, by_incident[known.incident])
        case told.Signed() as event:
            keep_visa(state, visa_of(event, line))
        case told.ReportFiled(night=night, report=version) | told.ReportAmended(night=night, report=version):
            _keep_report(state, night, version)
        case _:
            _write(state, line)


def _write(state: LogbookState, line: Line) -> None:
    entry = entry_of(line)
    if entry is None:
        return
    keep_entry(state, entry)
    if entry.corrects and entry.corrects in state.entries:
        state.entries[entry.corrects].corrected_by = entry.id
    oldest = next(iter(state.entries.values()))
    if len(state.entries) > KEPT_LINES and oldest.recorded_at < line.recorded_at - KEPT_IN_MEMORY:
        del state.entries[oldest.id]


def _rescope(state: LogbookState, event: told.Rescoped) -> None:
    after = {move.asset: move.after for move in event.moves}
    for entry in filter(None, map(state.entries.get, event.entries)):
        if entry.asset is not None:
            entry.scope = moved_scope(entry.scope, after[entry.asset])


def moved_scope(scope: Scope, after: Scope) -> Scope:
    """Return where a line is once its asset moved: a compartment stays one."""
    return Scope(after.commune, scope.trade, scope.kind) if compartment_of(scope) else after


def followed(entry: Entry, move: EventMove) -> tuple[Scope, bool]:
    """Return (scope, concealed) of a line once its event is masked, shown again or moved.

    What a compartment wrote for itself stays there; what masking hid comes back with the event.
    """
    own = bool(compartment_of(entry.scope)) and not entry.concealed
    if own:
        return Scope(move.scope.commune, entry.scope.trade, entry.scope.kind), False
    return move.scope, move.masked


def keep_entry(state: LogbookState, entry: Entry) -> None:
    """Put a line in the state, with its identity on the seat."""
    state.entries[entry.id] = entry
    if entry.local is not None:
        state.locals[entry.local] = entry.id
        if len(state.locals) > KEPT_LOCALS:
            del state.locals[next(iter(state.locals))]


def keep_visa(state: LogbookState, visa: Visa) -> None:
    """Put a visa in the state; the oldest leaves, never the last of its compartment: what is signed is known by it."""
    state.visas[visa.id] = visa
    last = {one.compartment: one.id for one in state.visas.values()}
    for old in list(state.visas)[:-KEPT_VISAS]:
        if last[state.visas[old].compartment] != old:
            del state.visas[old]


def _keep_report(state: LogbookState, night: str, version: int) -> None:
    state.reports[night] = version
    if len(state.reports) > KEPT_REPORTS:
        del state.reports[next(iter(state.reports))]


def visa_of(event: told.Signed, line: Line) -> Visa:
    """Return the visa that an event puts."""
    return Visa(
        event.visa,
        event.first,
        event.last,
        event.lines,
        event.signer,
        line.recorded_at,
        event.compartment,
        event.relief,
    )


def entry_of(line: Line) -> Entry | None:
    """Return the main-courante entry that a journal line makes, or nothing when it makes none."""
    event = line.event
    if not isinstance(event, told.Written | told.Corrected | told.Noted):
        return None
    noted = isinstance(event, told.Noted)
    return Entry(
        id=event.entry,
        happened_at=line.happened_at,
        recorded_at=line.recorded_at,
        source="automatic" if noted else "typed",
        author=line.actor.id,
        text="" if isinstance(event, told.Noted) else event.text,
        code=event.code if isinstance(event, told.Noted) else "",
        params=event.params if isinstance(event, told.Noted) else {},
        asset=event.asset,
        corrects=event.corrects if isinstance(event, told.Corrected) else None,
        incident=event.incident,
        local=None if isinstance(event, told.Noted) else event.local,
        typed_at=None if isinstance(event, told.Noted) else event.typed_at,
        position=line.position,
        scope=event.scope,
    )
