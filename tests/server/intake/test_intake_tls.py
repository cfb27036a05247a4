"""MQTT off loopback: real clients speak TLS, check our authority, and nobody gets in without."""

import shutil
import socket
import ssl
import subprocess
from typing import Any

import paho.mqtt.client as paho
import pytest
from tests.server.intake.conftest import Street

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def secure_street(bench: Any) -> Any:
    outside = {"BEFFROI_MQTT_HOST": "0.0.0.0"}
    with bench.engines({"BEFFROI_SHARED_BUFFERS": "64MB", **outside}) as settings:
        bench.plugin(settings)
        street = Street(settings, bench.fill(settings, 8, 2), outside)
        try:
            street.start()
            yield street
        finally:
            street.kill()


def client_of(street: Street, context: ssl.SSLContext | None) -> paho.Client:
    source = street.sources[0]
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=source.name)
    client.username_pw_set(source.name, source.secret)
    if context is not None:
        client.tls_set_context(context)
    return client


def stored(street: Street, at: int) -> bool:
    return bool(street.fetch("SELECT 1 FROM sample WHERE time = %s", [at * 1000]))


def test_a_client_that_trusts_our_authority_is_heard(secure_street: Street, bench: Any, wait_until: Any) -> None:
    street = secure_street
    assert street.settings.mqtt_url.startswith("mqtts://")
    client = client_of(street, ssl.create_default_context(cafile=street.settings.keys / "authority.pem"))
    client.connect("localhost", street.settings.mqtt_port)
    client.loop_start()
    at = street.now_ms()
    client.publish("bf1/gw0000", street.array([0], at, power_w=7.0), qos=1).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()
    wait_until(lambda: stored(street, at))


def test_a_client_that_knows_another_authority_refuses_us(secure_street: Street) -> None:
    with socket.create_connection(("localhost", secure_street.settings.mqtt_port), 10) as bare:
        context = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError), context.wrap_socket(bare, server_hostname="localhost"):
            pass


def test_a_client_without_tls_never_gets_in(secure_street: Street, wait_until: Any) -> None:
    street = secure_street
    client = client_of(street, None)
    answers: list[str] = []
    ended: list[bool] = []
    client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(str(reason))
    client.on_disconnect = lambda *_: ended.append(True)
    client.connect("localhost", street.settings.mqtt_port)
    client.loop_start()
    wait_until(lambda: ended or answers)
    client.loop_stop()
    assert "Success" not in answers


def test_the_mosquitto_client_of_the_readme_speaks_to_it(secure_street: Street, wait_until: Any) -> None:
    command = shutil.which("mosquitto_pub")
    if command is None:
        pytest.skip("mosquitto_pub is not installed (apt-get install mosquitto-clients)")
    street, source = secure_street, secure_street.sources[1]
    at = street.now_ms()
    place = ["-h", "localhost", "-p", str(street.settings.mqtt_port), "-t", f"bf1/{source.name}", "-q", "1"]
    person = ["--cafile", street.settings.keys / "authority.pem", "-i", source.name, "-u", source.name]
    done = subprocess.run(
        [command, *place, *person, "-P", source.secret, "-m", street.array([1], at, power_w=8.0).decode()],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wait_until(lambda: stored(street, at))
