"""The register changes while the intake runs: new assets, adopted devices, disabled sources; no track is left."""

import asyncio
import http.client
import secrets
from hashlib import sha256
from uuid import UUID

import nats
import numpy as np
import psycopg
import pytest

from beffroi.server.broker_auth import bus_options
from beffroi.telemetry.live import DIFF_ROW


async def _nudge(street):
    client = await nats.connect(street.settings.nats_url, **bus_options(street.settings, "core"))
    await client.publish("bf.series", b"")
    await client.flush()
    await client.close()


def change(street, bench, *statements):
    """Change the register as the core's commits do, then tell."""
    with psycopg.connect(bench.dsn_owner(street.settings)) as connection:
        for statement, parameters in statements:
            connection.execute(statement, parameters)
    asyncio.run(_nudge(street))


def new_source(name, token, assets):
    hashed = sha256(token.encode()).digest()
    sql = (
        "INSERT INTO source (name, label, kind, state, secret, assets, rate, burst, created_at, changed_at)"
        " VALUES (%s, '', 'gateway', 'active', %s, %s, 1000, 10000, 0, 0)"
    )
    return sql, [name, hashed, assets]


def new_asset(number, kind, code, points, first):
    asset = (
        "INSERT INTO asset (id, index, kind, code, name, commune, street, number, lon, lat, owner, contract,"
        " installed_on, management, rhythm, state, characteristics, source, source_hash, simulated, revision,"
        " first_series) VALUES (%s, %s, %s, %s, '', '', '', '', 5, 47, '', '', '', 'point', 'permanent',"
        " 'in_service', '{}', '', 0, false, 1, %s)"
    )
    rows = [(asset, [UUID(int=number), number, kind, code, first])]
    for place, point in enumerate(points):
        sql = "INSERT INTO series (index, asset, point) VALUES (%s, %s, %s)"
        rows.append((sql, [first + place, UUID(int=number), point]))
    return rows


def post(street, token, body, path="/v1/readings", port=None):
    connection = http.client.HTTPConnection("127.0.0.1", port or street.settings.intake_port, timeout=10)
    connection.request("POST", path, body, {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_a_new_asset_and_an_adopted_source_are_heard_without_restart(street, bench, wait_until):
    token, at = secrets.token_hex(16), street.now_ms()
    body = b'[{"a":"N001-01","t":%d,"p":{"power_w":7}}]' % at
    assert post(street, token, body)[0] == 401
    asset = new_asset(50_001, "bench_light", "N001-01", ("power_w",), 50_000)
    change(street, bench, new_source("adopted", token, ["N*"]), *asset)
    wait_until(lambda: post(street, token, body)[0] == 200)
    wait_until(lambda: b'"accepted":1' in post(street, token, body)[1])
    assert street.fetch("SELECT value FROM sample WHERE series = 50000") == [(7.0,)]
    assert b"not_its_asset" in post(street, token, street.array([0], at, power_w=1))[1]
    asyncio.run(bench.publish(street.settings.mqtt_port, bench.Source("adopted", token), [body.replace(b"7}", b"8}")]))
    change(street, bench, ("UPDATE source SET state = 'disabled' WHERE name = 'adopted'", []))
    wait_until(lambda: post(street, token, body)[0] == 401)


def test_the_position_of_a_vehicle_is_shown_and_leaves_no_track(street, bench, wait_until):
    token, at = secrets.token_hex(16), street.now_ms()
    points = ("lon_deg", "lat_deg", "speed_kmh", "heading_deg")
    asset = new_asset(60_001, "vehicle", "V012", points, 60_000)
    change(street, bench, new_source("fleet", token, ["V*"]), *asset)
    query = f"/?id=V012&lat=47.32&lon=5.04&timestamp={at}&speed=10&bearing=90&key={token}"

    async def hear():
        client = await nats.connect(street.settings.nats_url, **bus_options(street.settings, "core"))
        heard = await client.subscribe("bf.diff")
        await client.flush()
        await asyncio.to_thread(
            wait_until, lambda: post(street, token, b"", query, street.settings.osmand_port)[0] == 200
        )
        found = {}
        while not {60_000, 60_001} <= found.keys():
            message = await heard.next_msg(timeout=10)
            rows = np.frombuffer(message.data, DIFF_ROW)
            found |= {int(row["series"]): float(row["value"]) for row in rows}
        await client.close()
        return found

    found = asyncio.run(hear())
    assert (found[60_000], found[60_001]) == (5.04, 47.32)
    assert found[60_002] == pytest.approx(18.52)
    assert street.fetch("SELECT count(*) FROM sample WHERE series >= 60000") == [(0,)]
    assert street.fetch("SELECT count(*) FROM latest WHERE series >= 60000") == [(0,)]


def test_a_core_that_starts_is_told_the_whole_picture(street, bench, wait_until):
    at = street.now_ms()
    asyncio.run(
        bench.publish(street.settings.mqtt_port, street.sources[6], [street.array(street.mine(6), at, power_w=3)])
    )
    wait_until(
        lambda: street.fetch("SELECT count(*) FROM sample WHERE time = %s", [at * 1000]) == [(len(street.mine(6)),)]
    )

    wanted = {light * 4 for light in street.mine(6)}

    async def ask():
        client = await nats.connect(street.settings.nats_url, **bus_options(street.settings, "core"))
        heard = await client.subscribe("bf.diff")
        await client.publish("bf.live", b"")
        told = set()
        while not wanted <= told:
            message = await heard.next_msg(timeout=10)
            told |= set(np.frombuffer(message.data, DIFF_ROW)["series"].tolist())
        await client.close()

    # a difference of something else may come first: all of it is waited for, or nothing comes within ten seconds
    asyncio.run(ask())
