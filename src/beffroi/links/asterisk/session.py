"""What a session with the exchange does next: pure transitions, time passed in.

greeting → (challenge →) login → pictures (QueueStatus, CoreShowChannels) → live; a ping now and then tells that the
line lives. Actions that it wants sent are in what each call returns.
"""

import hashlib
from collections.abc import Callable
from enum import Enum, auto

from beffroi.links.asterisk.messages import Message, action

PING_EVERY_S = 15.0
SILENT_FOR_S = 40.0
"""Nothing heard for so long, pings included: the line is dead."""

LOGIN_WITHIN_S = 15.0


class Step(Enum):
    """Where a session stands."""

    CHALLENGED = auto()
    LOGGING_IN = auto()
    PICTURING = auto()
    LIVE = auto()
    REFUSED = auto()


class SessionError(Exception):
    """A session that cannot go on: the exchange refused us, or fell silent."""


class Session:
    """One connection from its greeting on. `heard` receives the events, `pictured` is called after the pictures.

    `refused` receives the channel that the exchange did not bring where it was asked to.
    """

    def __init__(self, user: str, secret: str, queues: tuple[str, ...], heard: Callable[[Message], None],
                 pictured: Callable[[], None], now_s: float,
                 refused: Callable[[str], None] = lambda _channel: None) -> None:  # fmt: skip
        self._user, self._secret, self._queues = user, secret, queues
        self._heard, self._pictured, self._refused = heard, pictured, refused
        self._wishes: dict[str, str] = {}
        self._began_s = self._last_heard_s = self._last_ping_s = now_s
        self._number = 0
        self._pictures: set[str] = set()
        self.step = Step.CHALLENGED

    def start(self) -> list[Message]:
        """Return what opens the session: a challenge, so that the password never crosses the line."""
        return [self._ask("Challenge", AuthType="MD5")]

    def receive(self, message: Message, now_s: float) -> list[Message]:
        """Take one message and return what is to be sent; raises SessionError when the exchange refuses us."""
        self._last_heard_s = now_s
        if message.kind == "Event":
            self._event(message)
            return []
        if message.kind == "Response":
            return self._response(message)
        return []

    def tick(self, now_s: float) -> list[Message]:
        """Return what time asks to be sent; raises SessionError when the line is dead."""
        if now_s - self._last_heard_s > SILENT_FOR_S:
            raise SessionError("silent")
        if self.step in (Step.CHALLENGED, Step.LOGGING_IN) and now_s - self._began_s > LOGIN_WITHIN_S:
            raise SessionError("no answer to the login")
        if self.step is Step.LIVE and now_s - self._last_ping_s >= PING_EVERY_S:
            self._last_ping_s = now_s
            return [self._ask("Ping")]
        return []

    def pick_up(self, channel: str, context: str, extension: str) -> list[Message]:
        """Return the action that brings a channel to an extension."""
        asked = self._ask("Redirect", Channel=channel, Context=context, Exten=extension, Priority="1")
        self._wishes[asked.find("ActionID")] = channel
        return [asked]

    def _ask(self, name: str, /, **headers: str) -> Message:
        self._number += 1
        return action(name, ActionID=f"{name.lower()}-{self._number}", **headers)

    def _response(self, message: Message) -> list[Message]:
        asked = message.find("ActionID")
        success = message.name.lower() in ("success", "follows", "pong")
        if asked.startswith("challenge-") and self.step is Step.CHALLENGED:
            self.step = Step.LOGGING_IN
            return [self._login(message.find("Challenge") if success else "")]
        if asked.startswith("login-") and self.step is Step.LOGGING_IN:
            if not success:
                self.step = Step.REFUSED
                raise SessionError(f"login refused: {message.find('Message')}")
            self.step = Step.PICTURING
            return [self._ask("QueueStatus"), self._ask("CoreShowChannels")]
        channel = self._wishes.pop(asked, "")
        if channel and not success:
            self._refused(channel)
        if asked.startswith(("queuestatus-", "coreshowchannels-")) and not success:
            # a right is missing: we live with what the events tell
            self._picture(asked.partition("-")[0])
        return []

    def _login(self, challenge: str) -> Message:
        if not challenge:
            # an exchange without challenge: its password in clear, as its own settings want it
            return self._ask("Login", Username=self._user, Secret=self._secret, Events="on")
        key = hashlib.md5(f"{challenge}{self._secret}".encode(), usedforsecurity=False).hexdigest()
        return self._ask("Login", AuthType="MD5", Username=self._user, Key=key, Events="on")

    def _event(self, message: Message) -> None:
        queue = message.find("Queue")
        if queue and self._queues and queue not in self._queues:
            return
        self._heard(message)
        if message.name == "QueueStatusComplete":
            self._picture("queuestatus")
        elif message.name == "CoreShowChannelsComplete":
            self._picture("coreshowchannels")

    def _picture(self, name: str) -> None:
        self._pictures.add(name)
        if self.step is Step.PICTURING and len(self._pictures) == 2:
            self.step = Step.LIVE
            self._pictured()
