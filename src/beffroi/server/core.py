"""The core: one process per city where everything is decided. `python -m beffroi.server.core`."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import structlog

from beffroi.access import Gate
from beffroi.journal.codec import Decoder
from beffroi.model.ids import ClockIds
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.server.broker_auth import bus_options
from beffroi.server.bus import NatsBus
from beffroi.server.cli.words import say
from beffroi.server.clock import CityClock, RehearsalClock, SystemClock, city_clock
from beffroi.server.committer import RETRY_S, Committer
from beffroi.server.database import dsn_app, dsn_owner
from beffroi.server.early import Early
from beffroi.server.ending import END_WITHIN_S, end_within, leave
from beffroi.server.feed import Hub
from beffroi.server.health import Health
from beffroi.server.http.app import Parts, build_app
from beffroi.server.http.system import Readiness
from beffroi.server.metrics import LISTENER_FAILED, LoopLag, load_fast, settle_memory
from beffroi.server.migrations import MigrationError, refuse_newer
from beffroi.server.process import FAILED, run, stop_asked
from beffroi.server.reactions import Reactions
from beffroi.server.reading import OWN_LARGEST, PoolReader, Workers
from beffroi.server.scheduler import Scheduler
from beffroi.server.services import keep_going
from beffroi.server.settings import Settings
from beffroi.server.texts import Catalogue
from beffroi.server.web import web_server
from beffroi.server.wiring import RoomView, Wiring, find_kinds, find_procedures, find_trades
from beffroi.server.writer import LeadershipLost, Writer
from beffroi.trade.line import Line
from beffroi.trade.room import Trade
from beffroi.trade.service import Picture, Service

T = TypeVar("T")

DRAIN_S = 3.0
BUS_PATIENCE_S = 3.0
ACCESS = "access"
SWITCH_S = 0.002
"""How long a thread may hold the interpreter: the writer encodes while the loop must answer."""

log = structlog.get_logger("core")


class Core:
    """The running core: what services see of it is `beffroi.trade.service.CoreDoor`."""

    def __init__(
        self,
        settings: Settings,
        clock: CityClock,
        trades: Sequence[Trade[Any]] | None = None,
        services: dict[str, Service] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        ids = ClockIds(clock.now)
        found = find_procedures()
        self._services = found.services if services is None else services
        self._first = found.first if services is None else ()
        self._pages = found.pages
        self.wiring = Wiring(trades or find_trades(), find_kinds(settings.plugins, settings.without), settings.zone)
        self.bus = NatsBus(settings.nats_url, bus_options(settings, "core"))
        self.reader = PoolReader(dsn_app(settings))
        self.own_reader = PoolReader(dsn_app(settings), OWN_LARGEST, "beffroi own read")
        self._workers = Workers(dsn_app(settings), dsn_owner(settings))
        self._lag = LoopLag()
        self._listeners: list[Callable[[tuple[Line, ...]], None]] = []
        self._writer = Writer(dsn_app(settings))
        self.health = Health(self)
        self.hub = Hub(self.wiring, clock, ids, self.health.read)
        self.executor = Committer(self.wiring, self._writer, clock, ids, publish=self._publish, reloaded=self._reloaded)
        self.scheduler = Scheduler(self.wiring, self.executor, clock)
        self.reactions = Reactions(
            found.reactions, self.wiring, self.executor, self.work, Decoder.of(self.wiring.events)
        )
        self._listeners += [self.scheduler.on_commit, self.reactions.on_commit]
        self._step = "starting"
        self._ready = False
        self._tasks: dict[asyncio.Task[None], str] = {}

    @property
    def city(self) -> City:
        """Return the trades as ports."""
        return self.wiring.city

    @property
    def kinds(self) -> dict[str, EquipmentKind]:
        """Return the equipment found, by kind."""
        return self.wiring.kinds

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.settings.data

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration."""
        return self.settings.demo

    @property
    def zone(self) -> str:
        """Return the name of the city's time zone."""
        return self.settings.zone

    @property
    def steady_since(self) -> float:
        """Return the monotonic time of our start or of the last clock jump."""
        return self.scheduler.steady_since

    def take_loop_lag_s(self) -> float:
        """Return the worst lag of the loop since the last call."""
        return self._lag.take_worst_s()

    def state(self, trade: str) -> Any:
        """Return the present state of a trade."""
        return self.wiring.states[trade]

    def on_commit(self, listener: Callable[[tuple[Line, ...]], None]) -> None:
        """Call a listener with the lines of each commit."""
        self._listeners.append(listener)

    def off_commit(self, listener: Callable[[tuple[Line, ...]], None]) -> None:
        """Call a listener no more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    async def work(self, job: Callable[[psycopg.Connection[Any]], T], *, owner: bool = False) -> T:
        """Run machine-scale database work in a thread, in one transaction of its own."""
        return await self._workers.run(job, owner=owner)

    def show(self, picture: Picture) -> None:
        """Give the feed its lamps and vehicles."""
        self.hub.show(picture)

    def nudge(self) -> None:
        """Ask the feed for a frame now."""
        self.hub.nudge()

    def view(self, trade: str) -> RoomView:
        """Return one trade's window on this core."""
        # nobody waits at the door because others search
        reader = self.own_reader if trade == ACCESS else self.reader
        return RoomView(self.wiring, trade, self.executor, reader, self.clock)

    def readiness(self) -> Readiness:
        """Tell whether the city can be served."""
        kept = self.executor.available
        step = ("serving" if kept else "database away") if self._ready else self._step
        return Readiness(self._ready and kept, step, self._ready)

    def application(self) -> Any:
        """Return the ASGI application of this core."""
        gate = Gate(lambda: self.wiring.states["access"], SystemClock().now)
        return build_app(
            Parts(
                wiring=self.wiring,
                view=self.view,
                pages={name: pages(self) for name, pages in self._pages.items()},
                hub=self.hub,
                gate=gate,
                readiness=self.readiness,
                catalogue=Catalogue.of(self.wiring.trades),
                secure=self.settings.secure,
            )
        )

    async def start(self) -> None:
        """Load everything, in an order such that nothing is served half-known."""
        await self.bus.subscribe("bf.health.*", self.health.hear)
        if isinstance(self.clock, RehearsalClock):
            clock = self.clock
            await self.bus.subscribe("bf.clock", lambda _subject, payload: clock.hear(payload))
        early = await self._listen()
        connecting = self._spawn("bus", self.bus.connect(), ends=True)
        self._step = "leadership"
        await self.reader.open()
        await self.own_reader.open()
        await self._check_schema()
        self._step = "loading"
        load_fast()
        await self.executor.start()
        # series find their assets here, in a thread while nothing moves, rather than on the loop at the first reading
        await asyncio.to_thread(self.city.live.arrays)
        early.release()
        self._spawn("committer", self.executor.run(), ends=True)
        await self.reactions.load()
        await asyncio.wait({connecting}, timeout=BUS_PATIENCE_S)
        self._spawn("feed", self.hub.run())
        self._spawn("reactions", self.reactions.run())
        self._spawn("scheduler", self.scheduler.run())
        self._spawn("loop lag", self._lag.run())
        for prepare in self._first:
            await prepare(self)
        for name, service in self._services.items():
            self._spawn(f"service {name}", keep_going(name, service, self))
        settle_memory()
        self._ready = True
        log.info("ready", position=self.executor.head.position, trades=len(self.wiring.trades))

    async def _check_schema(self) -> None:
        """Wait for the database and refuse one that a newer program changed (house convention 8)."""
        while True:
            try:
                await self.work(refuse_newer)
            except psycopg.OperationalError as error:
                log.warning("database away", error=str(error).strip())
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _listen(self) -> Early:
        """Hear for the trades what the bus tells them; until they are loaded it is kept for them."""
        early = Early()
        for trade in self.wiring.trades:
            for subject in trade.subjects:
                await self.bus.subscribe(subject, early.hold(functools.partial(self._hear, trade)))
        return early

    def _hear(self, trade: Trade[Any], subject: str, payload: bytes) -> None:
        trade.hear(self.wiring.states[trade.name], subject, payload)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Return when a stop is asked; raises what ended a task that should never end."""
        asked = asyncio.create_task(stopping.wait())
        while not asked.done():
            done, _ = await asyncio.wait({asked, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in self._tasks if task in done]:
                name = self._tasks.pop(task)
                if (error := task.exception()) is not None:
                    asked.cancel()
                    raise RuntimeError(f"{name} failed") from error

    async def stop(self) -> None:
        """Finish what was accepted, refuse the rest, close everything."""
        self._ready = False
        self.executor.stop()
        serving = [task for task, name in self._tasks.items() if name == "committer"]
        if serving:
            await asyncio.wait(serving, timeout=DRAIN_S)
        await _end(set(self._tasks))
        closing = [self.bus.close(), self.reader.close(), self.own_reader.close()]
        try:
            for error in await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), 1.0):
                if error is not None:
                    log.warning("not closed cleanly", error=repr(error))
        except TimeoutError:
            log.warning("not closed in time")
        self._workers.close()
        await self._writer.close()

    def _spawn(self, name: str, work: Awaitable[None], *, ends: bool = False) -> asyncio.Task[None]:
        task = asyncio.create_task(_once(work) if ends else _never_ending(name, work), name=name)
        self._tasks[task] = name
        return task

    async def _publish(self, lines: tuple[Line, ...]) -> None:
        await self.hub.absorb(lines)
        for listener in tuple(self._listeners):
            try:
                listener(lines)
            except Exception:
                # the lines are committed: whoever listens badly must not stop who commits
                log.exception("listener failed", listener=getattr(listener, "__qualname__", repr(listener)))
                LISTENER_FAILED.inc()

    async def _reloaded(self) -> None:
        await self.hub.reset(self.executor.head.position)


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: on Python 3.11 a `wait_for` inside one may swallow a cancellation."""
    deadline = time.monotonic() + DRAIN_S
    while tasks and time.monotonic() < deadline:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=0.1)


