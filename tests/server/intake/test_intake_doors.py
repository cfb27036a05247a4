"""What comes by the broker and by HTTP, on a running intake: stored once, counted, refused with a reason."""

import asyncio
import http.client
import json

import msgspec
import nats
import numpy as np
import paho.mqtt.client as paho

from beffroi.server.broker_auth import bus_options
from beffroi.telemetry.live import DIFF_ROW


def post(street, body, secret, path="/v1/readings", port=None):
    connection = http.client.HTTPConnection("127.0.0.1", port or street.settings.intake_port, timeout=20)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content else None, dict(answer.getheaders())


def stored(street, light, at_ms):
    return street.fetch(
        "SELECT series, value FROM sample WHERE series BETWEEN %s AND %s AND time = %s ORDER BY series",
        [light * 4, light * 4 + 3, at_ms * 1000],
    )


def publish(street, bench, gateway, payloads, path=""):
    asyncio.run(bench.publish(street.settings.mqtt_port, street.sources[gateway], payloads, path=path))


def connect(street, client_id, user, password):
    """Connect another program's client; return it and the broker's answer."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id)
    client.username_pw_set(user, password)
    answers = []
    client.on_connect = lambda client, data, flags, reason, properties: answers.append(str(reason))
    client.connect("127.0.0.1", street.settings.mqtt_port)
    client.loop_start()
    return client, answers


def end(client):
    client.disconnect()
    client.loop_stop()


def test_the_three_shapes_of_a_message_are_stored(street, bench, wait_until):
    at = street.now_ms()
    code = bench.code_of(0)
    publish(street, bench, 0, [street.array([0], at, power_w=81.5, level_pct=100)])
    publish(street, bench, 0, [msgspec.json.encode({"t": at + 1, "p": {"voltage_v": 231}})], code)
    publish(street, bench, 0, [msgspec.json.encode({"t": at + 2, "v": 41.5})], f"{code}/temperature_c")
    publish(street, bench, 0, [b"42.5"], f"{code}/temperature_c")
    wait_until(lambda: len(street.fetch("SELECT 1 FROM sample WHERE series < 4 AND time >= %s", [at * 1000])) == 5)
    assert stored(street, 0, at) == [(0, 81.5), (1, 100.0)]
    assert stored(street, 0, at + 1) == [(2, 231.0)]
    assert stored(street, 0, at + 2) == [(3, 41.5)]
    wait_until(lambda: street.count("undated", "gw0000") == 1)


def test_an_independent_client_is_heard(street, bench, wait_until):
    at = street.now_ms()
    source = street.sources[1]
    client, answers = connect(street, source.name, source.name, source.secret)
    wait_until(lambda: answers == ["Success"])
    client.publish(f"bf1/{source.name}", street.array([1], at, power_w=12), qos=1).wait_for_publish(10)
    wait_until(lambda: stored(street, 1, at) == [(4, 12.0)])
    end(client)


def test_a_post_is_committed_when_it_is_answered(street, bench):
    at = street.now_ms()
    lines = [{"a": bench.code_of(light), "t": at, "p": {"power_w": light}} for light in street.mine(2)]
    status, answer, _ = post(street, json.dumps(lines), street.sources[2].secret)
    assert (status, answer) == (200, {"accepted": len(lines), "refused": []})
    assert stored(street, 2, at) == [(8, 2.0)]
    again = post(street, "\n".join(map(json.dumps, lines)), street.sources[2].secret)
    assert again[0] == 200
    assert street.fetch("SELECT count(*) FROM sample WHERE time = %s", [at * 1000]) == [(len(lines),)]


def test_each_bad_line_of_a_post_is_told_apart(street, bench):
    at, good = street.now_ms(), bench.code_of(3)
    lines = [
        json.dumps({"a": good, "t": at, "p": {"power_w": 1}}),
        "{not json",
        json.dumps({"a": "nowhere", "t": at, "p": {"power_w": 1}}),
        json.dumps({"a": good, "t": at, "p": {"colour": 1}}),
        json.dumps({"a": good, "t": at + 600_000, "p": {"power_w": 1}}),
        json.dumps({"a": bench.code_of(4), "t": at, "p": {"power_w": 1}}),
        json.dumps({"a": good, "t": 1, "p": {"power_w": 1}}),
    ]
    status, answer, _ = post(street, "\n".join(lines), street.sources[3].secret)
    assert status == 200
    assert answer["accepted"] == 1
    told = {line["line"]: line["reason"] for line in answer["refused"]}
    reasons = ["malformed", "unknown_asset", "unknown_point", "future", "not_its_asset", "too_old"]
    assert told == dict(zip(range(2, 8), reasons, strict=True))
    assert stored(street, 3, at) == [(12, 1.0)]


def test_a_value_is_received_or_refused_never_both(street, bench, wait_until):
    mine, secret = bench.code_of(5), street.sources[5].secret
    before = [street.count(reason, "gw0005") for reason in ("received", "future")]
    ahead = [{"a": mine, "t": street.now_ms() + 600_000 + number, "p": {"power_w": 1}} for number in range(3)]
    post(street, json.dumps([*ahead, {"a": mine, "t": street.now_ms(), "p": {"power_w": 1}}]), secret)
    wait_until(lambda: street.count("future", "gw0005") == before[1] + 3, 20)
    assert street.count("received", "gw0005") == before[0] + 1


def test_a_post_without_the_right_token_path_or_body_is_refused(street):
    secret = street.sources[0].secret
    assert post(street, "[]", "nonsense")[0] == 401
    assert post(street, "[]", "")[0] == 401
    assert post(street, "[]", secret, "/elsewhere")[0] == 404
    assert post(street, "[1, 2", secret)[0] == 400
    assert post(street, "[]", secret)[:2] == (200, {"accepted": 0, "refused": []})
    assert post(street, b"x" * (9 << 20), secret)[0] == 413


def test_garbage_on_the_http_door_harms_nobody(street):
    import socket

    for data in (b"\x00\xff\x00" * 50, b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/readings HTTP/1.1\r\nHost: x\r\n" * 200):
        with socket.create_connection(("127.0.0.1", street.settings.intake_port), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    assert post(street, "[]", street.sources[0].secret)[0] == 200


def test_a_malformed_message_costs_only_itself(street, bench, wait_until):
    at = street.now_ms()
    good = street.array(street.mine(4)[:2], at, power_w=5)
    before = street.count("malformed", "gw0004")
    publish(street, bench, 4, [good, b"\xff\xfe", b"[{]", b'[{"a": 5, "p": []}]', b"", b"[" * 5000])
    later = street.array(street.mine(4)[2:4], at, power_w=6)
    publish(street, bench, 4, [later])
    for light in street.mine(4)[:4]:
        wait_until(lambda light=light: len(stored(street, light, at)) == 1)
    wait_until(lambda: street.count("malformed", "gw0004") == before + 5)
    (sample,) = street.fetch("SELECT sample FROM source_count WHERE source = 'gw0004' AND reason = 'malformed'")
    assert "bf1/gw0004" in sample[0]


def test_a_source_cannot_speak_for_the_assets_of_another(street, bench, wait_until):
    at = street.now_ms()
    before = street.count("not_its_asset", "gw0005")
    publish(street, bench, 5, [street.array([6], at, power_w=1)])
    wait_until(lambda: street.count("not_its_asset", "gw0005") == before + 1)
    assert stored(street, 6, at) == []


def test_a_forged_topic_is_dropped_and_counted(street, bench, wait_until):
    at = street.now_ms()
    source, other = street.sources[5], street.sources[6]
    client, answers = connect(street, source.name, source.name, source.secret)
    wait_until(lambda: answers == ["Success"])
    client.publish(f"bf1/{other.name}", street.array([6], at, power_w=1), qos=1).wait_for_publish(10)
    client.publish("bf1d/gw0006", b"[]", qos=1).wait_for_publish(10)
    wait_until(lambda: street.count("forbidden_topic", source.name) == 2)
    assert stored(street, 6, at) == []
    end(client)


def test_nobody_takes_the_session_of_the_intake(street, bench, wait_until):
    from beffroi.server.broker_auth import broker_keys

    keys = broker_keys(street.settings)
    thief = street.sources[7]
    for taken in (*keys.client_ids.values(), street.sources[0].name):
        client, answers = connect(street, taken, thief.name, thief.secret)
        wait_until(lambda answers=answers: answers and answers[0] != "Success")
        end(client)
    client, answers = connect(street, keys.client_ids["arrays"], "new", keys.onboarding)
    wait_until(lambda: answers and answers[0] != "Success")
    end(client)
    client, answers = connect(street, keys.client_ids["arrays"], "intake", "guess")
    wait_until(lambda: answers and answers[0] != "Success")
    end(client)
    at = street.now_ms()
    publish(street, bench, 0, [street.array([0], at, power_w=3)])
    wait_until(lambda: stored(street, 0, at) == [(0, 3.0)])


def test_a_new_device_is_listed_with_its_messages_and_nothing_more(street, wait_until):
    from beffroi.server.broker_auth import broker_keys

    keys = broker_keys(street.settings)
    client, answers = connect(street, "box-7", "new", keys.onboarding)
    wait_until(lambda: answers == ["Success"])
    client.publish("bf1/new/box-7", b'{"p": {"power_w": 3}}', qos=1).wait_for_publish(10)
    client.publish("bf1/gw0000", street.array([0], street.now_ms(), power_w=9), qos=1).wait_for_publish(10)
    rows = wait_until(lambda: street.fetch("SELECT count, messages FROM unknown_source WHERE client = 'box-7'"))
    assert rows == [(1, ['{"p": {"power_w": 3}}'])]
    end(client)


def test_a_late_reading_is_judged_at_its_own_time(street, bench, wait_until):
    """An episode of the past becomes two late crossings; what is already there is dropped."""
    at, light = street.now_ms() - 60_000, street.mine(2)[5]
    series = light * 4 + 3
    for moment, value in ((0, 20.0), (20_000, 20.0), (10_000, 150.0), (10_000, 150.0)):
        publish(street, bench, 2, [street.array([light], at + moment, temperature_c=value)])
        wait_until(lambda moment=moment: stored(street, light, at + moment) != [])
    rows = street.fetch(
        "SELECT edge, at, late FROM crossing WHERE asset = (SELECT asset FROM series WHERE index = %s) ORDER BY id",
        [series],
    )
    assert rows == [("raise", (at + 10_000) * 1000, True), ("clear", (at + 20_000) * 1000, True)]


def test_a_late_reading_proves_that_its_asset_speaks(street, bench, wait_until):
    """The core is told, though the picture does not change: a clock that runs behind is no silence."""
    at, light = street.now_ms(), street.mine(2)[6]
    publish(street, bench, 2, [street.array([light], at, power_w=5.0)])
    wait_until(lambda: stored(street, light, at) != [])

    async def main():
        bus = await nats.connect(
            f"nats://127.0.0.1:{street.settings.nats_port}", **bus_options(street.settings, "core")
        )
        told = await bus.subscribe("bf.diff")
        await bus.flush()
        await asyncio.to_thread(publish, street, bench, 2, [street.array([light], at - 40 * 60_000, power_w=4.0)])
        wanted = (light * 4, (at - 40 * 60_000) * 1000)
        async with asyncio.timeout(20):
            while True:
                rows = np.frombuffer((await told.next_msg(20)).data, DIFF_ROW)
                if wanted in set(zip(rows["series"].tolist(), rows["at"].tolist(), strict=True)):
                    break
        await bus.close()

    asyncio.run(main())


def test_72_hours_of_silence_replay_in_order_and_once(street, bench, wait_until):
    """A gateway back after a cut sends what it kept, live values in between, twice: each is there once."""
    light, now = street.mine(3)[7], street.now_ms()
    past = list(range(now - 72 * 3_600_000, now, 900_000))
    payloads = [
        street.array([light], at, temperature_c=150.0 if number % 8 == 4 else 20.0) for number, at in enumerate(past)
    ]
    payloads.insert(40, street.array([light], now, temperature_c=20.0))
    publish(street, bench, 3, payloads)
    publish(street, bench, 3, payloads)
    series = light * 4 + 3
    wait_until(
        lambda: street.fetch("SELECT count(*) FROM sample WHERE series = %s", [series]) == [(len(payloads),)], 20
    )
    edges = street.fetch(
        "SELECT edge, at FROM crossing WHERE asset = (SELECT asset FROM series WHERE index = %s) ORDER BY at", [series]
    )
    raised = [at for edge, at in edges if edge == "raise"]
    assert raised == [at * 1000 for number, at in enumerate(past) if number % 8 == 4]
    assert [edge for edge, _ in edges] == ["raise", "clear"] * len(raised)


def test_a_tracker_of_another_make_is_heard(street, bench):
    at = street.now_ms()
    port = street.settings.osmand_port
    secret = street.sources[0].secret
    query = f"/?id=nowhere&lat=47.32&lon=5.04&timestamp={at}&speed=10&bearing=90&key={secret}"
    status, answer, _ = post(street, "", "", query, port)
    assert (status, answer["params"]["reason"]) == (400, "unknown_asset")
    assert post(street, "", "", "/?id=x&lat=47.32", port)[0] == 400
    assert post(street, "", "", "/?id=x&lat=47.32&lon=5&key=bad", port)[0] == 401
