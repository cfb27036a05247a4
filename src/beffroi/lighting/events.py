"""What happened to the programmes."""

from beffroi.lighting.types import NightProgramme
from beffroi.model.scope import Scope
from beffroi.trade.event import Event


class ProgrammeSet(Event, frozen=True, tag="lighting.programme_set"):
    """A programme came into force for a commune."""

    programme: NightProgramme
    scope: Scope


class ProgrammeDropped(Event, frozen=True, tag="lighting.programme_dropped"):
    """A commune's own programme was withdrawn."""

    commune: str
    scope: Scope
