"""The intake process: what it opens, in which order, and what it tells of itself. `python -m beffroi.server.intake`."""

import asyncio
import contextlib
import gc
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import structlog
from nats.aio.msg import Msg

from beffroi.equipment import registry as find_kinds
from beffroi.links.mqtt.link import MqttLink
from beffroi.links.mqtt.mapping import ARRAY_FILTERS, SINGLE_FILTERS
from beffroi.links.mqtt.session import SessionPlan
from beffroi.links.registry import registry as find_links
from beffroi.server.broker_auth import BrokerKeys, broker_keys, bus_options
from beffroi.server.bus import NatsBus
from beffroi.server.clock import CityClock, RehearsalClock, city_clock
from beffroi.server.database import dsn_app
from beffroi.server.ending import END_WITHIN_S, end_within
from beffroi.server.intake.brokerlog import BrokerLog
from beffroi.server.intake.callout import SUBJECT, Callout
from beffroi.server.intake.counts import NAME_CHARACTERS, UNKNOWN, Counts
from beffroi.server.intake.cutting import Cutter, lost_right
from beffroi.server.intake.doors import open_door
from beffroi.server.intake.downlink import Downlink
from beffroi.server.intake.guests import find_guests
from beffroi.server.intake.health import Reporter
from beffroi.server.intake.keeping import Keeper
from beffroi.server.intake.marks import Marks
from beffroi.server.intake.pipeline import Pipeline
from beffroi.server.intake.posts import Posts
from beffroi.server.intake.registry import Assets, Registry, SourceFacts, Sources, read_signature, read_sources
from beffroi.server.intake.writer import HistoryWriter
from beffroi.server.process import FAILED, run, stop_asked
from beffroi.server.settings import Settings
from beffroi.telemetry.history import Standings, read_marks, read_standings

RETRY_S = 0.3
CLOCK_PATIENCE_S = 5.0
LISTENING_PATIENCE_S = 10.0
RELOAD_EVERY_S = 30.0
"""The register is compared this often even when nobody said that it changed."""

BROKER_LOG_S = 1.0
SWITCH_S = 0.001
BATCHES = "batches"
DRAIN_S = 2.0
T = TypeVar("T")

log = structlog.get_logger("intake")


class Loaded(msgspec.Struct, frozen=True):
    """What the database says of the register."""

    assets: Assets | None
    """None when the register has not changed."""
    sources: list[SourceFacts]


class IntakeBus(NatsBus):
    """The bus of the intake, which also answers the broker's questions."""

    async def answer(self, subject: str, reply: Callable[[bytes], bytes]) -> None:
        """Answer every request on a subject; to be called once connected."""
        assert self._client is not None

        async def receive(message: Msg) -> None:
            if answer := reply(message.data):
                await message.respond(answer)

        await self._client.subscribe(subject, cb=receive)


