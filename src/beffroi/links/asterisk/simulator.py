"""The other end of AMI, for the rehearsal and the tests: an exchange with one queue, callers and agents, over TCP.

It speaks as Asterisk 20 does for these events and actions, and nothing more. Its times are the caller's business: it
rings, answers and hangs up when told.
"""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable

import msgspec

from beffroi.links.asterisk.codec import AmiError, Decoder, encode
from beffroi.links.asterisk.mapping import SAID
from beffroi.links.asterisk.messages import Message, event, response

GREETING = b"Asterisk Call Manager/9.0.0\r\n"
MOST_WAITING_BYTES = 1_000_000
"""A manager that reads no more than this behind is let go."""

PickedUp = Callable[[str, str], Awaitable[None]]


class SimulatedCall(msgspec.Struct):
    """One caller in the queue or on the line; `waiting_since_s` by the exchange's own monotonic clock."""

    unique: str
    channel: str
    number: str
    waiting_since_s: float
    said: str = ""
    extension: str = ""


class _Manager:
    """One connection of a manager."""

    def __init__(self, exchange: "SimulatedExchange", writer: asyncio.StreamWriter) -> None:
        self._exchange = exchange
        self._writer = writer
        self._challenge = ""
        self.signed_in = False

    def send(self, *messages: Message) -> None:
        if self._writer.transport.get_write_buffer_size() > MOST_WAITING_BYTES:
            self._writer.transport.abort()
            return
        self._writer.write(b"".join(map(encode, messages)))

    async def take(self, message: Message) -> None:
        """Answer one action."""
        asked = {"ActionID": message.find("ActionID")} if message.find("ActionID") else {}
        name = message.name.lower() if message.kind == "Action" else ""
        if name == "challenge":
            self._challenge = secrets.token_hex(6)
            self.send(response("Success", **asked, Challenge=self._challenge))
        elif name == "login":
            self._login(message, asked)
        elif not self.signed_in:
            self.send(response("Error", **asked, Message="Permission denied"))
        else:
            await self._obey(name, message, asked)

    def _login(self, message: Message, asked: dict[str, str]) -> None:
        secret = self._exchange.secret
        key = hashlib.md5(f"{self._challenge}{secret}".encode(), usedforsecurity=False).hexdigest()
        by_key = bool(self._challenge) and hmac.compare_digest(message.find("Key"), key)
        known = message.find("Username") == self._exchange.user
        if known and (by_key or hmac.compare_digest(message.find("Secret"), secret)):
            self.signed_in = True
            self.send(response("Success", **asked, Message="Authentication accepted"))
            self.send(event("FullyBooted", Privilege="system,all", Status="Fully Booted"))
        else:
            self.send(response("Error", **asked, Message="Authentication failed"))
            self._writer.close()

    async def _obey(self, name: str, message: Message, asked: dict[str, str]) -> None:
        exchange = self._exchange
        if name == "ping":
            self.send(response("Success", **asked, Ping="Pong", Timestamp="0.000000"))
        elif name == "queuestatus":
            self.send(response("Success", **asked, EventList="start", Message="Queue status will follow"))
            self.send(*exchange.queue_status(asked))
        elif name == "coreshowchannels":
            self.send(response("Success", **asked, EventList="start", Message="Channels will follow"))
            self.send(*exchange.channels(asked))
        elif name == "redirect":
            await self._redirect(message, asked)
        elif name == "logoff":
            self.send(response("Goodbye", **asked, Message="Thanks for all the fish."))
            self._writer.close()
        else:
            self.send(response("Error", **asked, Message="Invalid/unknown command"))

    async def _redirect(self, message: Message, asked: dict[str, str]) -> None:
        if not self._exchange.refusing and await self._exchange.redirect(
            message.find("Channel"), message.find("Exten")
        ):
            self.send(response("Success", **asked, Message="Redirect successful"))
        else:
            self.send(response("Error", **asked, Message="Channel does not exist"))


