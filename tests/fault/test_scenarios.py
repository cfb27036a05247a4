"""The scenarios that nobody watches every day, played over real sockets: each gives the room what its file promises.

One city for all, each in a state of its own: they run from the least to the most disturbing. Times are the city's.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from beffroi.model.time import HOUR, MINUTE, SECOND
from tests.fault.room import Refused, Room

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

FAST = 30
FASTEST = 150


@pytest.fixture
def played(room: Room) -> Iterator[Callable[..., int]]:
    """Play a scenario at the city's present hour; the city is back at 1x afterwards."""

    def play(name: str, *, rate: float = 1, stay: bool = True) -> int:
        return int(room.rehearse(do="scenario", name=name, stay=stay, rate=rate)["now"])

    yield play
    room.rate(1)


def counted(room: Room, reason: str) -> set[str]:
    """List the sources of which something was counted."""
    return {name for (name,) in room.rows("SELECT source FROM source_count WHERE reason = %s", reason)}


def gateways_of(room: Room, cabinet: str) -> set[str]:
    """List the sources that speak for a cabinet and what it feeds."""
    return {
        name
        for (name,) in room.rows(
            "SELECT DISTINCT characteristics ->> 'gateway' FROM asset WHERE code LIKE %s", f"{cabinet}%"
        )
        if name
    }


def annunciated_since(room: Room, at: int) -> list[tuple[str, str]]:
    return [
        (code, name)
        for code, name in room.rows(
            "SELECT code, told.alarm_class FROM alarm_annunciation told JOIN asset ON asset.id = told.asset"
            " WHERE told.at > %s ORDER BY told.at",
            at,
        )
    ]


def test_at_150_times_the_city_keeps_the_pace_it_says_without_a_false_alarm(
    room: Room, played: Any, wait_until: Any
) -> None:
    """The clock runs as fast as this machine can play, and says so: what it says is what is held to."""
    at = played("quiet_night", rate=FASTEST)
    # a world introduces itself at 1x first, then its pace grows by a tenth a beat
    wait_until(lambda: room.city_now() > at + 2 * MINUTE, 180, 1)
    began, position, from_ = time.monotonic(), room.position(), room.city_now()
    told = []
    while time.monotonic() < began + 30:
        told.append(float(room.rehearse(do="status")["pace"]))
        time.sleep(1)
    status = room.rehearse(do="status")
    pace = (int(status["now"]) - from_) / SECOND / (time.monotonic() - began)
    said = sum(told) / len(told)
    print(
        f"150x asked, {said:.0f}x said, {pace:.0f}x held, slip {status['slip_s']} s, {room.position() - position} lines"
    )
    assert pace >= 0.75 * said, "the city says a pace that it does not keep"
    assert pace >= 1
    assert annunciated_since(room, at) == []


def test_lying_clocks_are_set_aside_or_judged_at_their_own_time(room: Room, played: Any, wait_until: Any) -> None:
    ahead, behind = gateways_of(room, "A070"), gateways_of(room, "A071")
    assert ahead and behind
    at = played("lying_clock", rate=FAST)
    wait_until(lambda: counted(room, "future") & ahead, within_s=90, every_s=1)
    wait_until(lambda: room.city_now() > at + 20 * MINUTE, within_s=90, every_s=1)
    assert counted(room, "future") <= ahead, "only who lies ahead is set aside"
    assert not [code for code, _ in annunciated_since(room, at) if code.startswith("A071")]


def test_a_mad_device_alone_is_over_quota(room: Room, played: Any, wait_until: Any) -> None:
    mad = gateways_of(room, "A060")
    at = played("mad_device")

    def episodes() -> list[str]:
        return [
            source
            for (source,) in room.rows(
                "SELECT convert_from(bytes, 'UTF8')::jsonb #>> '{data,name}' FROM journal_line"
                " WHERE type = 'telemetry.quota_episode' AND recorded_at > %s",
                at,
            )
        ]

    wait_until(episodes, within_s=180, every_s=1)
    wait_until(lambda: room.city_now() > at + 90 * SECOND, within_s=180, every_s=1)
    assert set(episodes()) <= mad
    assert len(episodes()) <= 3, "one line an episode, not one a message"


def test_three_days_come_back_in_order_once_and_without_a_sound(room: Room, played: Any, wait_until: Any) -> None:
    commune = "21355"

    def old(at: int) -> int:
        return int(
            room.value(
                "SELECT count(*) FROM sample JOIN series ON series.index = sample.series JOIN asset ON"
                " asset.id = series.asset WHERE commune = %s AND time < %s AND time > %s",
                commune, at - HOUR, at - 72 * HOUR,
            )
        )  # fmt: skip

    at = played("network_cut_72h")
    before = old(at)
    wait_until(lambda: room.city_now() > at + 100 * SECOND, within_s=150, every_s=1)
    wait_until(lambda: old(at) > before + 10_000, within_s=240, every_s=2)
    after = room.rows(
        "SELECT code, alarm_class FROM alarm_annunciation told JOIN asset ON asset.id = told.asset"
        " WHERE told.at > %s AND asset.commune = %s AND told.alarm_class <> 'silent' AND told.alarm_class <> 'mute'",
        at + 90 * SECOND, commune,
    )  # fmt: skip
    assert after == [], "what was over long ago made a sound"


def test_a_storm_is_a_flood_with_one_line_a_cause(room: Room, played: Any, wait_until: Any) -> None:
    at = played("alarm_storm")
    wait_until(
        lambda: room.value(
            "SELECT count(*) FROM journal_line WHERE type = 'alarms.flood_started' AND recorded_at > %s", at
        ),
        within_s=180,
        every_s=1,
    )
    wait_until(lambda: len([row for row in room.shown() if row["alarm_class"] == "tripped"]) >= 35, 120, 1)
    lines = [(row["code"], row["alarm_class"]) for row in room.shown()]
    assert len(lines) == len(set(lines))
    room.rate(10)
    wait_until(lambda: (door := room.line("A050", "door_open")) and door["toggles"] > 5, within_s=150, every_s=1)
    told = [pair for pair in annunciated_since(room, at) if pair == ("A050", "door_open")]
    assert len(told) <= 6, "a beating door calls again and again"


def test_lights_that_burn_by_day_are_one_line_and_twelve_items(room: Room, played: Any, wait_until: Any) -> None:
    played("day_burners", rate=FAST, stay=False)
    line = wait_until(lambda: room.line("A045/D1", "stuck_on"), within_s=180, every_s=1)
    assert line["label"]["fr"]

    def items() -> set[str]:
        try:
            found = room.seat("operateur").get("/api/work", limit=1000, kind="street_light", fault="day_burner")
        except Refused:
            return set()
        return {item["code"] for item in found["items"]}

    def single() -> set[str]:
        # lamps of the welded circuit are items of their own until they fold under it
        return {code for code in items() if not code.startswith("A045/D1") and code not in fed}

    fed = {code for (code,) in room.rows("SELECT code FROM asset WHERE parent = %s", room.asset("A045/D1"))}
    wait_until(lambda: len(single()) >= 12, within_s=180, every_s=1)
    assert len(single()) == 12
