"""What happened to sources of readings. A secret is only ever a hash of a random token."""

from beffroi.model.time import Micros
from beffroi.telemetry.types import NewSource
from beffroi.trade.event import Event


class SourceCreated(Event, frozen=True, tag="telemetry.source_created"):
    """A source may send readings."""

    source: NewSource


class SourceAdopted(Event, frozen=True, tag="telemetry.source_adopted"):
    """A device that was unknown became a source."""

    client: str
    source: NewSource


class AssetsSet(Event, frozen=True, tag="telemetry.assets_set"):
    """A source speaks for other assets from now on."""

    name: str
    assets: tuple[str, ...]


class QuotaSet(Event, frozen=True, tag="telemetry.quota_set"):
    """A source has another quota: values a second, values at once."""

    name: str
    rate: float
    burst: float


class SecretRenewed(Event, frozen=True, tag="telemetry.source_secret_renewed"):
    """A source has another token."""

    name: str
    secret: str


class SourceDisabled(Event, frozen=True, tag="telemetry.source_disabled"):
    """Nothing more is taken from a source."""

    name: str


class SourceEnabled(Event, frozen=True, tag="telemetry.source_enabled"):
    """Readings of a source are taken again."""

    name: str


class QuotaEpisode(Event, frozen=True, tag="telemetry.quota_episode"):
    """A source went over its quota: its excess is acknowledged and not stored."""

    name: str
    started_at: Micros