class SimulatedExchange:
    """An exchange with one queue. `picked_up(unique, extension)` is awaited when a manager takes a call."""

    def __init__(self, user: str, secret: str, monotonic: Callable[[], float], queue: str = "allo-mairie") -> None:
        self.user, self.secret, self.queue = user, secret, queue
        self.calls: dict[str, SimulatedCall] = {}
        self.picked_up: PickedUp | None = None
        self.refusing = False
        """It refuses to bring calls anywhere, as an exchange without that right does."""
        self._monotonic = monotonic
        self._managers: set[_Manager] = set()
        self._server: asyncio.Server | None = None
        self._number = 0

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def managers(self) -> int:
        """Return how many managers are signed in."""
        return sum(manager.signed_in for manager in self._managers)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen for managers."""
        self._server = await asyncio.start_server(self._serve, host, port)

    async def stop(self) -> None:
        """Close every connection and the door."""
        if self._server is not None:
            self._server.close()
        self.drop()
        if self._server is not None:
            await self._server.wait_closed()

    def drop(self) -> None:
        """Cut every connection without a word, as a network does."""
        for manager in self._managers:
            manager._writer.transport.abort()

    def ring(self, number: str, said: str = "", unique: str = "") -> str:
        """Let a caller enter the queue and return the unique name of his channel: the one given, or a new one."""
        self._number += 1
        unique = unique or f"{secrets.randbits(31)}.{self._number}"
        call = SimulatedCall(unique, f"PJSIP/trunk-{self._number:08x}", number, self._monotonic(), said)
        self.calls[unique] = call
        self._tell(event("Newchannel", **self._of(call, "4", "Ring")))
        waiting = [one for one in self.calls.values() if not one.extension]
        place = {"Queue": self.queue, "Position": str(len(waiting)), "Count": str(len(waiting))}
        self._tell(event("QueueCallerJoin", **self._of(call, "6", "Up"), **place))
        if said:
            self._tell(event("UserEvent", UserEvent=SAID, Uniqueid=unique, Text=said))
        return unique

    def answer(self, unique: str, extension: str) -> None:
        """Let an agent answer a caller of the queue."""
        call = self.calls[unique]
        call.extension = extension
        destination = {"DestChannel": f"PJSIP/{extension}-{self._number:08x}", "DestUniqueid": f"{unique}9"}
        held = str(int(self._monotonic() - call.waiting_since_s))
        left = {"Queue": self.queue, "Position": "1", "Count": "0"}
        self._tell(event("QueueCallerLeave", **self._of(call, "6", "Up"), **left))
        agent = {"Interface": f"PJSIP/{extension}", "MemberName": extension, "HoldTime": held, "RingTime": "1"}
        self._tell(event("AgentConnect", **self._of(call, "6", "Up"), **destination, Queue=self.queue, **agent))

    def hang_up(self, unique: str) -> None:
        """Let a caller hang up, served or not."""
        call = self.calls.pop(unique, None)
        if call is None:
            return
        if not call.extension:
            held = str(int(self._monotonic() - call.waiting_since_s))
            left = {"Queue": self.queue, "Position": "1", "OriginalPosition": "1", "HoldTime": held}
            self._tell(event("QueueCallerAbandon", **self._of(call, "6", "Up"), **left))
        cause = {"Cause": "16", "Cause-txt": "Normal Clearing"}
        self._tell(event("Hangup", **self._of(call, "6", "Up"), **cause))

    async def redirect(self, channel: str, extension: str) -> bool:
        """Bring a waiting channel to an extension, which answers at once; tell whether there was one."""
        call = next((one for one in self.calls.values() if one.channel == channel and not one.extension), None)
        if call is None or not extension:
            return False
        self.answer(call.unique, extension)
        if self.picked_up is not None:
            await self.picked_up(call.unique, extension)
        return True

    def queue_status(self, asked: dict[str, str]) -> list[Message]:
        """Return the events that tell who waits."""
        waiting = [one for one in self.calls.values() if not one.extension]
        now = self._monotonic()
        entries = [
            event(
                "QueueEntry", Queue=self.queue, Position=str(place), Channel=one.channel, Uniqueid=one.unique,
                CallerIDNum=one.number, CallerIDName="<unknown>", Wait=str(int(now - one.waiting_since_s)), **asked,
            )
            for place, one in enumerate(waiting, 1)
        ]  # fmt: skip
        params = event("QueueParams", Queue=self.queue, Max="0", Strategy="ringall", Calls=str(len(waiting)), **asked)
        end = event("QueueStatusComplete", EventList="Complete", ListItems=str(len(entries) + 1), **asked)
        return [params, *entries, end]

    def channels(self, asked: dict[str, str]) -> list[Message]:
        """Return the events that tell which channels live."""
        found = []
        for one in self.calls.values():
            bridge = f"bridge-{one.unique}" if one.extension else ""
            shown = {**self._of(one, "6", "Up"), "Application": "Queue", "ApplicationData": self.queue}
            found.append(event("CoreShowChannel", **shown, BridgeId=bridge, **asked))
            if one.extension:
                agent = {**shown, "Channel": f"PJSIP/{one.extension}-0000000a", "Uniqueid": f"{one.unique}9"}
                agent |= {"CallerIDNum": one.extension, "Application": "AppQueue"}
                found.append(event("CoreShowChannel", **agent, BridgeId=bridge, **asked))
        return [*found, event("CoreShowChannelsComplete", EventList="Complete", ListItems=str(len(found)), **asked)]

    def _of(self, call: SimulatedCall, state: str, name: str) -> dict[str, str]:
        return {
            "Privilege": "call,all",
            "Channel": call.channel,
            "ChannelState": state,
            "ChannelStateDesc": name,
            "CallerIDNum": call.number or "anonymous",
            "CallerIDName": "<unknown>",
            "Language": "fr",
            "Context": "from-trunk",
            "Exten": "3900",
            "Priority": "1",
            "Uniqueid": call.unique,
            "Linkedid": call.unique,
        }

    def _tell(self, message: Message) -> None:
        for manager in self._managers:
            if manager.signed_in:
                manager.send(message)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        manager = _Manager(self, writer)
        self._managers.add(manager)
        writer.write(GREETING)
        decoder = Decoder()
        try:
            while data := await reader.read(65_536):
                for message in decoder.feed(data):
                    await manager.take(message)
                await writer.drain()
        except (OSError, AmiError):
            pass  # a manager that goes away, or speaks something else
        finally:
            self._managers.discard(manager)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