class Intake:
    """Everything of the process, from its start to its end."""

    def __init__(self, settings: Settings, clock: CityClock) -> None:
        self.settings = settings
        self.clock = clock
        self.counts = Counts()
        self.writer = HistoryWriter(dsn_app(settings))
        self.bus = IntakeBus(settings.nats_url, bus_options(settings, "intake"))
        self.kinds = find_kinds(settings.plugins, settings.without)
        registry = Registry(Assets(self.kinds), Sources((), clock.monotonic()))
        self.pipeline = Pipeline(self.writer, self.bus, clock, self.counts, registry, Marks())
        self.keeper = Keeper(dsn_app(settings), self.pipeline, self.counts, clock, ZoneInfo(settings.zone))
        self.posts = Posts(self.pipeline, self.counts, clock)
        links = find_links(settings.plugins, settings.without)
        self.guests = find_guests(links, settings.data, self.pipeline, clock, self.bus)
        self.keys = broker_keys(settings)
        self.callout = Callout(self.keys, self._refused)
        self.cutter = Cutter(self.bus, f"http://127.0.0.1:{settings.nats_monitor_port}")
        self._reload = asyncio.Event()
        self._clock_heard = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._doors: list[asyncio.Server] = []
        self.links = [
            MqttLink(
                name, settings.mqtt_url, _plan(self.keys, name, filters), self.pipeline.wake, _broker_tls(settings)
            )
            for name, filters in (("arrays", ARRAY_FILTERS), ("singles", SINGLE_FILTERS))
        ]

        # the embedded broker is the bus: nothing to carry
        self.downlink = None if settings.embeds_broker else Downlink(self.bus, self.links[0])

    async def start(self) -> None:
        """Open everything; the doors last, once what they bring can be committed."""
        self.writer.start()
        await self._restore()
        await self.keeper.prepare()
        await self._open_bus()
        self.pipeline.links = self.links
        self._spawn(BATCHES, self.pipeline.run())
        for link in self.links:
            self._spawn(f"mqtt {link.name}", link.run())
        await self._let_devices_in()
        if self.downlink is not None:
            self._spawn("orders down", self.downlink.run())
        for guest in self.guests:
            self._spawn(f"link {guest.name}", guest.run())
        for number, task in enumerate(self.keeper.tasks()):
            self._spawn(f"keeping {number}", task)
        self._spawn("register", self._follow_register())
        self._spawn("health", Reporter(self).run())
        if self.settings.embeds_broker:
            self._spawn("broker log", self._read_broker_log())
            self._spawn("cutting", self.cutter.run())
        tls = _door_tls(self.settings)
        host = self.settings.http_host
        self._doors = [
            await open_door(self.posts.readings, host, self.settings.intake_port, tls),
            await open_door(self.posts.position, host, self.settings.osmand_port, tls),
        ]
        gc.collect()
        gc.freeze()
        log.info("ready", series=self.pipeline.registry.assets.series_count)

    async def _restore(self) -> None:
        loaded = await self.writer.read(lambda connection: self._load(connection, ()))
        assert loaded.assets is not None
        count = loaded.assets.series_count
        at, value, unsaved = await self.writer.read(lambda connection: read_marks(connection, count))
        standings, newer = await self.writer.read(read_standings)
        self.pipeline.marks.restore(at, value, unsaved, newer)
        newest = await self.writer.read(
            lambda connection: connection.execute("SELECT coalesce(max(id), 0) FROM intake_batch").fetchone()
        )
        self.pipeline.number_from(int(newest[0]) if newest else 0)
        self._adopt(loaded, standings)

    async def _open_bus(self) -> None:
        await self.bus.subscribe("bf.series", lambda _subject, _payload: self._reload.set())
        # whichever of the two is back last: the core asks, or we tell
        self.bus.on_return = self.pipeline.tell_all
        await self.bus.subscribe("bf.live", lambda _subject, _payload: self.pipeline.tell_all())
        if isinstance(self.clock, RehearsalClock):
            await self.bus.subscribe("bf.clock", self._hear_clock)
        if self.downlink is not None:
            await self.downlink.open()
        await self.bus.connect()
        await self.pipeline.tell_all()
        if isinstance(self.clock, RehearsalClock):
            # before the rehearsal's first word every reading would seem to come from the future
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._clock_heard.wait(), CLOCK_PATIENCE_S)

    async def _let_devices_in(self) -> None:
        """Answer for devices once both sessions are subscribed: a new broker drops what it acknowledged to nobody."""
        try:
            async with asyncio.timeout(LISTENING_PATIENCE_S):
                for link in self.links:
                    await link.listening.wait()
        except TimeoutError:
            log.warning("broker does not answer yet", links=[link.problem for link in self.links])
        if self.settings.embeds_broker:
            await self.bus.answer(SUBJECT, self.callout.answer)

    def _hear_clock(self, subject: str, payload: bytes) -> None:
        if isinstance(self.clock, RehearsalClock):
            self.clock.hear(payload)
            self._clock_heard.set()

    def _load(self, connection: psycopg.Connection[Any], known: tuple[Any, ...]) -> Loaded:
        with connection.transaction():
            # one picture: an import that commits between two of these queries would give series without assets
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            signature = read_signature(connection)
            assets = None
            if signature != known:
                assets = Assets(self.kinds)
                assets.read(connection, signature)
            return Loaded(assets, read_sources(connection))

    def _adopt(self, loaded: Loaded, standings: Standings) -> None:
        """Put a register in force; to be called when no batch is being folded."""
        former = self.pipeline.registry
        sources = Sources(loaded.sources, self.clock.monotonic())
        sources.follow(former.sources)
        if loaded.assets is not None:
            self.pipeline.marks.follow(loaded.assets, standings)
        self.pipeline.follow(Registry(loaded.assets or former.assets, sources))
        self.callout.secrets = sources.by_secret
        self.callout.sources = frozenset(source.name for source in loaded.sources)
        # at the start nobody knows who held a right before: whoever has none is cut
        before = former.sources.facts or [msgspec.structs.replace(source, active=True) for source in loaded.sources]
        self.cutter.cut(lost_right(before, loaded.sources))

    async def _follow_register(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._reload.wait(), RELOAD_EVERY_S)
            self._reload.clear()
            known = self.pipeline.registry.assets.signature
            try:
                loaded = await asyncio.to_thread(self._load_apart, known)
            except psycopg.OperationalError as error:
                log.warning("register not read", error=str(error).strip())
                await asyncio.sleep(RETRY_S)
                self._reload.set()
                continue
            former = self.pipeline.registry.sources.facts
            if loaded.assets is not None or tuple(loaded.sources) != former:
                self.pipeline.between_batches(lambda loaded=loaded: self._adopt(loaded, {}))  # type: ignore[misc]

    def _load_apart(self, known: tuple[Any, ...]) -> Loaded:
        with psycopg.connect(
            dsn_app(self.settings), connect_timeout=5, application_name="beffroi intake"
        ) as connection:
            return self._load(connection, known)

    async def _read_broker_log(self) -> None:
        reader = BrokerLog(self.settings.logs / "nats.log")
        while True:
            for violation in await asyncio.to_thread(reader.read):
                source, said = self._named(violation.client, violation.topic)
                self.counts.add(source, "forbidden_topic", self.clock.now(), 1, said.encode(), "mqtt")
            await asyncio.sleep(BROKER_LOG_S)

    def _refused(self, user: str, reason: str) -> None:
        source, said = self._named(user, "")
        self.counts.add(source, reason, self.clock.now(), 1, said.encode("utf-8", "replace"), "mqtt")

    def _named(self, name: str, said: str) -> tuple[str, str]:
        """Return under whom something is counted and what is shown of it: anybody may call itself anything."""
        return (name, said) if name in self.callout.sources else (UNKNOWN, f"{name[:NAME_CHARACTERS]} {said}".strip())

    def _spawn(self, name: str, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work
            raise RuntimeError(f"{name} ended by itself")

        self._tasks[asyncio.create_task(run(), name=name)] = name

    async def watch(self, stopping: asyncio.Event) -> None:
        """Return when a stop is asked; raises what ended a task that should never end."""
        asked = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait({asked, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        for task in done - {asked}:
            task.result()

    async def stop(self) -> None:
        """Close the doors, finish what is on its way, leave the rest to the broker."""
        for door in self._doors:
            door.close()
        await _cancel([task for task, name in self._tasks.items() if name == BATCHES])
        # what is committed must still be acknowledged: the links close after
        await _within(DRAIN_S, "readings", self.pipeline.drained())
        await _cancel(list(self._tasks))
        await self.writer.stop()
        self.keeper.close()
        await _within(1.0, "bus", self.bus.close())


async def _within(seconds: float, what: str, closing: Awaitable[None]) -> None:
    """Wait for an end for some time; one that fails or takes longer is told, and stops no other."""
    try:
        await asyncio.wait_for(closing, seconds)
    except Exception as error:
        log.warning("not closed cleanly", what=what, error=repr(error))


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _plan(keys: BrokerKeys, name: str, filters: tuple[str, ...]) -> SessionPlan:
    return SessionPlan(
        client_id=keys.client_ids[name], username="intake", password=keys.passwords["intake"], filters=filters
    )


def _broker_tls(settings: Settings) -> ssl.SSLContext | None:
    """Return how an embedded broker's certificate is checked: it is our own authority's, on our own machine."""
    if settings.mqtt or not settings.mqtt_secure:
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _door_tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


async def serve(settings: Settings) -> int:
    """Run the intake until SIGTERM or SIGINT; return the exit status."""
    stopping = stop_asked()
    intake = Intake(settings, await city_clock(settings))
    starting = asyncio.create_task(intake.start())
    asked = asyncio.create_task(stopping.wait())
    status = 0
    try:
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await intake.watch(stopping)
    except Exception:
        log.exception("the intake gives up")
        status = FAILED
    finally:
        end_within(END_WITHIN_S, status)
        starting.cancel()
        asked.cancel()
        await intake.stop()
    return status


def main(argv: list[str] | None = None) -> int:
    """Run the intake with the settings of the environment; return its exit status."""
    return run("intake", __doc__, serve, SWITCH_S, argv)
