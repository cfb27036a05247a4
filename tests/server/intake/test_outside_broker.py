"""Brokers that are not ours, Mosquitto and NATS: readings come in, orders go down once, nothing leaves late."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import paho.mqtt.client as paho
import pytest

from beffroi.server.cli.door import Door
from beffroi.server.engines.nats import find_binary

LIGHTS, GATEWAYS = 8, 2
HALF = 50

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Outside:
    """A bus and a street's broker, with the engines, a core and an intake around them."""

    def __init__(self, kind: str, folder: Path, stack: ExitStack) -> None:
        self.kind = kind
        self.folder = folder
        self.port, self.bus_port = free_port(), free_port()
        self._stack = stack
        self.codes: list[str] = []
        self.broker: subprocess.Popen[bytes] | None = None

    def run(self, *command: str, **more: Any) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / f"{Path(command[0]).name}.log").open("ab"))
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **more)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def start_bus(self) -> None:
        mqtt = f"mqtt {{ host: 127.0.0.1, port: {self.port} }}" if self.kind == "nats" else ""
        (self.folder / "nats.conf").write_text(
            f'host: 127.0.0.1\nport: {self.bus_port}\nserver_name: outside\n{mqtt}\njetstream {{ store_dir: "'
            f'{self.folder / "js"}", limits {{ default_max_consumers: -1 }} }}\n'
        )
        self.run(str(find_binary()), "--config", str(self.folder / "nats.conf"))

    def start_broker(self) -> None:
        if self.kind == "nats":
            return
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self.folder}/\nmax_inflight_messages 0\nuser root\n"
        )
        self.broker = self.run(shutil.which("mosquitto", path=PATH) or "", "-c", str(self.folder / "mosquitto.conf"))


PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class Gateway:
    """A gateway that keeps the commands it hears, and answers as lights do."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.commands: list[dict[str, Any]] = []
        self.flags: set[tuple[int, bool]] = set()
        self.ready = False
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name)
        self.client.on_connect = lambda *_: self.client.subscribe(f"bf1d/{name}", 0)
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        self.client.on_disconnect = lambda *_: setattr(self, "ready", False)
        self.client.on_message = self._obey
        self.client.reconnect_delay_set(0.2, 0.5)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _obey(self, _client: Any, _data: Any, message: Any) -> None:
        self.flags.add((message.qos, message.retain))
        commands = json.loads(message.payload)
        self.commands += commands
        now = int(time.time() * 1000)
        items = [{"a": one["a"], "t": now, "o": one["o"], "r": "accepted"} for one in commands]
        items += [{"a": one["a"], "t": now, "p": {"level_pct": one.get("v", 0)}} for one in commands]
        self.client.publish(f"bf1/{self.name}", json.dumps(items), qos=1)


Street = tuple[Outside, Door, list[Gateway]]


@pytest.fixture(params=["mosquitto", "nats"])
def outside(request: pytest.FixtureRequest, bench: Any, tmp_path: Path) -> Iterator[Street]:
    if request.param == "mosquitto" and shutil.which("mosquitto", path=PATH) is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    tmp_path.chmod(0o755)
    with ExitStack() as stack:
        settings = stack.enter_context(bench.engines({"BEFFROI_SHARED_BUFFERS": "64MB"}))
        city = Outside(request.param, tmp_path, stack)
        city.start_bus()
        city.start_broker()
        for port in (city.port, city.bus_port):
            bench.wait_until(lambda port=port: bench.listening(port), 20)
        sources = bench.fill(settings, LIGHTS, GATEWAYS, kind="street_light")
        city.codes = [bench.code_of(number) for number in range(LIGHTS)]
        addresses = {
            "BEFFROI_NATS": f"nats://127.0.0.1:{city.bus_port}",
            "BEFFROI_MQTT": f"mqtt://127.0.0.1:{city.port}",
        }
        environment = {**bench.environment_of(settings), **addresses}
        python = bench.sys.executable
        city.run(python, "-m", "beffroi.server.core", env=environment)
        bench.wait_until((settings.keys / "local-console.key").exists, 60)
        city.run(python, "-m", "beffroi.server.intake", env=environment)
        bench.wait_until(lambda: bench.listening(settings.intake_port), 60)
        gateways = [Gateway(source.name, city.port) for source in sources]
        stack.callback(lambda: [gateway.client.loop_stop() for gateway in gateways])
        bench.wait_until(lambda: all(gateway.ready for gateway in gateways), 20)
        yield city, ordering(settings, bench), gateways


def ordering(settings: Any, bench: Any) -> Door:
    grants = [{"role": "duty_manager", "grant": {"communes": ["*"], "trades": ["*"], "kinds": ["*"]}}]

    def made() -> Any:
        try:
            return Door(settings).post("/api/access/keys", {"name": "test", "grants": grants, "ends_at": None})
        except Exception:
            return None

    return Door(settings, bench.wait_until(made, 60)["secret"])


def order(door: Door) -> str:
    until = int((time.time() + 3600) * 1e6)
    fields = {"selection": {"everything": True}, "command": "level_pct", "value": 100.0, "until": until}
    return str(door.post("/api/actions/orders.request", fields)["events"][0]["order"])


def dimmed(city: Outside, door: Door, gateways: list[Gateway]) -> bool:
    """Have every light tell half its level; tell whether it was heard: the link is back, and no old level confirms."""
    now = int(time.time() * 1000)
    for number, gateway in enumerate(gateways):
        items = [{"a": code, "t": now, "p": {"level_pct": HALF}} for code in city.codes[number::GATEWAYS]]
        gateway.client.publish(f"bf1/{gateway.name}", json.dumps(items), qos=1)
    points = [door.get(f"/api/telemetry/{UUID(int=number + 1)}/latest") for number in range(LIGHTS)]
    return all(any(one["value"] == HALF for one in latest) for latest in points)


def test_an_order_goes_down_once_and_its_answers_come_back(outside: Street, wait_until: Callable[..., Any]) -> None:
    city, door, gateways = outside
    first = order(door)
    row = wait_until(lambda: (row := door.get(f"/api/orders/{first}"))["state"] == "ended" and row, 40, 0.2)
    assert row["counts"] == {"confirmed": LIGHTS}
    heard = [command["a"] for gateway in gateways for command in gateway.commands]
    assert len(heard) == len(set(heard)) == LIGHTS, "each light is told once"
    assert {flag for gateway in gateways for flag in gateway.flags} == {(0, False)}
    if city.broker is None:
        return
    city.broker.kill()
    city.broker.wait()
    wait_until(lambda: not any(gateway.ready for gateway in gateways), 20)
    late = order(door)
    wait_until(lambda: door.get(f"/api/orders/{late}")["sent_at"], 20, 0.2)
    city.start_broker()
    wait_until(lambda: all(gateway.ready for gateway in gateways), 30)
    wait_until(lambda: dimmed(city, door, gateways), 60, 0.5)
    again = order(door)
    row = wait_until(lambda: (row := door.get(f"/api/orders/{again}"))["state"] == "ended" and row, 60, 0.2)
    assert row["counts"] == {"confirmed": LIGHTS}
    assert {command["o"] for gateway in gateways for command in gateway.commands} == {first, again}, "a late order left"