async def _never_ending(name: str, work: Awaitable[None]) -> None:
    await work
    raise RuntimeError(f"{name} ended by itself")


async def _once(work: Awaitable[None]) -> None:
    await work


async def serve(settings: Settings) -> int:
    """Run the core until SIGTERM or SIGINT; return the exit status."""
    stopping = stop_asked()
    core = Core(settings, await city_clock(settings))
    server = web_server(core.application(), settings)
    web = asyncio.create_task(server.serve())
    status = 0
    try:
        await _start_or_stop(core, web, stopping)
        if not stopping.is_set():
            await core.watch(stopping)
    except LeadershipLost:
        log.error("another core leads: this one has no right to write")
        status = FAILED
    except MigrationError as refusal:
        log.error("this database is not for this program", reason=say(refusal.code, **refusal.params))
        status = FAILED
    except Exception:
        log.exception("the core gives up")
        status = FAILED
    finally:
        end_within(END_WITHIN_S, status)
        server.should_exit = True
        await core.stop()
        await asyncio.wait({web}, timeout=DRAIN_S)
    return status


async def _start_or_stop(core: Core, web: "asyncio.Task[None]", stopping: asyncio.Event) -> None:
    starting = asyncio.create_task(core.start())
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, asked, web}, return_when=asyncio.FIRST_COMPLETED)
        if web.done():
            raise RuntimeError("the web server could not start") from web.exception()
        if starting.done():
            await starting
    finally:
        asked.cancel()
        if not starting.done():
            starting.cancel()


def main(argv: list[str] | None = None) -> int:
    """Run the core with the settings of the environment; return its exit status."""
    return run("core", __doc__, serve, SWITCH_S, argv)


if __name__ == "__main__":
    leave(main())
