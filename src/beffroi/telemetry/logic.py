"""Decisions about sources: pure functions of state, action and context."""

from collections.abc import Sequence

import msgspec

from beffroi.telemetry import actions as asked
from beffroi.telemetry import events as happened
from beffroi.telemetry.types import NewSource, Source, TelemetryState
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.event import Event
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected

RESERVED = frozenset({"new", "core", "intake", "rehearsal"})
"""Names of our own processes on the broker, and of the onboarding credential."""


def decide(state: TelemetryState, action: Action, context: Context) -> Sequence[Event]:
    """Return the events that answer an action on sources."""
    match action:
        case asked.CreateSource(source=source):
            _check_new(state, source, {})
            return [happened.SourceCreated(source=source)]
        case asked.CreateSources(sources=sources):
            return _create_many(state, sources)
        case asked.AdoptSource(client=client, source=source):
            _check_new(state, source, {})
            return [happened.SourceAdopted(client=client, source=source)]
        case asked.NoteQuotaEpisode(name=name, started_at=started_at):
            return [happened.QuotaEpisode(name=name, started_at=started_at)]
    return _change(state, action)


def _change(state: TelemetryState, action: Action) -> Sequence[Event]:
    match action:
        case asked.SetAssets(name=name, assets=assets):
            source = _get(state, name)
            return [] if source.assets == assets else [happened.AssetsSet(name=name, assets=assets)]
        case asked.SetQuota(name=name, rate=rate, burst=burst):
            source = _get(state, name)
            same = (source.rate, source.burst) == (rate, burst)
            return [] if same else [happened.QuotaSet(name=name, rate=rate, burst=burst)]
        case asked.RenewSecret(name=name, secret=secret):
            _get(state, name)
            _check_secret(state, secret, {})
            return [happened.SecretRenewed(name=name, secret=secret)]
        case asked.DisableSource(name=name):
            return [happened.SourceDisabled(name=name)] if _get(state, name).state == "active" else []
        case asked.EnableSource(name=name):
            return [happened.SourceEnabled(name=name)] if _get(state, name).state == "disabled" else []
    raise TypeError(f"not an action on sources: {action!r}")


def _create_many(state: TelemetryState, sources: Sequence[NewSource]) -> Sequence[Event]:
    asked_before: dict[str, str] = {}
    events: list[Event] = []
    for source in sources:
        present = state.sources.get(source.name)
        if present is not None and present.secret == source.secret:
            continue
        _check_new(state, source, asked_before)
        asked_before[source.name] = source.secret
        events.append(happened.SourceCreated(source=source))
    return events


def _check_new(state: TelemetryState, source: NewSource, beside: dict[str, str]) -> None:
    if source.name in RESERVED:
        raise Rejected("telemetry.reserved_name", name=source.name)
    if source.name in state.sources or source.name in beside:
        raise Rejected("telemetry.source_exists", name=source.name)
    _check_secret(state, source.secret, beside)


def _check_secret(state: TelemetryState, secret: str, beside: dict[str, str]) -> None:
    if secret in state.secrets or secret in beside.values():
        raise Rejected("telemetry.secret_taken")


def _get(state: TelemetryState, name: str) -> Source:
    source = state.sources.get(name)
    if source is None:
        raise Rejected("telemetry.source.not_found", name=name)
    return source


def apply(state: TelemetryState, line: Line) -> None:
    """Bring one line into the sources."""
    match line.event:
        case happened.SourceCreated(source=new) | happened.SourceAdopted(source=new):
            made = Source(**msgspec.structs.asdict(new), created_at=line.recorded_at, changed_at=line.recorded_at)
            state.sources[new.name] = made
            state.secrets.add(new.secret)
        case happened.QuotaEpisode():
            return
        case event:
            _apply_change(state, event, line.recorded_at)


def _apply_change(state: TelemetryState, event: Event, at: int) -> None:
    name = getattr(event, "name", "")
    source = state.sources.get(name)
    if source is None:
        return
    source.changed_at = at
    match event:
        case happened.AssetsSet(assets=assets):
            source.assets = assets
        case happened.QuotaSet(rate=rate, burst=burst):
            source.rate, source.burst = rate, burst
        case happened.SecretRenewed(secret=secret):
            state.secrets.discard(source.secret)
            state.secrets.add(secret)
            source.secret = secret
        case happened.SourceDisabled():
            source.state = "disabled"
        case happened.SourceEnabled():
            source.state = "active"


def source_named(line: Line) -> str:
    """Return the name of the source that a line is about, empty when it is about none."""
    match line.event:
        case happened.SourceCreated(source=new) | happened.SourceAdopted(source=new):
            return new.name
        case event:
            return str(getattr(event, "name", ""))
