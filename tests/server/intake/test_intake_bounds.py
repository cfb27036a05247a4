"""What strangers may make the intake keep: names, messages, heads of requests; each has an end."""

import asyncio
import contextlib

import msgspec
import nats
import paho.mqtt.client as paho
import psycopg
import pytest

from beffroi.links.osmand.codec import without_key
from beffroi.links.readings import Item
from beffroi.server.broker_auth import bus_options
from beffroi.server.database import dsn_owner
from beffroi.server.intake import counts as bounds
from beffroi.server.intake.counts import Counts, Stranger, forget_counts, write_counts
from beffroi.server.intake.cutting import held_by, lost_right
from beffroi.server.intake.doors import HEAD_LIMIT, LINE_LIMIT, Answer, DoorProtocol
from beffroi.server.intake.episodes import ENDS_AFTER, Episodes
from beffroi.server.intake.gather import cost_of
from beffroi.server.intake.keeping import Keeper
from beffroi.server.intake.registry import SourceFacts

NOW = 1_750_000_000_000_000


class Wire:
    """A transport that keeps what is written to it."""

    def __init__(self):
        self.written = b""
        self.closed = False

    def write(self, data):
        self.written += data

    def can_write_eof(self):
        return False

    def close(self):
        self.closed = True

    def pause_reading(self):
        """Keep reading."""

    resume_reading = pause_reading


def answered(pieces):
    """Return what a door answers to pieces of a stream, and how many requests it took."""
    taken = []

    async def take(request):
        taken.append(request)
        return Answer(200)

    async def main():
        door, wire = DoorProtocol(take), Wire()
        door.connection_made(wire)
        for piece in pieces:
            door.data_received(piece)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        door.connection_lost(None)
        return wire

    return asyncio.run(main()).written, taken


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b"GET /" + b"a" * LINE_LIMIT + b" HTTP/1.1\r\n\r\n"], b"414"),
        ([b"GET /", *[b"a" * 1_000] * 9], b"414"),
        ([b"GET / HTTP/1.1\r\nX: " + b"a" * LINE_LIMIT + b"\r\n\r\n"], b"431"),
        ([b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1_000] * (HEAD_LIMIT // 1_000 + 2)], b"431"),
        ([b"GET / HTTP/1.1\r\n", *[b"X%d: 1\r\n" % number for number in range(70)]], b"431"),
    ],
)
def test_a_head_without_end_is_refused(pieces, status):
    written, taken = answered(pieces)
    assert written.startswith(b"HTTP/1.1 " + status)
    assert not taken


def test_a_head_behind_a_body_in_one_piece_is_not_measured_with_it():
    body = b"x" * (2 * HEAD_LIMIT)
    first = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    pieces = [first[:100], first[100:] + b"GET /a HTTP/1.1\r\n", b"Host: x\r\n\r\n"]
    written, taken = answered(pieces)
    assert [request.path for request in taken] == ["/", "/a"]
    assert written.count(b"200 OK") == 2


def test_an_item_without_value_costs_a_token():
    assert cost_of([Item("a"), Item("b", None, {"x": 1.0, "y": 2.0})]) == 3


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("id=V1&lat=1&key=secret", "id=V1&lat=1&key=…"),
        ("id=V1~secret&lon=x", "id=V1~…&lon=x"),
        ("KEY=secret&deviceid=a~secret", "KEY=…&deviceid=a~…"),
    ],
)
def test_the_sample_of_a_bad_fix_shows_no_key(query, shown):
    assert without_key(query) == shown


def test_names_and_samples_hold_nothing_that_a_table_cannot():
    counts = Counts()
    counts.add("\0" + "n" * 5_000, "bad_credentials", NOW, 1, b"\0\xff", "mqtt")
    counts.hear_stranger("\0" + "c" * 5_000, b"\0" + b"m" * 100_000, NOW)
    kept, strangers = counts.take()
    ((source, _),), (client,) = kept, strangers
    assert len(source) <= bounds.NAME_CHARACTERS
    assert "\0" not in source
    assert "\0" not in client


def test_a_stranger_that_never_stops_is_counted_and_no_more_read():
    counts = Counts()
    for number in range(bounds.SAID_AT_ONCE + 10):
        counts.hear_stranger("box", b"%d" % number, NOW)
    stranger = counts.take()[1]["box"]
    assert stranger.count == bounds.SAID_AT_ONCE + 10
    assert stranger.messages[-1] == str(bounds.SAID_AT_ONCE - 1)


