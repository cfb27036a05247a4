"""Whose an alarm is: who left the room keeps nothing from the others."""

import pytest

from beffroi.alarms import actions as ac
from beffroi.trade.rejected import Rejected
from tests.alarms.town import COLLEAGUE, PERSON, Desk, Town


class There:
    """Everybody sits in the room, or nobody."""

    def __init__(self, sits: bool) -> None:
        self._sits = sits

    def sits(self, account: object) -> bool:
        return self._sits


def taken() -> tuple[Desk, ac.Take]:
    desk = Desk(Town(1, 1, 3))
    desk.cross([desk.town.get("A001/D1")], "tripped")
    desk.advance(5)
    alarm = desk.find("A001/D1", "tripped")
    desk.do(ac.Take(alarm=alarm.id))
    return desk, ac.Take(alarm=alarm.id, over=PERSON.id)


def test_an_alarm_is_taken_over_from_who_left_and_not_from_who_is_there() -> None:
    desk, over = taken()
    desk.town.city.presence = There(True)
    with pytest.raises(Rejected) as caught:
        desk.do(over, COLLEAGUE)
    assert (caught.value.code, caught.value.params["by"]) == ("alarms.still_there", str(PERSON.id))
    desk.town.city.presence = There(False)
    desk.do(over, COLLEAGUE)
    assert desk.state.alarms[over.alarm].taken_by == COLLEAGUE.id
    with pytest.raises(Rejected) as caught:
        desk.do(over, PERSON)
    assert (caught.value.code, caught.value.params["by"]) == ("alarms.already_taken", str(COLLEAGUE.id))


def test_a_releve_hands_alarms_on_and_a_closed_account_gives_them_back() -> None:
    desk, over = taken()
    desk.do(ac.HandOn(holder=over.over, to=COLLEAGUE.id))
    assert desk.state.alarms[over.alarm].taken_by == COLLEAGUE.id
    desk.do(ac.HandOn(holder=COLLEAGUE.id))
    assert desk.state.alarms[over.alarm].taken_by is None
