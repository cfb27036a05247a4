"""The only socket with the exchange: connects, signs in, tells the core, carries its wishes; for ever."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated, Any

import msgspec
import structlog

from beffroi.links.asterisk.codec import AmiError, Decoder, encode
from beffroi.links.asterisk.mapping import Calls
from beffroi.links.asterisk.messages import Message
from beffroi.links.asterisk.session import Session, SessionError, Step
from beffroi.links.registry import Door
from beffroi.model.calls import AGAIN, ASKED, TOLD, Asked, Told

PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
LOOK_FOR_SETTINGS_S = 2.0
TELL_ALL_EVERY_S = 5.0
TICK_S = 0.5
READ_BYTES = 65_536

log = structlog.get_logger("links.asterisk")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[asterisk]` of `links.toml`: `secret_file` holds the password, readable by us only.

    `queues` names those of the room, all when empty; `context` is where an agent's extension is dialled.
    """

    host: str
    username: str
    secret_file: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 5038
    queues: tuple[str, ...] = ()
    context: str = "default"
    simulated: bool = False


class Exchange:
    """One exchange that we follow through as many connections as it takes."""

    def __init__(self, door: Door, settings: Settings) -> None:
        self._door = door
        self._settings = settings
        self._calls = Calls()
        self._session: Session | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Follow the exchange until cancelled or until the settings changed."""
        await self._door.listen(ASKED, self._asked)
        await self._door.listen(AGAIN, self._again)
        pause = PAUSE_S
        telling = asyncio.create_task(self._tell_all_often())
        try:
            while self._same_settings():
                try:
                    await self._connected()
                    pause = PAUSE_S
                except (OSError, AmiError, SessionError, asyncio.IncompleteReadError) as error:
                    log.warning("exchange away", host=self._settings.host, error=str(error) or type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
        finally:
            telling.cancel()

    def _same_settings(self) -> bool:
        return read_settings(self._door) == self._settings

    async def _connected(self) -> None:
        """Hold one connection to its end."""
        loop = asyncio.get_running_loop()
        given = self._settings
        secret = await asyncio.to_thread(_secret, given.secret_file)
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(given.host, given.port)
        try:
            self._calls.begin_picture()
            self._session = Session(
                given.username, secret, given.queues, self._heard, self._pictured, loop.time(), self._refused
            )
            self._writer = writer
            await self._send(self._session.start())
            await self._talk(self._session, reader, loop)
        finally:
            self._session, self._writer = None, None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, session: Session, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        decoder = Decoder()
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    data = await reader.read(READ_BYTES)
            except TimeoutError:
                await self._send(session.tick(loop.time()))
                continue
            if not data:
                raise SessionError("closed by the exchange")
            for message in decoder.feed(data):
                await self._send(session.receive(message, loop.time()))
            await self._send(session.tick(loop.time()))
            if session.step is Step.LIVE:
                await self._tell()

    def _heard(self, message: Message) -> None:
        self._calls.hear(message, self._door.now())

    def _pictured(self) -> None:
        self._calls.end_picture(self._door.now())

    def _refused(self, channel: str) -> None:
        """The exchange said no to a wish: the core is told at once, the call is anybody's again."""
        log.warning("pick-up refused by the exchange", host=self._settings.host)
        self._calls.refused(self._calls.call_on(channel), self._door.now())

    async def _send(self, messages: list[Message]) -> None:
        if self._writer is not None and messages:
            self._writer.write(b"".join(map(encode, messages)))
            await self._writer.drain()

    async def _tell(self) -> None:
        changed = self._calls.take_changed()
        if changed:
            told = Told(exchange=self._settings.host, calls=changed, simulated=self._settings.simulated)
            await self._door.tell(TOLD, msgspec.json.encode(told))

    async def _tell_all_often(self) -> None:
        while True:
            await asyncio.sleep(TELL_ALL_EVERY_S)
            await self._tell_all()

    async def _tell_all(self) -> None:
        """Tell everything, so that whatever the core missed heals; nothing while we do not know ourselves."""
        if self._session is None or self._session.step is not Step.LIVE:
            return
        calls = self._calls.everything(self._door.now())
        told = Told(exchange=self._settings.host, calls=calls, complete=True, simulated=self._settings.simulated)
        await self._door.tell(TOLD, msgspec.json.encode(told))

    async def _again(self, subject: str, payload: bytes) -> None:
        await self._tell_all()

    async def _asked(self, subject: str, payload: bytes) -> None:
        """Carry a wish of the core; one that comes too late is dropped: the call has gone elsewhere."""
        try:
            wish = msgspec.json.decode(payload, type=Asked)
        except msgspec.DecodeError:
            log.warning("wish not understood")
            return
        channel = self._calls.channel_of(wish.call)
        if channel and self._session is not None:
            self._calls.wished(wish.call)
            await self._send(self._session.pick_up(channel, self._settings.context, wish.extension))


def read_settings(door: Door) -> Settings | None:
    """Return the settings of the exchange, nothing where a city has none; raises ValueError when they are wrong."""
    table: dict[str, Any] = dict(door.settings)
    return msgspec.convert(table, Settings) if table else None


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()[0].strip()
    except IndexError as error:
        raise SessionError(f"empty secret file: {path}") from error


async def run(door: Door) -> None:
    """Follow the exchange of the settings; without one, wait for it to be set."""
    while True:
        settings = read_settings(door)
        if settings is None:
            await asyncio.sleep(LOOK_FOR_SETTINGS_S)
            continue
        await Exchange(door, settings).run()
