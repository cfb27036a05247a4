"""What acts, orders and people need of the world they change; the world itself is made of them."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from beffroi.model.time import Micros
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.shift.types import Channel, Direction, Person, Plan
from beffroi.rehearsal.world.agenda import Agenda
from beffroi.rehearsal.world.grid import Grid
from beffroi.rehearsal.world.lamps import GASPS_WITHIN_S, LampBank, Who
from beffroi.rehearsal.world.messages import Message
from beffroi.rehearsal.world.town_life import TownLife
from beffroi.rehearsal.world.uplinks import Uplinks


class Voices(Protocol):
    """What a scene fixes about people, and how they are heard; see `Shift`."""

    masts: set[str]
    plans: dict[str, Plan]
    unanswered: dict[str, int]
    refusals: list[str]
    delays_s: list[float]

    def hear(self, now: Micros, channel: Channel, person: Person, kind: str, code: str, /, **facts: str | int) -> None:
        """Let a person say something."""

    def tell(self, at: Micros, channel: Channel, direction: Direction, who: str, text: str, call: int = 0) -> None:
        """Write a line in the console."""


class Street(Protocol):
    """The street as it is played; see `World`."""

    plant: Plant
    seed: int
    now: Micros
    agenda: Agenda
    bank: LampBank
    grid: Grid
    uplinks: Uplinks
    life: TownLife
    loose: list[Message]
    spoken: Who
    wanted: NDArray[np.float64]
    lamp_programme: NDArray[Any]

    @property
    def shift(self) -> Voices:
        """The people that the post can reach."""

    def say(self, gateway: int, at: Micros, data: bytes, urgent: bool = False) -> None:
        """Let a gateway hear an item."""

    def tell_cabinet(self, cabinet: int, at: Micros, urgent: bool = False) -> None:
        """Let a cabinet's controller report."""

    def tell_circuit(self, circuit: int, at: Micros) -> None:
        """Let the controller report one circuit at once."""

    def tell_group(self, group: int, at: Micros) -> None:
        """Let a substation report at once."""

    def tell_soon(self, who: Who, at: Micros) -> None:
        """Let lamps report after a change."""

    def drive(self, who: Who, level: float | NDArray[np.float64], at: Micros) -> None:
        """Set the level of lamps."""

    def supply_changes(self, circuit: int, at: Micros, gasps: bool = True, within_s: float = GASPS_WITHIN_S) -> Who:
        """Carry a change of a circuit to its lamps."""

    def cut_links(self, gateways: Sequence[int], at: Micros) -> None:
        """Cut the links of gateways."""

    def restore_links(self, gateways: Sequence[int], at: Micros) -> None:
        """Give links back."""