def test_what_could_not_be_written_is_written_next_time():
    counts, episodes = Counts(), Episodes()
    counts.add("a", "future", NOW, 2, b"old")
    counts.hear_stranger("box", b"1", NOW)
    episodes.note({"a": 7, "b": 1}, NOW)
    taken, changed = counts.take(), episodes.take_changed(NOW + ENDS_AFTER + 1)
    episodes.note({"b": 5}, NOW + ENDS_AFTER + 2)
    counts.add("a", "future", NOW + 1, 3)
    counts.hear_stranger("box", b"2", NOW + 1)
    counts.put_back(*taken)
    episodes.put_back(changed)
    kept, strangers = counts.take()
    assert (kept["a", "future"].count, kept["a", "future"].last_at, kept["a", "future"].sample) == (5, NOW + 1, "old")
    assert (strangers["box"].count, strangers["box"].messages) == (2, ["1", "2"])
    again = episodes.take_changed(NOW + ENDS_AFTER + 3)
    assert [one for one in again if one[1] is not None] == [(7, NOW, "a", NOW), (1, NOW, "b", NOW)]
    assert [one for one in again if one[1] is None] == [(5, None, "b", NOW + ENDS_AFTER + 2)]


def test_an_episode_still_running_is_told_again():
    episodes = Episodes()
    episodes.note({"a": 7}, NOW)
    episodes.put_back(episodes.take_changed(NOW))
    assert episodes.take_changed(NOW) == [(7, None, "a", NOW)]


@pytest.fixture
def rows(database):
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield connection


def test_devices_that_wait_for_adoption_have_a_bound(rows, monkeypatch):
    monkeypatch.setattr(bounds, "STRANGERS_KEPT", 3)

    def write(*clients):
        write_counts(rows, {}, {client: Stranger(NOW, NOW, 2, ["m"]) for client in clients}, NOW)

    write("a", "b")
    write("a", "c", "d", "e")
    found = rows.execute("SELECT client, count FROM unknown_source ORDER BY client").fetchall()
    assert found == [("a", 4), ("b", 2), ("c", 2)]
    turned_away = rows.execute("SELECT source, reason, count FROM source_count").fetchall()
    assert turned_away == [("?", bounds.FULL, 4)]


def test_old_counts_of_names_that_are_no_source_leave(rows):
    counts = Counts()
    for name, at in (("gone", NOW - bounds.COUNTS_KEPT - 1), ("recent", NOW), ("?", NOW - bounds.COUNTS_KEPT - 1)):
        counts.add(name, "bad_credentials", at)
    write_counts(rows, *counts.take(), NOW)
    forget_counts(rows, NOW)
    assert {name for (name,) in rows.execute("SELECT source FROM source_count")} == {"recent", "?"}


