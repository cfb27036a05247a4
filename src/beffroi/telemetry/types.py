"""Sources of readings, and the state of the trade."""

from typing import Annotated, Literal

import msgspec

from beffroi.model.time import Micros
from beffroi.telemetry.live import LiveArrays
from beffroi.telemetry.quota import DEFAULT_BURST, DEFAULT_RATE

SourceName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
"""One level of an MQTT topic, which is also the user and the client id of the source."""

SecretHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of the source's token, in hexadecimal. The token is made where it is shown and never comes here."""

Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
SourceState = Literal["active", "disabled"]


class NewSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it is asked for.

    It speaks for the assets whose register entry names it as their gateway, and for those of `assets`: codes with `*`
    and `?`, for assets that no gateway speaks for. `rate` (values a second) and `burst` (values at once) are its quota.
    """

    name: SourceName
    secret: SecretHash
    label: Annotated[str, msgspec.Meta(max_length=200)] = ""
    kind: Annotated[str, msgspec.Meta(max_length=40)] = "gateway"
    assets: tuple[Pattern, ...] = ()
    rate: Annotated[float, msgspec.Meta(gt=0, le=1e9)] = DEFAULT_RATE
    burst: Annotated[float, msgspec.Meta(ge=1, le=1e9)] = DEFAULT_BURST
    simulated: bool = False


class Source(msgspec.Struct, kw_only=True):
    """A source as the register of sources knows it."""

    name: str
    secret: str
    label: str = ""
    kind: str = "gateway"
    state: SourceState = "active"
    assets: tuple[str, ...] = ()
    rate: float = DEFAULT_RATE
    burst: float = DEFAULT_BURST
    simulated: bool = False
    created_at: Micros = 0
    changed_at: Micros = 0


class SourceRow(msgspec.Struct, kw_only=True):
    """A source as a screen sees it: everything but its secret."""

    name: str
    label: str
    kind: str
    state: SourceState
    assets: tuple[str, ...]
    rate: float
    burst: float
    simulated: bool
    created_at: Micros
    changed_at: Micros


class TelemetryState(msgspec.Struct):
    """The sources by name, and the live arrays, which no line of the journal changes."""

    live: LiveArrays
    sources: dict[str, Source] = {}
    secrets: set[str] = set()
    """Hashes in use: a token names one source."""


def row_of(source: Source) -> SourceRow:
    """Return what a screen sees of a source."""
    return SourceRow(**{name: getattr(source, name) for name in SourceRow.__struct_fields__})
