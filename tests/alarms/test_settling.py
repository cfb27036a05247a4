"""What a cause leaves once it is over: who is awaited and how long, who came back, who is named."""

from beffroi.alarms import actions as ac
from beffroi.alarms import events as ev
from beffroi.alarms.rows import alarm_row
from beffroi.model.actor import SYSTEM
from beffroi.model.time import HOUR, MINUTE, SECOND

from .town import Desk, Town


def test_seventy_seven_come_back_and_the_line_names_the_three_left() -> None:
    desk = Desk(Town())
    town, lamps = desk.town, desk.town.lamps("A001/D3")
    for lamp in lamps:
        town.live.hear(lamp.id, desk.now)
    desk.cross([town.get("A001/D3")], "tripped")
    desk.cross(lamps[:78], "no_supply")
    desk.advance(300)
    cause = desk.find("A001/D3", "tripped")
    desk.do(ac.Acknowledge(alarm=cause.id))
    desk.cross([town.get("A001/D3")], "tripped", "clear")
    for lamp in lamps[:77]:
        town.live.hear(lamp.id, desk.now + 2 * SECOND)
    desk.cross(lamps[:77], "no_supply", "clear")
    desk.advance(61)
    (over,) = desk.of(ev.LeftOver)
    assert over.back == 77
    assert [item.code for item in over.left] == ["A001/D3-078", "A001/D3-079", "A001/D3-080"]
    assert {item.outcome for item in over.left} == {"work"}
    row = alarm_row(desk.state, cause, town.city)
    assert row.left == ["A001/D3-078", "A001/D3-079", "A001/D3-080"] and row.state == "returned"
    assert row.left_count == 3
    desk.do(ac.Acknowledge(alarm=cause.id))
    assert not desk.shown()


def test_all_back_ends_the_line_by_itself() -> None:
    desk = Desk(Town(lamps=10))
    desk.cross([desk.town.get("A001/D1")], "tripped")
    desk.advance(2)
    desk.do(ac.Acknowledge(alarm=desk.find("A001/D1", "tripped").id))
    desk.cross([desk.town.get("A001/D1")], "tripped", "clear")
    desk.advance(61)
    assert not desk.shown() and desk.of(ev.LeftOver)[0].left == ()


def test_a_lamp_out_before_the_trip_is_none_of_those_left() -> None:
    desk = Desk(Town(lamps=10))
    circuit, lamps = desk.town.get("A001/D1"), desk.town.lamps("A001/D1")
    desk.cross(lamps[:2], "dark_by_night")
    desk.advance(120)
    assert len(desk.of(ev.Annunciated)) == 2
    desk.cross([circuit], "tripped")
    desk.cross(lamps[2:], "no_supply")
    desk.advance(5)
    desk.cross([circuit], "tripped", "clear")
    desk.cross(lamps[3:], "no_supply", "clear")
    desk.advance(400)
    (over,) = desk.of(ev.LeftOver)
    assert [item.asset for item in over.left] == [lamps[2].id] and over.back == 9
    assert {item.asset for item in over.again} == {lamp.id for lamp in lamps[:2]}
    assert desk.shown()[0].left_codes == (over.left[0].code,)


def test_what_is_on_its_way_back_is_not_named_yet() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    desk.cross([desk.town.get("A001/D3")], "tripped")
    desk.cross(lamps, "no_supply")
    desk.advance(60)
    desk.cross([desk.town.get("A001/D3")], "tripped", "clear")
    desk.cross(lamps[:40], "no_supply", "clear")
    desk.advance(100)
    assert not desk.of(ev.LeftOver)
    desk.cross(lamps[40:78], "no_supply", "clear")
    desk.advance(61)
    assert [item.code for item in desk.of(ev.LeftOver)[0].left] == ["A001/D3-079", "A001/D3-080"]


