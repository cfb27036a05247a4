"""Fact 6, end to end: lamps and cabinets that speak MQTT, the intake, the rules, the correlation, the operators' queue.

One story told in order over one city: each test leaves the night quiet for the next.
"""

import contextlib
from typing import Any

import pytest

from beffroi.model.time import SECOND
from tests.fault.room import Refused, Room

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

CIRCUIT, CABINET, GROUP = "A045/D3", "A045", "P031"
POINTS = 80
HEARTBEAT = 900 * SECOND
FASTER = 30
UNDERWAY = 4 * SECOND
"""What a message may take on its way counts FASTER times in a city played so fast."""


def _settled(room: Room) -> bool:
    """Tell whether nothing stands in the queue any more: what returned is acknowledged on the way."""
    for row in room.shown():
        if row["state"] in ("unacknowledged", "returned"):
            with contextlib.suppress(Refused):  # it was over meanwhile
                room.seat("operateur").act("alarms.acknowledge", alarm=row["id"])
    return not room.shown()


def annunciated_at(room: Room, line: dict[str, Any], wait_until: Any) -> int:
    """Return when the room was told; a list may show what is being committed, hence the wait."""
    return int(wait_until(lambda: room.value("SELECT annunciated_at FROM alarm WHERE id = %s", line["id"])))


@pytest.fixture
def quiet(room: Room, wait_until: Any) -> Room:
    if not _settled(room):
        # what returned has some minutes of the city to be counted
        room.rate(60)
        wait_until(lambda: _settled(room), within_s=90, every_s=0.5)
    room.rate(1)
    return room


def test_a_cabinet_signal_is_one_line_within_two_seconds(quiet: Room, wait_until: Any) -> None:
    told = quiet.told()
    quiet.act("trip_circuit", circuit=CIRCUIT)
    line = wait_until(lambda: quiet.line(CIRCUIT, "tripped"), within_s=20, every_s=0.1)
    assert line["label"]["fr"] == "Départ 3 déclenché"
    assert line["points"] == POINTS
    annunciated = annunciated_at(quiet, line, wait_until)
    print(f"signal to line: {(annunciated - line['raised_at']) / SECOND:.2f} s")
    assert annunciated - line["raised_at"] <= 2 * SECOND
    wait_until(lambda: quiet.line(CIRCUIT, "tripped")["count"] >= 40, within_s=30, every_s=0.5)
    wait_until(lambda: len(quiet.told()) > len(told))
    assert quiet.told()[len(told) :] == [(CIRCUIT, "tripped")]
    assert [row["code"] for row in quiet.shown()] == [CIRCUIT]


def test_on_return_the_three_that_stay_dark_are_named_and_become_work(room: Room, wait_until: Any) -> None:
    told, position = room.told(), room.position()
    room.act("rearm_circuit", circuit=CIRCUIT, lost=3)
    room.rate(60)
    line = wait_until(
        lambda: next((row for row in [room.line(CIRCUIT, "tripped")] if row and row["left"]), None), 60, 0.5
    )
    assert line["state"] == "returned" and len(line["left"]) == 3
    (back,) = room.rows(
        "SELECT convert_from(bytes, 'UTF8')::jsonb #>> '{data,back}' FROM journal_line"
        " WHERE type = 'alarms.left_over' AND position > %s",
        position,
    )
    assert int(back[0]) == POINTS - 3

    def work() -> set[str]:
        items = room.seat("operateur").get("/api/work", limit=1000, kind="street_light", fault="no_supply")["items"]
        return {item["code"] for item in items}

    wait_until(lambda: set(line["left"]) <= work(), within_s=30, every_s=0.5)
    assert room.told() == told, "a second sound for the same event"


def test_two_thousand_lights_of_one_group_are_one_line(quiet: Room, wait_until: Any) -> None:
    told = quiet.told()
    with quiet.happening("group_mains", "up", group=GROUP):
        line = wait_until(lambda: quiet.line(GROUP, "no_mains"), within_s=30, every_s=0.2)
        assert line["points"] == 2_000
        wait_until(lambda: (quiet.line(GROUP, "no_mains") or line)["count"] > 1_200, within_s=30, every_s=0.5)
        assert [row["code"] for row in quiet.shown()] == [GROUP]
        wait_until(lambda: len(quiet.told()) > len(told))
        assert quiet.told()[len(told) :] == [(GROUP, "no_mains")], quiet.story(GROUP)


def test_silence_alone_is_one_line_one_heartbeat_and_thirty_seconds_later(quiet: Room, wait_until: Any) -> None:
    told = quiet.told()
    at = quiet.act("trip_circuit", circuit=CIRCUIT, reported=False, gasps=False)
    try:
        quiet.rate(FASTER)
        line = wait_until(lambda: quiet.line(CIRCUIT, "tripped"), within_s=90, every_s=0.3)
        assert line["supposed"]
        annunciated = annunciated_at(quiet, line, wait_until)
        print(f"silence to line: {(annunciated - at) / SECOND:.0f} s of the city")
        assert annunciated - at <= HEARTBEAT + 30 * SECOND + (FASTER - 1) * UNDERWAY
        wait_until(lambda: len(quiet.told()) > len(told))
        assert quiet.told()[len(told) :] == [(CIRCUIT, "tripped")]
    finally:
        quiet.act("rearm_circuit", circuit=CIRCUIT)


def test_a_cabinet_without_mains_says_so(quiet: Room, wait_until: Any) -> None:
    told = quiet.told()
    with quiet.happening("cabinet_mains", "up", cabinet=CABINET):
        line = wait_until(lambda: quiet.line(CABINET, "no_mains"), within_s=20, every_s=0.2)
        assert line["label"]["fr"] == "Armoire sans tension (Enedis ?)"
        wait_until(lambda: len(quiet.told()) > len(told))
        assert quiet.told()[len(told) :] == [(CABINET, "no_mains")]


def test_a_mute_cabinet_says_that_nothing_is_known(quiet: Room, wait_until: Any) -> None:
    told = quiet.told()
    with quiet.happening("links", "up", cabinet=CABINET) as at:
        quiet.rate(FASTER)
        line = wait_until(lambda: quiet.line(CABINET, "mute"), within_s=90, every_s=0.3)
        assert line["label"]["fr"] == "Armoire muette, éclairage non vérifié"
        wait_until(lambda: quiet.city_now() - at > HEARTBEAT + 60 * SECOND, within_s=90, every_s=0.5)
        # the gateways behind the cabinet have rhythms of their own; what they say first folds under its line
        assert {alarm_class for _, alarm_class in quiet.told()[len(told) :]} == {"mute"}, "silence taken for darkness"
        wait_until(lambda: [row["code"] for row in quiet.shown()] == [CABINET], within_s=15, every_s=0.5)
