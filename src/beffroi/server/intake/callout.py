"""The broker's question "may this one connect", answered from the register of sources (house convention 9).

It runs in the intake, which knows the sources for its HTTP door already: the core stays free of machine-scale work, and
a broker without intake could only pile messages up. Our own processes do not pass here, so nothing waits on itself.
"""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from beffroi.server.broker_auth import ACCOUNT_NAME, BrokerKeys
from beffroi.server.nkeys import ACCOUNT, TokenError, public_key, read, sign

SUBJECT = "$SYS.REQ.USER.AUTH"
ONBOARDING_USER = "new"
CLIENT = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
"""What may stand in a topic as one level: the client id of a new device becomes one."""


class Permissions(NamedTuple):
    """Subjects that a connection may publish to and hear."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


class Knock(NamedTuple):
    """Who asks to connect: user, password, MQTT client id (empty for another protocol)."""

    user: str
    password: str
    client_id: str


class Callout:
    """Decides on every connection that is not one of our own processes.

    `secrets` maps the SHA-256 of a token to its source's name, `sources` names every source, disabled ones included;
    `refused(user, reason)` hears of each refusal.
    """

    def __init__(self, keys: BrokerKeys, refused: Callable[[str, str], None]) -> None:
        self.secrets: Mapping[bytes, str] = {}
        self.sources: frozenset[str] = frozenset()
        self._seed = bytes.fromhex(keys.issuer_seed)
        self._issuer = public_key(ACCOUNT, self._seed)
        self._onboarding = keys.onboarding
        self._taken = frozenset(keys.client_ids.values())
        self._refused = refused

    def answer(self, question: bytes) -> bytes:
        """Return the answer to one question of the broker; empty when it was no question."""
        try:
            claims = read(question.decode())
            request = claims["nats"]
            knock = _knock(request)
            server, user_key = request["server_id"]["id"], request["user_nkey"]
        except (TokenError, KeyError, UnicodeDecodeError, TypeError):
            return b""
        decision = self.decide(knock)
        if isinstance(decision, str):
            self._refused(knock.user or knock.client_id, decision)
            return self._reply(server, user_key, {"error": decision}).encode()
        return self._reply(server, user_key, {"jwt": self._user(user_key, knock, decision)}).encode()

    def decide(self, knock: Knock) -> Permissions | str:
        """Return what a connection may do, or the reason why it may not be."""
        if not knock.client_id:
            return "not_mqtt"
        if knock.user == ONBOARDING_USER:
            return self._decide_new(knock)
        name = self.secrets.get(hashlib.sha256(knock.password.encode()).digest())
        if name is None or name != knock.user:
            return "bad_credentials"
        if knock.client_id != name:
            return "client_id_differs"
        down = f"bf1d.{name}"
        return Permissions((f"bf1.{name}", f"bf1.{name}.>"), (down, f"{down}.>", "$MQTT.sub.>"))

    def _decide_new(self, knock: Knock) -> Permissions | str:
        if knock.password != self._onboarding:
            return "bad_credentials"
        client = knock.client_id
        if not CLIENT.match(client) or client in self.sources or client in self._taken:
            # a session belongs to whoever presents its id
            return "client_id_taken"
        return Permissions((f"bf1.new.{client}", f"bf1.new.{client}.>"), ())

    def _user(self, user_key: str, knock: Knock, permissions: Permissions) -> str:
        return sign(
            {
                "iss": self._issuer,
                "sub": user_key,
                "aud": ACCOUNT_NAME,
                "name": knock.user,
                "iat": int(time.time()),
                "nats": {
                    "type": "user",
                    "version": 2,
                    "pub": {"allow": list(permissions.publish)},
                    "sub": {"allow": list(permissions.subscribe)} if permissions.subscribe else {"deny": [">"]},
                    "allowed_connection_types": ["MQTT"],
                    "subs": -1,
                    "data": -1,
                    "payload": -1,
                },
            },
            self._seed,
        )

    def _reply(self, server: str, user_key: str, content: dict[str, str]) -> str:
        claims: dict[str, Any] = {"iss": self._issuer, "sub": user_key, "aud": server, "iat": int(time.time())}
        claims["nats"] = {"type": "authorization_response", "version": 2, **content}
        return sign(claims, self._seed)


def _knock(request: dict[str, Any]) -> Knock:
    options, client = request.get("connect_opts", {}), request.get("client_info", {})
    return Knock(
        str(options.get("user") or client.get("user") or ""),
        str(options.get("pass") or ""),
        str(client.get("mqtt_id") or ""),
    )
