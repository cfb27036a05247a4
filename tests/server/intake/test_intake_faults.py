"""kill -9 under load: what was acknowledged to its sender is in the history exactly once, and the edges are exact."""

import asyncio
import http.client
import json
import threading
import time
from contextlib import closing
from itertools import pairwise

import pytest

pytestmark = pytest.mark.timeout(400)
ROUNDS, PERIOD_S = 30, 0.1
HOT_C, COOL_C = 150.0, 20.0


class Sender:
    """Publishes rounds over all lights at a steady pace, reconnecting and repeating what was not acknowledged."""

    def __init__(self, street, bench, rounds=ROUNDS):
        self.street, self.bench, self.rounds = street, bench, rounds
        self.start_ms = street.now_ms() - 10_000
        self.sent = 0

    def hot(self, light, number):
        return (light + number) % 20 == 0

    def payload(self, gateway, number):
        items = [
            {
                "a": self.bench.code_of(light),
                "t": self.start_ms + number,
                "p": {"power_w": number, "temperature_c": HOT_C if self.hot(light, number) else COOL_C},
            }
            for light in self.street.mine(gateway)
        ]
        return json.dumps(items).encode()

    async def gateway(self, gateway):
        client = self.bench.GatewayClient(
            self.street.sources[gateway].name, self.street.sources[gateway].secret, clean=False
        )
        todo = [self.payload(gateway, number) for number in range(self.rounds)]
        number = 0
        while number < len(todo) or client.unacknowledged:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.street.settings.mqtt_port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            try:
                writer.write(client.connect())
                while not client.accepted:
                    answer, _ = client.receive(await self.read(reader))
                    writer.write(answer)
                while number < len(todo) or client.unacknowledged:
                    if number < len(todo):
                        writer.write(client.publish(todo[number]))
                        number += 1
                        self.sent += 1
                        await asyncio.sleep(PERIOD_S)
                    client.receive(await self.read(reader))
            except (OSError, TimeoutError):
                await asyncio.sleep(0.2)
            finally:
                writer.close()

    async def read(self, reader):
        data = await asyncio.wait_for(reader.read(1 << 16), 5)
        if not data:
            raise ConnectionResetError
        return data

    async def run(self):
        await asyncio.gather(*(self.gateway(gateway) for gateway in range(len(self.street.sources))))


def expected_edges(sender, lights):
    raised = cleared = 0
    for light in range(lights):
        states = [sender.hot(light, number) for number in range(sender.rounds)]
        raised += sum(now and not before for before, now in zip([False, *states], states, strict=False))
        cleared += sum(before and not now for before, now in pairwise(states))
    return raised, cleared


def check_exact(street, sender, wait_until, lights=400):
    values = lights * sender.rounds * 2
    wait_until(lambda: street.fetch("SELECT count(*) FROM sample") == [(values,)], 30)
    distinct = street.fetch("SELECT count(*) FROM (SELECT DISTINCT series, time FROM sample) one")
    assert distinct == [(values,)]
    edges = dict(street.fetch("SELECT edge, count(*) FROM crossing GROUP BY edge"))
    assert (edges["raise"], edges["clear"]) == expected_edges(sender, lights)


def run_with(sender, breaker):
    """Send everything while another thread breaks things."""
    thread = threading.Thread(target=breaker)
    thread.start()
    asyncio.run(asyncio.wait_for(sender.run(), 60))
    thread.join()


def when_sent(sender, part, wait_until):
    total = sender.rounds * len(sender.street.sources)
    wait_until(lambda: sender.sent >= total * part, 60)


@pytest.mark.slow
def test_kill_9_of_the_intake(own_street, bench, wait_until):
    with own_street() as street:
        sender = Sender(street, bench)

        def breaker():
            for part in (0.3, 0.6):
                when_sent(sender, part, wait_until)
                street.kill()
                street.start()

        run_with(sender, breaker)
        check_exact(street, sender, wait_until)


@pytest.mark.slow
def test_kill_9_of_the_broker(own_street, bench, wait_until, kill_engine):
    with own_street() as street:
        sender = Sender(street, bench)

        def breaker():
            for part in (0.3, 0.6):
                when_sent(sender, part, wait_until)
                kill_engine(street.settings, "nats")

        run_with(sender, breaker)
        check_exact(street, sender, wait_until)


