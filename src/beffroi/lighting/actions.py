"""What may be asked of the programmes."""

from typing import ClassVar

from beffroi.lighting.types import NightProgramme
from beffroi.trade.action import Action


class SetProgramme(Action, frozen=True, tag="lighting.set_programme"):
    """Put a programme in force for a commune (empty: for all the others)."""

    right: ClassVar[str] = "programme"

    programme: NightProgramme


class DropProgramme(Action, frozen=True, tag="lighting.drop_programme"):
    """Withdraw a commune's own programme: the common one holds again."""

    right: ClassVar[str] = "programme"

    commune: str
