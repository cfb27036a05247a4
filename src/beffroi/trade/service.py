"""What the core lends to the background services of `beffroi.procedures`: `SERVICE = run`, `async def run(core)`.

The core starts each service once everything is loaded; one that fails or returns is told, counted and started again
after a pause, without what its former run listened to. It never takes the core down.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray

from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.time import Clock
from beffroi.trade.doors import Executor, Reader

T = TypeVar("T")

LampChanges = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16]]
"""(asset index, state, level, flags) of the lamps that changed, as docs/architecture.md "Live arrays" numbers them."""

Moves = tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.float32], NDArray[np.uint16], NDArray[np.uint16]]
"""(asset index, longitude °, latitude °, heading °, speed km/h) of the vehicles that moved."""


class Picture(Protocol):
    """The live picture that the feed sends: kept by a service, handed over once with `CoreDoor.show`."""

    @property
    def version(self) -> int:
        """Return a number that grows by each change; 0 is before the first."""

    def changes_since(self, version: int) -> LampChanges:
        """Return the lamps whose state is newer than a version, each once; everything for 0."""

    def moves_since(self, version: int) -> Moves:
        """Return the vehicles whose place is newer than a version, each once; everything for 0."""


class Bus(Protocol):
    """The bus between processes (NATS): subscriptions outlive a lost connection, messages do not."""

    @property
    def connections(self) -> int:
        """Return how many times the bus was found: what was said in between is lost."""

    async def publish(self, subject: str, payload: bytes = b"") -> None:
        """Send a message to whoever listens; dropped while the bus is away."""

    async def answers(self, within_s: float) -> bool:
        """Tell whether the broker answers: what is published next leaves at once instead of waiting for it."""

    async def subscribe(self, subject: str, handler: Callable[[str, bytes], Awaitable[None] | None]) -> None:
        """Call `handler(subject, payload)` for each message, on the core's loop: slices of 10 ms at most."""

    async def request(self, subject: str, payload: bytes, timeout_s: float) -> bytes:
        """Return the answer of another process; raises TimeoutError without one."""


class CoreDoor(Protocol):
    """The running core as a service sees it."""

    @property
    def executor(self) -> Executor:
        """Return the committer's door; use `beffroi.trade.doors.trusted` for the caller."""

    @property
    def city(self) -> City:
        """Return the trades as ports."""

    @property
    def clock(self) -> Clock:
        """Return the city's clock."""

    @property
    def reader(self) -> Reader:
        """Return the services' own reading pool: people's searches never hold it."""

    @property
    def bus(self) -> Bus:
        """Return the bus between processes."""

    @property
    def kinds(self) -> dict[str, EquipmentKind]:
        """Return the equipment found, by kind."""

    @property
    def data(self) -> Path:
        """Return the data folder."""

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration: public accounts, nothing real."""

    @property
    def zone(self) -> str:
        """Return the name of the city's time zone."""

    @property
    def steady_since(self) -> float:
        """Return the `clock.monotonic()` of our start or of the last clock jump: no silence is judged from before."""

    def state(self, trade: str) -> Any:
        """Return the present state of a trade: ask again after each await, a failed commit replaces it."""

    def on_commit(self, listener: Callable[[Any], None]) -> None:
        """Call `listener(lines)` after each commit, on the loop, with the tuple of its lines."""

    async def work(self, job: Callable[[psycopg.Connection[Any]], T], *, owner: bool = False) -> T:
        """Run machine-scale database work in a thread, in one transaction of its own; `owner` may change tables."""

    def show(self, picture: Picture) -> None:
        """Give the feed its lamps and vehicles."""

    def nudge(self) -> None:
        """Ask the feed for a frame now, because the picture changed."""


Service = Callable[[CoreDoor], Awaitable[None]]

Pages = Callable[[CoreDoor], Sequence[Any]]
"""`PAGES = pages` of a module of `beffroi.procedures`: Litestar handlers of readings over several trades, mounted under
/api/<module>, or at the root of /api with `opt=AT_ROOT`; guarded as the trades' own."""