def test_after_a_lost_link_nobody_is_left_before_a_whole_heartbeat() -> None:
    desk = Desk(Town())
    town, cabinet, lamps = desk.town, desk.town.get("A001"), desk.town.lamps("A001")
    for facts in (cabinet, *lamps):
        town.live.hear(facts.id, desk.now)
    desk.advance(HOUR // SECOND)
    desk.cross([cabinet], "mute")
    desk.cross(lamps, "silent")
    desk.advance(600)
    desk.cross([cabinet], "mute", "clear")
    # nothing restarts where only the link was lost: each lamp speaks at its own hour of fifteen minutes
    for wave in range(0, 240, 16):
        desk.advance(60)
        spoke = lamps[wave : min(wave + 16, 237)]
        for lamp in spoke:
            town.live.hear(lamp.id, desk.now)
        desk.cross(spoke, "silent", "clear")
    assert not desk.of(ev.LeftOver)
    desk.advance(61)
    (over,) = desk.of(ev.LeftOver)
    assert (over.back, over.codes) == (237, ("A001/D3-078", "A001/D3-079", "A001/D3-080"))


def test_lamps_that_fell_silent_under_a_mute_cabinet_are_awaited_as_long() -> None:
    desk = Desk(Town())
    town, cabinet, lamps = desk.town, desk.town.get("A001"), desk.town.lamps("A001")
    for facts in (cabinet, *lamps):
        town.live.hear(facts.id, desk.now)
    desk.cross([cabinet], "mute")
    desk.advance(600)
    desk.cross([cabinet], "mute", "clear")
    for wave in range(0, 240, 16):
        desk.advance(60)
        for lamp in lamps[wave : wave + 16]:
            town.live.hear(lamp.id, desk.now)
    desk.advance(61)
    (over,) = desk.of(ev.LeftOver)
    assert over.left == ()


def test_behind_a_gateway_that_was_mute_each_is_awaited_for_its_heartbeat() -> None:
    town = Town(cabinets=1, circuits=1, lamps=60, source="gw-1")
    gateway, lamps = town.topology.add("gateway", "GW-A001-1", source="gw-1"), town.lamps("A001")
    desk = Desk(town)
    desk.cross([gateway], "mute")
    desk.cross(lamps, "silent")
    desk.advance(600)
    desk.cross([gateway], "mute", "clear")
    for wave in range(0, 60, 4):
        desk.advance(60)
        desk.cross(lamps[wave : min(wave + 4, 59)], "silent", "clear")
    assert not desk.of(ev.LeftOver)
    desk.advance(61)
    assert desk.of(ev.LeftOver)[0].codes == ("A001/D1-060",)


def test_a_supposed_cause_is_over_when_its_crowd_is_back() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    desk.cross(lamps, "no_supply")
    desk.advance(2)
    cause = desk.shown()[0]
    desk.cross(lamps[:40], "no_supply", "clear")
    assert cause.active
    desk.cross(lamps[40:77], "no_supply", "clear")
    assert not cause.active
    desk.advance(61)
    assert desk.of(ev.LeftOver)[0].back == 77


def test_who_spoke_before_a_supposed_cause_was_over_is_back() -> None:
    desk = Desk(Town())
    lamps = desk.town.lamps("A001/D3")
    for lamp in lamps:
        desk.town.live.hear(lamp.id, desk.now)
    desk.advance(HOUR // SECOND)
    desk.cross(lamps, "silent")
    desk.advance(600)
    for wave in (lamps[:50], lamps[50:77]):
        desk.advance(20)
        for lamp in wave:
            desk.town.live.hear(lamp.id, desk.now)
        desk.cross(wave, "silent", "clear")
    desk.advance(61)
    (over,) = desk.of(ev.LeftOver)
    assert (over.back, over.codes) == (77, ("A001/D3-078", "A001/D3-079", "A001/D3-080"))


def test_settlement_never_loops() -> None:
    desk = Desk(Town(lamps=5))
    desk.cross([desk.town.get("A001/D1")], "tripped")
    desk.advance(MINUTE // SECOND)
    assert desk.trade.next_due(desk.state) is None


def test_what_could_not_be_settled_is_due_again() -> None:
    """The core refuses everything while it recovers: waits, shelves and supposed causes are taken up after."""
    desk = Desk(Town())
    desk.cross(desk.town.lamps("A001/D1"), "no_supply")
    lone = desk.town.get("A001")
    desk.cross([lone], "door_open")
    shelved = desk.find("A001", "door_open")
    desk.do(ac.Shelve(alarm=shelved.id, until=desk.now + SECOND))
    desk.now += 2 * SECOND
    refused = list(desk.trade.due(desk.state, desk.now))
    assert refused
    for action in refused:
        desk.trade.undecided(desk.state, action, desk.now, apart=False)
    desk.advance(3)
    assert shelved.disposition == "" and shelved.shown
    assert [alarm.supposed for alarm in desk.state.alarms.values() if alarm.kind == "circuit"] == [True]


def test_one_subject_that_fails_holds_no_other() -> None:
    """A settlement that failed comes back subject by subject, once."""
    desk = Desk(Town())
    desk.cross([desk.town.get("A001"), desk.town.get("A002")], "door_open")
    for code in ("A001", "A002"):
        desk.do(ac.Shelve(alarm=desk.find(code, "door_open").id, until=desk.now + SECOND))
    desk.now += 2 * SECOND
    (failed,) = desk.trade.due(desk.state, desk.now)
    desk.trade.undecided(desk.state, failed, desk.now, apart=True)
    again = desk.trade.due(desk.state, desk.now)
    assert [len(action.alarms) for action in again] == [1, 1]
    desk.trade.undecided(desk.state, again[0], desk.now + SECOND, apart=True)
    desk.do(again[1], SYSTEM)
    assert [desk.find(code, "door_open").disposition for code in ("A001", "A002")] == ["shelved", ""]
    assert desk.trade.due(desk.state, desk.now) == []
    desk.advance(2)
    assert desk.find("A001", "door_open").disposition == ""