@pytest.mark.slow
def test_kill_9_of_the_database(own_street, bench, wait_until, kill_engine):
    with own_street() as street:
        sender = Sender(street, bench)

        def breaker():
            for part in (0.3, 0.6):
                when_sent(sender, part, wait_until)
                kill_engine(street.settings, "postgres")

        run_with(sender, breaker)
        check_exact(street, sender, wait_until)
        assert street.alive()


@pytest.mark.slow
def test_everything_killed_together(own_street, bench, wait_until, kill_engine):
    with own_street() as street:
        sender = Sender(street, bench)

        def breaker():
            when_sent(sender, 0.4, wait_until)
            kill_engine(street.settings, "postgres")
            kill_engine(street.settings, "nats")
            street.kill()
            street.start()

        run_with(sender, breaker)
        check_exact(street, sender, wait_until)


@pytest.mark.slow
def test_posts_answered_200_survive_a_kill(own_street, bench, wait_until):
    with own_street() as street:
        answered = []
        source = street.sources[0]
        stop = threading.Event()

        def poster():
            number = 0
            while not stop.is_set():
                number += 1
                at = street.now_ms()
                body = street.array(street.mine(0)[:20], at, power_w=number)
                try:
                    door = http.client.HTTPConnection("127.0.0.1", street.settings.intake_port, timeout=5)
                    with closing(door) as connection:
                        connection.request("POST", "/v1/readings", body, {"Authorization": f"Bearer {source.secret}"})
                        if connection.getresponse().status == 200:
                            answered.append(at)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)

        thread = threading.Thread(target=poster)
        thread.start()
        for _ in range(2):
            enough = len(answered) + 20
            wait_until(lambda enough=enough: len(answered) > enough, 30)
            street.kill()
            street.start()
        stop.set()
        thread.join()
        times = [at * 1000 for at in dict.fromkeys(answered)]
        rows = street.fetch("SELECT time, count(*) FROM sample WHERE time = ANY(%s) GROUP BY time", [times])
        assert dict(rows) == dict.fromkeys(times, 20)


@pytest.mark.slow
def test_a_mad_source_is_over_quota_alone(own_street, bench, wait_until):
    with own_street(rate=200.0, burst=3000.0) as street:
        at = street.now_ms() - 1000
        mad, sane = street.sources[0], street.sources[1]
        light = street.mine(0)[0]
        flood = [b'{"t":%d,"v":%d}' % (at - number, number) for number in range(12_000, 0, -1)]
        waits = []

        async def steady():
            for number in range(20):
                began = time.perf_counter()
                payload = street.array(street.mine(1)[:10], at + number, power_w=number)
                await bench.publish(street.settings.mqtt_port, sane, [payload])
                waits.append(time.perf_counter() - began)
                await asyncio.sleep(0.05)

        async def both():
            path = f"{bench.code_of(light)}/power_w"
            await asyncio.gather(bench.publish(street.settings.mqtt_port, mad, flood, 512, path), steady())

        asyncio.run(both())
        series = [light * 4 for light in street.mine(1)[:10]]
        wait_until(lambda: street.fetch("SELECT count(*) FROM sample WHERE series = ANY(%s)", [series]) == [(200,)], 20)
        kept = "SELECT count(*) FROM sample WHERE series = %s"
        refused = "SELECT coalesce(sum(refused), 0)::bigint FROM quota_episode"
        every = f"SELECT ({kept}) + ({refused})"
        wait_until(lambda: street.fetch(every, [light * 4]) == [(12_000,)], 40)
        assert street.fetch("SELECT DISTINCT source FROM quota_episode") == [(mad.name,)]
        assert 3000 <= street.fetch(kept, [light * 4])[0][0] < 12_000
        post = http.client.HTTPConnection("127.0.0.1", street.settings.intake_port, timeout=5)
        body = b"\n".join(flood_line(bench.code_of(light), number) for number in range(4000))
        post.request("POST", "/v1/readings", body, {"Authorization": f"Bearer {mad.secret}"})
        answer = post.getresponse()
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0
        post.close()


def flood_line(code, number):
    return json.dumps({"a": code, "t": 1_000 + number, "p": {"power_w": 1}}).encode()
