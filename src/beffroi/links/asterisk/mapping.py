"""From events of the exchange to the calls of the room. A call is named by the unique name of its first channel."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from beffroi.links.asterisk.messages import Message
from beffroi.model.calls import CallNews
from beffroi.model.time import HOUR, SECOND, Micros

KEPT_ENDED = HOUR
"""How long an ended call is still told in the complete picture: a core that was away learns of it."""

MOST = 2_000
ANONYMOUS = frozenset(("", "anonymous", "unavailable", "unknown", "<unknown>", "restricted", "private"))
SAID = "BeffroiSaid"
"""UserEvent of the rehearsal's exchange: what the simulated caller says."""


class Line(msgspec.Struct):
    """One call as we follow it."""

    call: str
    channel: str
    state: str
    rang_at: Micros
    since: Micros
    queue: str = ""
    number: str = ""
    extension: str = ""
    said: str = ""
    answered_at: Micros | None = None
    refused_at: Micros | None = None
    found: bool = False

    @property
    def news(self) -> CallNews:
        """Return what the core is told of it."""
        fields = {name: getattr(self, name) for name in CallNews.__struct_fields__}
        return msgspec.convert(fields, CallNews)


class Calls:
    """The calls of one exchange; `hear` takes its events. Only callers who enter a queue are calls of the room."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self._changed: dict[str, None] = {}
        self._picture: set[str] | None = None
        self._channels: list[Message] = []

    def begin_picture(self) -> None:
        """Start over: what the pictures do not show any more is over."""
        self._picture = set()
        self._channels = []

    def end_picture(self, now: Micros) -> None:
        """Learn who speaks with whom, then end what was not in the pictures."""
        for caller, partner in conversations_of(self._channels):
            self._found(caller, partner, now)
        self._channels = []
        seen = self._picture or set()
        for line in self.lines.values():
            if line.state != "ended" and line.call not in seen:
                self._set(line, "ended", now)
        self._picture = None

    def take_changed(self) -> list[CallNews]:
        """Return the calls that changed since the last time."""
        found = [self.lines[call].news for call in self._changed if call in self.lines]
        self._changed.clear()
        return found

    def everything(self, now: Micros) -> list[CallNews]:
        """Return every call, those that ended a moment ago included; older ones are forgotten."""
        for line in [one for one in self.lines.values() if one.state == "ended" and one.since < now - KEPT_ENDED]:
            del self.lines[line.call]
        return [line.news for line in self.lines.values()]

    def channel_of(self, call: str) -> str:
        """Return the channel of a call that waits; empty when it does not."""
        line = self.lines.get(call)
        return line.channel if line is not None and line.state == "waiting" else ""

    def call_on(self, channel: str) -> str:
        """Return the call of a channel; empty when it is none of ours."""
        return next((line.call for line in self.lines.values() if line.channel == channel), "")

    def wished(self, call: str) -> None:
        """Note that a call was asked for again: what was refused before is over."""
        if call in self.lines:
            self.lines[call].refused_at = None

    def refused(self, call: str, now: Micros) -> None:
        """Note that the exchange did not bring a call where it was asked to."""
        line = self.lines.get(call)
        if line is not None and line.state == "waiting":
            line.refused_at = now
            self._changed[call] = None

    def hear(self, message: Message, now: Micros) -> None:
        """Take one event; those that say nothing of a caller change nothing."""
        take = _EVENTS.get(message.name)
        if take is not None:
            take(self, message, now)

    # -- events

    def _joined(self, message: Message, now: Micros) -> None:
        call = message.find("Uniqueid")
        line = self.lines.get(call)
        if not call or (line is not None and line.state == "talking"):
            return
        if line is None:
            self._make_room()
            line = self.lines[call] = Line(call, message.find("Channel"), "", now, now)
        line.channel = message.find("Channel") or line.channel
        line.queue = message.find("Queue")
        line.number = _number(message.find("CallerIDNum")) or line.number
        self._set(line, "waiting", now)

    def _entry(self, message: Message, now: Micros) -> None:
        """A caller found waiting when we came: the exchange says since how many seconds."""
        waited = message.find("Wait")
        before = int(waited) * SECOND if waited.isdigit() else 0
        known = message.find("Uniqueid") in self.lines
        self._joined(message, now - before if not known else now)
        self._seen(message.find("Uniqueid"))

    def _channel(self, message: Message, now: Micros) -> None:
        """A channel found alive when we came: a call that we know is not over, one in conversation is learnt."""
        if self._picture is not None:
            self._channels.append(message)
        line = self.lines.get(message.find("Uniqueid"))
        if line is not None and line.state != "ended":
            self._seen(line.call)

    def _found(self, caller: Message, partner: Message, now: Micros) -> None:
        """A caller found in conversation: answered while we were away, or before we came."""
        call = caller.find("Uniqueid")
        line = self.lines.get(call)
        if line is None:
            self._make_room()
            line = self.lines[call] = Line(call, caller.find("Channel"), "", now, now, found=True)
            line.number = _number(caller.find("CallerIDNum"))
        if line.state != "talking":
            self._answered(line, partner.find("Channel"), now)
        self._seen(call)

    def _seen(self, call: str) -> None:
        if self._picture is not None:
            self._picture.add(call)

    def _connected(self, message: Message, now: Micros) -> None:
        line = self._line_of(message)
        if line is not None and line.state == "waiting":
            self._answered(line, message.find("Interface") or message.find("DestChannel"), now)

    def _dialled(self, message: Message, now: Micros) -> None:
        """The end of a dialling: an answer is a conversation, whether or not a queue was in between."""
        line = self._line_of(message)
        if line is not None and line.state == "waiting" and message.find("DialStatus").upper() == "ANSWER":
            self._answered(line, message.find("DestChannel"), now)

    def _hung_up(self, message: Message, now: Micros) -> None:
        line = self.lines.get(message.find("Uniqueid"))
        if line is not None and line.state != "ended":
            self._set(line, "ended", now)

    def _user_event(self, message: Message, now: Micros) -> None:
        line = self.lines.get(message.find("Uniqueid"))
        if line is not None and message.find("UserEvent") == SAID:
            line.said = message.find("Text")[:600]
            self._changed[line.call] = None

    # -- helpers

    def _answered(self, line: Line, interface: str, now: Micros) -> None:
        line.extension = extension_of(interface) or line.extension
        line.answered_at = now
        self._set(line, "talking", now)

    def _line_of(self, message: Message) -> Line | None:
        return self.lines.get(message.find("Uniqueid")) or self.lines.get(message.find("Linkedid"))

    def _set(self, line: Line, state: str, now: Micros) -> None:
        if line.state != state:
            line.state, line.since = state, now
            self._changed[line.call] = None

    def _make_room(self) -> None:
        while len(self.lines) >= MOST:
            over = next((one.call for one in self.lines.values() if one.state == "ended"), next(iter(self.lines)))
            del self.lines[over]


def conversations_of(channels: Sequence[Message]) -> list[tuple[Message, Message]]:
    """List the callers found in a bridge, each with a channel that speaks there; a call's own channel names it."""
    bridges: dict[str, list[Message]] = {}
    for channel in channels:
        if bridge := channel.find("BridgeId"):
            bridges.setdefault(bridge, []).append(channel)
    found = []
    for together in bridges.values():
        for one in together:
            others = [other for other in together if other.find("Uniqueid") != one.find("Uniqueid")]
            if others and one.find("Uniqueid") and one.find("Uniqueid") == one.find("Linkedid"):
                found.append((one, others[0]))
    return found


