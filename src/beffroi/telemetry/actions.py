"""What may be asked about sources of readings."""

from typing import Annotated, ClassVar

import msgspec

from beffroi.model.time import Micros
from beffroi.telemetry.types import NewSource, Pattern, SecretHash, SourceName
from beffroi.trade.action import Action

RIGHT = "sources"


class CreateSource(Action, frozen=True, tag="telemetry.create_source"):
    """Let a new source send readings."""

    right: ClassVar[str] = RIGHT

    source: NewSource


class CreateSources(Action, frozen=True, tag="telemetry.create_sources"):
    """Let many new sources send readings, all or none; those that are already known as asked change nothing."""

    right: ClassVar[str] = RIGHT

    sources: Annotated[tuple[NewSource, ...], msgspec.Meta(min_length=1, max_length=5_000)]


class AdoptSource(Action, frozen=True, tag="telemetry.adopt_source"):
    """Make a source of a device that speaks with the onboarding credential as `client`."""

    right: ClassVar[str] = RIGHT

    client: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    source: NewSource


class SetAssets(Action, frozen=True, tag="telemetry.set_assets"):
    """Say for which assets a source may speak besides those that the register gives it."""

    right: ClassVar[str] = RIGHT

    name: SourceName
    assets: tuple[Pattern, ...]


class SetQuota(Action, frozen=True, tag="telemetry.set_quota"):
    """Give a source another quota: values a second, values at once."""

    right: ClassVar[str] = RIGHT

    name: SourceName
    rate: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    burst: Annotated[float, msgspec.Meta(ge=1, le=1e9)]


class RenewSecret(Action, frozen=True, tag="telemetry.renew_secret"):
    """Give a source another token; the former one no longer opens a connection."""

    right: ClassVar[str] = RIGHT

    name: SourceName
    secret: SecretHash


class DisableSource(Action, frozen=True, tag="telemetry.disable_source"):
    """Take nothing more from a source; its history stays."""

    right: ClassVar[str] = RIGHT

    name: SourceName


class EnableSource(Action, frozen=True, tag="telemetry.enable_source"):
    """Take readings from a disabled source again."""

    right: ClassVar[str] = RIGHT

    name: SourceName


class NoteQuotaEpisode(Action, frozen=True, tag="telemetry.note_quota_episode"):
    """Write down that a source went over its quota; the intake's own observation."""

    name: str
    started_at: Micros