def connect(street, client_id, user, password):
    """Connect a device; return it with the broker's answers and whether it was cut."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=False)
    client.username_pw_set(user, password)
    answers, cut = [], []
    client.on_connect = lambda client, data, flags, reason, properties: answers.append(str(reason))
    client.on_disconnect = lambda *_: cut.append(True)
    client.connect("127.0.0.1", street.settings.mqtt_port)
    client.loop_start()
    return client, answers, cut


def test_values_that_nothing_measures_are_refused_with_a_reason(street, bench, wait_until):
    """Their sum would overflow a roll-up, and the intake would end at each start."""
    light, at = street.mine(2)[0], street.now_ms()
    before = street.count("absurd", "gw0002")
    messages = [
        street.array([light], at + number, power_w=value) for number, value in enumerate((1.7e308, -1.7e308, 7))
    ]
    asyncio.run(bench.publish(street.settings.mqtt_port, street.sources[2], messages))
    wait_until(lambda: street.count("absurd", "gw0002") == before + 2, 20)
    found = street.fetch("SELECT value FROM sample WHERE series = %s AND time >= %s", [light * 4, at * 1000])
    assert found == [(7.0,)]


@pytest.mark.parametrize("user", ["nobody\x01", "x" * 4_000])
def test_a_refused_name_is_a_sample_and_never_a_key(street, wait_until, user):
    before = street.count("bad_credentials", "?")
    client, answers, _ = connect(street, "box-9", user, "guess")
    wait_until(lambda: answers or not client.is_connected())
    wait_until(lambda: street.count("bad_credentials", "?") == before + 1, 20)
    client.loop_stop()
    (sample,) = street.fetch("SELECT sample FROM source_count WHERE source = '?' AND reason = 'bad_credentials'")
    assert user[:5] in sample[0]
    assert street.fetch("SELECT 1 FROM source_count WHERE source = %s", [user]) == []
    assert street.alive()


def test_a_retained_message_is_no_reading_when_the_broker_replays_it(street, bench, wait_until):
    source, light = street.sources[4], street.mine(4)[0]
    client, answers, _ = connect(street, source.name, source.name, source.secret)
    wait_until(lambda: answers == ["Success"])
    query = "SELECT value FROM sample WHERE series = %s"
    for topic in (f"bf1/{source.name}/{bench.code_of(light)}/voltage_v", f"bf1/{source.name}"):
        payload = (
            b"231.5" if topic.endswith("_v") else b'[{"a":"%s","p":{"level_pct":50}}]' % bench.code_of(light).encode()
        )
        client.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)
    wait_until(lambda: street.fetch(query, [light * 4 + 2]) == [(231.5,)])
    wait_until(lambda: street.fetch(query, [light * 4 + 1]) == [(50.0,)])
    street.kill()
    street.start()
    wait_until(lambda: street.count("retained", source.name) >= 2, 20)
    client.publish(f"bf1/{source.name}/{bench.code_of(light)}/power_w", b"8", qos=1).wait_for_publish(10)
    wait_until(lambda: street.fetch(query, [light * 4]) == [(8.0,)])
    assert street.fetch(query, [light * 4 + 2]) == [(231.5,)]
    assert street.fetch(query, [light * 4 + 1]) == [(50.0,)]
    client.loop_stop()


def facts(name, secret=b"1", active=True):
    return SourceFacts(name, active, secret, (), 1.0, 1.0)


def test_who_lost_the_right_to_a_connection():
    before = [facts("same"), facts("renewed"), facts("disabled"), facts("gone"), facts("was_off", active=False)]
    now = [facts("same"), facts("renewed", b"2"), facts("disabled", active=False), facts("was_off"), facts("new")]
    assert lost_right(before, now) == {"renewed", "disabled", "gone"}
    listing = (
        b'{"server_id":"S","connections":[{"cid":4,"mqtt_client":"gone"},{"cid":5},{"cid":6,"mqtt_client":"same"}]}'
    )
    assert held_by(listing, lost_right(before, now)) == [("S", 4, "gone")]


def test_a_renewed_or_disabled_source_is_cut_and_nobody_else(street, wait_until):
    devices = {}
    for number in (5, 6, 7):
        source = street.sources[number]
        devices[number] = connect(street, source.name, source.name, source.secret)
        wait_until(lambda number=number: devices[number][1] == ["Success"])
    with psycopg.connect(dsn_owner(street.settings), autocommit=True) as connection:
        connection.execute("UPDATE source SET secret = %s WHERE name = %s", [b"\0" * 32, street.sources[5].name])
        connection.execute("UPDATE source SET state = 'disabled' WHERE name = %s", [street.sources[6].name])
    asyncio.run(nudge(street))
    wait_until(lambda: devices[5][2] and devices[6][2], 20)
    assert not devices[7][2]
    assert devices[7][0].is_connected()
    for number in (5, 6):
        again, answers, _ = connect(street, *[street.sources[number].name] * 2, street.sources[number].secret)
        wait_until(lambda answers=answers: answers)
        assert answers[0] != "Success"
        again.loop_stop()


async def nudge(street):
    """Say what the core says after a change of the sources."""
    bus = await nats.connect(f"nats://127.0.0.1:{street.settings.nats_port}", **bus_options(street.settings, "core"))
    await bus.publish("bf.series")
    await bus.flush()
    await bus.close()


def test_a_periodic_job_that_fails_on_a_value_is_tried_again_and_counted():
    keeper = Keeper("", None, Counts(), None, None)
    tries = []

    async def _job():
        tries.append(True)
        raise psycopg.DataError("value out of range: overflow")

    async def main():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(keeper._every(0.01, _job), 1)

    asyncio.run(main())
    assert keeper.failures == {"job": len(tries)}
    assert len(tries) > 2


def test_the_intake_tells_its_queues_and_what_waits(street):
    async def main():
        bus = await nats.connect(
            f"nats://127.0.0.1:{street.settings.nats_port}", **bus_options(street.settings, "core")
        )
        told = await bus.subscribe("bf.health.intake")
        figures = msgspec.json.decode((await told.next_msg(10)).data)
        await bus.close()
        return figures

    figures = asyncio.run(main())
    assert {queue["name"] for queue in figures["queues"]} >= {"mqtt arrays", "posts", "batches", "checkpoint"}
    assert figures["oldest_unacknowledged_s"] >= 0
    assert set(figures["dropped"]) == {"bus", "answers", "retained", "orders_down"}