def _number(text: str) -> str:
    return "" if text.strip().lower() in ANONYMOUS else text.strip()[:40]


def extension_of(interface: str) -> str:
    """Return the extension of an interface or channel: « PJSIP/201-0000001a », « Local/201@from-queue/n » → 201.

    Only what the exchange adds to a channel is cut: an agent may be called `jean-marc`.
    """
    technology, _, rest = interface.partition("/")
    name = rest.partition("@")[0].partition("/")[0]
    return (_LINE if technology == "DAHDI" else _ADDED).sub("", name)


_ADDED = re.compile(r"-[0-9a-f]{8}(;[12])?$")
_LINE = re.compile(r"-\d+$")
"""What a channel's name bears after its endpoint: eight hexadecimal digits, or the number of a call on a DAHDI line."""

_EVENTS: dict[str, Callable[[Calls, Message, Micros], Any]] = {
    "QueueCallerJoin": Calls._joined,
    "Join": Calls._joined,
    "QueueEntry": Calls._entry,
    "CoreShowChannel": Calls._channel,
    "AgentConnect": Calls._connected,
    "DialEnd": Calls._dialled,
    "Hangup": Calls._hung_up,
    "UserEvent": Calls._user_event,
}
"""`Join` is the name of QueueCallerJoin before Asterisk 12. Leaving a queue alone says nothing: to an agent or away."""
