"""The simulated radio and telephone console: a small page on the loopback, where the post speaks and listens.

It stands for the real consoles that own screens of their own in a room. It knows nothing of the core, and the core
nothing of it: what is heard here is typed there by the operator.
"""

import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import msgspec
import structlog
import uvicorn

from beffroi.model.time import Micros, to_datetime
from beffroi.rehearsal.shift.shift import Shift

LOOPBACK = "127.0.0.1"
NAMES = {"127.0.0.1", "localhost", "[::1]"}
"""Names by which this machine calls itself: a page of elsewhere that got our address is refused."""

MOST_BYTES = 4_096
ADDRESS_FILE = "console.json"
_PAGES = {"/": ("page.html", "text/html"), "/console.js": ("console.js", "text/javascript"),
          "/console.css": ("console.css", "text/css")}  # fmt: skip
_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]

log = structlog.get_logger("rehearsal")
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Stage(msgspec.Struct, frozen=True):
    """What the console needs of the rehearsal at this moment: the voices, the city's time, its pace and its zone."""

    shift: Shift
    now: Micros
    pace: float
    zone: ZoneInfo


class Dial(msgspec.Struct):
    """Call a number; `text` is said once somebody answers."""

    number: str
    text: str = ""


class Speak(msgspec.Struct):
    """Speak on a call that was answered."""

    call: int
    text: str


class HangUp(msgspec.Struct):
    """End a call."""

    call: int


class Radio(msgspec.Struct):
    """Speak to a call sign on the radio."""

    to: str
    text: str


class Console:
    """The console's pages and deeds, as an ASGI application; `stage` gives what is played now."""

    def __init__(self, stage: Callable[[], Stage]) -> None:
        self._stage = stage

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "").rsplit(":", 1)[0] not in NAMES:
            await _send(send, 403, b"{}", "application/json")
            return
        if scope["method"] == "GET":
            await self._get(scope, send)
            return
        body = await _body(receive)
        if headers.get("content-type", "").split(";")[0] != "application/json" or body is None:
            await _send(send, 415, b"{}", "application/json")
            return
        status, answer = self._post(scope["path"], body)
        await _send(send, status, msgspec.json.encode(answer), "application/json")

    async def _get(self, scope: dict[str, Any], send: Send) -> None:
        path = scope["path"]
        if path in _PAGES:
            name, kind = _PAGES[path]
            page = (files("beffroi.rehearsal.shift") / name).read_bytes()
            await _send(send, 200, page, f"{kind}; charset=utf-8")
        elif path == "/api/state":
            after = parse_qs(scope["query_string"].decode("latin-1")).get("after", ["0"])[0]
            state = self.state(int(after) if after.isdigit() else 0)
            await _send(send, 200, msgspec.json.encode(state), "application/json")
        else:
            await _send(send, 404, b"{}", "application/json")

    def state(self, after: int = 0) -> dict[str, Any]:
        """Return the city's time, the calls under way and what was said after a line."""
        stage = self._stage()
        return {
            "now": stage.now,
            "pace": round(stage.pace, 1),
            "clock": _clock(stage.now, stage.zone),
            "calls": [call for call in stage.shift.calls.values() if call.state != "ended"],
            "lines": [
                {**msgspec.to_builtins(line), "clock": _clock(line.at, stage.zone)}
                for line in stage.shift.log
                if line.n > after
            ],
        }

    def _post(self, path: str, body: bytes) -> tuple[int, Any]:
        shift = self._stage().shift
        try:
            if path == "/api/dial":
                asked = msgspec.json.decode(body, type=Dial)
                return 201, shift.dial(asked.number, asked.text)
            if path == "/api/radio":
                told = msgspec.json.decode(body, type=Radio)
                shift.radio(told.to, told.text)
                return 201, {}
            if path == "/api/say":
                spoken = msgspec.json.decode(body, type=Speak)
                return (201, {}) if shift.say(spoken.call, spoken.text) else (409, {"code": "rehearsal.nobody_there"})
            if path == "/api/hang_up":
                shift.hang_up(msgspec.json.decode(body, type=HangUp).call)
                return 201, {}
        except msgspec.DecodeError as error:
            return 422, {"code": "rehearsal.bad_request", "params": {"problem": str(error)}}
        return 404, {}


def _clock(at: Micros, zone: ZoneInfo) -> str:
    return to_datetime(at).astimezone(zone).strftime("%H:%M:%S")


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request, nothing when it is too long."""
    parts, size = [], 0
    while True:
        event = await receive()
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not event.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, status: int, body: bytes, kind: str) -> None:
    headers = [*_HEADERS, (b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the rehearsal."""
        yield


async def serve(stage: Callable[[], Stage], folder: Path, port: int = 0) -> None:
    """Serve the console until cancelled; `<folder>/console.json` holds its address meanwhile."""
    config = uvicorn.Config(
        Console(stage), host=LOOPBACK, port=port, loop="none", http="httptools", ws="none", lifespan="off",
        log_config=None, access_log=False, server_header=False,
    )  # fmt: skip
    socket = config.bind_socket()
    url = f"http://{LOOPBACK}:{socket.getsockname()[1]}"
    address = folder / ADDRESS_FILE
    folder.mkdir(parents=True, exist_ok=True)
    address.write_text(json.dumps({"url": url}), encoding="utf-8")
    log.info("console", url=url)
    try:
        await _Server(config).serve(sockets=[socket])
    finally:
        address.unlink(missing_ok=True)
        socket.close()
