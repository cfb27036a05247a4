"""What a device tries with credentials of its own: another's topics, our own subjects, another's orders, wills."""

import asyncio
import json
import socket

import nats
import paho.mqtt.client as paho
import pytest

from beffroi.server.broker_auth import broker_keys, bus_options

INNER = ("bf/diff", "bf/crossing", "bf/ack", "bf/clock", "bf/series", "bf/live", "$MQTT/sess/x", "$JS/API/STREAM/NAMES")
OTHERS = ("bf1d/gw0006", "bf1d/+", "bf1/#", "bf1/gw0006/#", "#", "bf/#", "$SYS/#", "bf1/new/#")


class Device:
    """A device that keeps what it hears."""

    def __init__(self, street, wait_until, client_id, user, secret, will=None):
        self.answers, self.granted, self.heard, self.lost = [], [], [], []
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id)
        self.client.username_pw_set(user, secret)
        if will is not None:
            self.client.will_set(*will, qos=1)
        self.client.on_connect = lambda _c, _d, _f, reason, _p: self.answers.append(str(reason))
        self.client.on_subscribe = lambda _c, _d, _m, codes, _p: self.granted.extend(code.value for code in codes)
        self.client.on_message = lambda _c, _d, message: self.heard.append((message.topic, message.payload))
        self.client.on_disconnect = lambda *_: self.lost.append(True)
        self.client.connect("127.0.0.1", street.settings.mqtt_port)
        self.client.loop_start()
        self.wait = wait_until
        wait_until(lambda: self.answers)

    @property
    def let_in(self):
        return self.answers[0] == "Success"

    def publish(self, topic, payload):
        return self.client.publish(topic, payload, qos=1)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()

    def die(self):
        """Vanish without a word: the broker sends the will."""
        self.client._sock.shutdown(2)
        self.client.loop_stop()


@pytest.fixture
def device(street, wait_until):
    made = []

    def make(client_id, user, secret, will=None):
        made.append(Device(street, wait_until, client_id, user, secret, will))
        return made[-1]

    yield make
    for one in made:
        one.end()


def own(street, number, device, **more):
    source = street.sources[number]
    return device(source.name, source.name, source.secret, **more)


def test_no_source_publishes_on_a_subject_of_our_own(street, device, run_bus):
    heard = run_bus(street, lambda: _try_inner(street, device))
    assert heard == []


def _try_inner(street, device):
    source = own(street, 5, device)
    assert source.let_in
    for topic in INNER:
        source.publish(topic, b"forged")
    # an authorised message after them says that the broker has dealt with them
    source.publish(f"bf1/{street.sources[5].name}", b"[]").wait_for_publish(10)


def test_no_source_hears_the_orders_nor_the_readings_of_another(street, bench, device, wait_until):
    listener = own(street, 5, device)
    for pattern in OTHERS:
        listener.client.subscribe(pattern, qos=1)
    wait_until(lambda: len(listener.granted) == len(OTHERS) or listener.lost)
    victim = own(street, 6, device)
    at = street.now_ms()
    victim.publish("bf1/gw0006", street.array([6], at, power_w=2.0)).wait_for_publish(10)
    asyncio.run(_order(street, "bf1d.gw0006"))
    asyncio.run(_order(street, "bf1d.gw0005"))
    wait_until(lambda: street.fetch("SELECT 1 FROM sample WHERE time = %s", [at * 1000]))
    assert [topic for topic, _ in listener.heard if topic != "bf1d/gw0005"] == []


def test_a_source_hears_its_own_orders(street, device, wait_until):
    listener = own(street, 5, device)
    listener.client.subscribe("bf1d/gw0005", qos=0)
    wait_until(lambda: listener.granted == [0])
    asyncio.run(_order(street, "bf1d.gw0005"))
    wait_until(lambda: listener.heard == [("bf1d/gw0005", b"order")])


def test_a_will_is_no_way_round(street, device, wait_until):
    """A last will in another's name, or on our own subjects, is neither stored nor heard."""
    at = street.now_ms()
    for topic in ("bf1/gw0006", "bf/clock"):
        one = own(street, 5, device, will=(topic, street.array([6], at, power_w=66.0)))
        if one.let_in:
            one.die()
    after = own(street, 6, device)
    after.publish("bf1/gw0006", street.array([6], at + 1, power_w=1.0)).wait_for_publish(10)
    wait_until(lambda: street.fetch("SELECT 1 FROM sample WHERE time = %s", [(at + 1) * 1000]))
    assert street.fetch("SELECT 1 FROM sample WHERE time = %s", [at * 1000]) == []


def test_nobody_takes_the_session_of_another_source(street, device):
    keys = broker_keys(street.settings)
    thief = street.sources[7]
    assert not device("gw0006", thief.name, thief.secret).let_in
    assert not device("gw0006", "new", keys.onboarding).let_in
    assert not device("gw0006", "gw0006", thief.secret).let_in
    assert not device("gw0006", "gw0006", "").let_in
    assert not device("gw0006", "", "").let_in


def test_a_device_s_credentials_do_not_open_the_bus(street):
    thief = street.sources[7]
    passwords = broker_keys(street.settings).passwords
    assert knock(street, user="core", **{"pass": passwords["core"]}) == b"PONG"
    for options in (
        {"user": thief.name, "pass": thief.secret},
        {"user": "core", "pass": "guess"},
        {"user": "new", "pass": broker_keys(street.settings).onboarding},
        {},
    ):
        assert knock(street, **options).startswith(b"-ERR"), options


def knock(street, **options):
    """Return what the bus answers to a client of its own protocol: PONG when it is let in."""
    with socket.create_connection(("127.0.0.1", street.settings.nats_port), 10) as raw, raw.makefile("rb") as answers:
        assert answers.readline().startswith(b"INFO")
        asked = {"verbose": False, "pedantic": False, "lang": "test", "version": "1", "protocol": 1, **options}
        raw.sendall(b"CONNECT " + json.dumps(asked).encode() + b"\r\nPING\r\n")
        return next(line.strip() for line in iter(answers.readline, b"") if not line.startswith(b"INFO"))


async def _order(street, subject):
    bus = await nats.connect(f"nats://127.0.0.1:{street.settings.nats_port}", **bus_options(street.settings, "core"))
    await bus.publish(subject, b"order")
    await bus.flush()
    await bus.close()


@pytest.fixture
def run_bus():
    def run(street, attempt):
        """Return the forged messages that our own subjects carried during an attempt."""

        async def main():
            bus = await nats.connect(
                f"nats://127.0.0.1:{street.settings.nats_port}", **bus_options(street.settings, "core")
            )
            heard = []

            async def keep(message):
                if message.data == b"forged":
                    heard.append(message.subject)

            await bus.subscribe(">", cb=keep)
            await bus.flush()
            await asyncio.to_thread(attempt)
            await bus.publish("bf.test", b"forged")
            await bus.flush()
            await asyncio.sleep(0.2)
            await bus.close()
            assert "bf.test" in heard, "what was to be heard was heard"
            return [subject for subject in heard if subject != "bf.test"]

        return asyncio.run(main())

    return run
