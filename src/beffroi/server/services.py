"""Keeps the services going: one that fails is told, counted and started again; it never takes the core down."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from beffroi.server.bus import Handler, NatsBus
from beffroi.server.metrics import SERVICE_FAILED
from beffroi.server.writer import LeadershipLost
from beffroi.trade.doors import Reader
from beffroi.trade.line import Line
from beffroi.trade.service import CoreDoor, Service

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 300.0
"""A service that ran as long begins again with the shortest pause."""

Listener = Callable[[tuple[Line, ...]], None]

log = structlog.get_logger("services")


class Lender(CoreDoor, Protocol):
    """The core as who lends it knows it."""

    @property
    def bus(self) -> NatsBus:
        """Return the bus between processes."""

    @property
    def own_reader(self) -> Reader:
        """Return the services' own reading pool."""

    def off_commit(self, listener: Listener) -> None:
        """Call a listener with commits no more."""


class Lent:
    """The core as one run of a service has it: what the run listens to is let go when it ends."""

    def __init__(self, core: Lender) -> None:
        self._core = core
        self._listeners: list[Listener] = []
        self.bus = LentBus(core.bus)
        self.reader = core.own_reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._core, name)

    def on_commit(self, listener: Listener) -> None:
        """Call a listener with the lines of each commit, until this run of the service ends."""
        self._listeners.append(listener)
        self._core.on_commit(listener)

    def take_back(self) -> None:
        """Let go of everything that the run listens to."""
        for listener in self._listeners:
            self._core.off_commit(listener)
        self.bus.take_back()


class LentBus:
    """The bus as one run of a service has it."""

    def __init__(self, bus: NatsBus) -> None:
        self._bus = bus
        self._handlers: list[tuple[str, Handler]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def subscribe(self, subject: str, handler: Handler) -> None:
        """Call `handler(subject, payload)` for each message, until this run of the service ends."""
        self._handlers.append((subject, handler))
        await self._bus.subscribe(subject, handler)

    def take_back(self) -> None:
        """Let go of every subscription of the run."""
        for subject, handler in self._handlers:
            self._bus.forget(subject, handler)


async def keep_going(name: str, service: Service, core: Lender, pause_s: float = FIRST_PAUSE_S) -> None:
    """Run a service until cancelled, again after a pause when it fails or returns; losing the lead ends it loudly."""
    pause = pause_s
    while True:
        began = asyncio.get_running_loop().time()
        await _run_once(name, service, core)
        if asyncio.get_running_loop().time() - began > STEADY_S:
            pause = pause_s
        SERVICE_FAILED.labels(name).inc()
        log.warning("service starts again", service=name, after_s=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


async def _run_once(name: str, service: Callable[[Any], Awaitable[None]], core: Lender) -> None:
    lent = Lent(core)
    try:
        await service(lent)
    except LeadershipLost:
        raise
    except Exception:
        log.exception("service failed", service=name)
    else:
        log.error("service ended by itself", service=name)
    finally:
        lent.take_back()
