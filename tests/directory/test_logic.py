"""Contacts, their persons and end dates, rosters cut and filled, calls, files."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from beffroi.directory import TRADE
from beffroi.directory import actions as ask
from beffroi.directory.api import _open_to, _roster_view, gaps_of, pack_of
from beffroi.directory.files import read_csv, read_toml
from beffroi.directory.search import search
from beffroi.directory.types import Phone, Roster, Slot
from beffroi.model.ports import IncidentFacts
from beffroi.model.scope import Grant, Rights, Scope
from beffroi.model.time import DAY, HOUR
from beffroi.server.absent import empty_city
from beffroi.trade.action import Action
from beffroi.trade.context import Context
from beffroi.trade.doors import Caller
from beffroi.trade.rejected import Rejected
from tests.directory.hand import CAMILLE, EVERYBODY, START, Hand

ELECTED = ask.Entry(
    organisation="Mairie de Chenôve",
    function="Maire",
    commune="21166",
    place="Chenôve",
    key="maire",
    name="Célia Dampréau",
    person_phones=[Phone("06 39 98 00 01", "permanence")],
    note="préfère un SMS",
)


def refused(hand: Hand, action: Action, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        hand.do(action)
    assert refusal.value.code == code


def put(hand: Hand, entry: ask.Entry = ELECTED) -> UUID:
    (event,) = hand.do(ask.SetContact(entry=entry))
    return UUID(str(event.contact))


def test_a_person_leaves_at_the_end_date() -> None:
    hand = Hand()
    one = put(hand)
    assert search(hand.state, "dampreau", START, EVERYBODY, 5).total == 1
    assert hand.state.first_end() == START + 365 * DAY
    hand.now = START + 365 * DAY
    (event,) = hand.do(ask.Expire())
    assert (event.reason, event.lines) == ("time", (1,))
    assert hand.state.contacts[one].person is None
    assert hand.state.first_end() is None
    for word in ("dampreau", "0639980001", "sms"):
        assert search(hand.state, word, START, EVERYBODY, 5).total == 0
    assert search(hand.state, "maire chenove", START, EVERYBODY, 5).total == 1
    refused(hand, ask.ForgetPerson(contact=one), "directory.nobody_named")


def test_every_line_about_a_person_is_named_when_it_is_erased() -> None:
    hand = Hand()
    one = put(hand)
    hand.do(ask.SetContact(contact=one, entry=ELECTED))
    (event,) = hand.do(ask.RemoveContact(contact=one))
    assert event.lines == (1, 2)
    refused(hand, ask.Call(contact=one, outcome="reached"), "directory.not_found")


def test_what_the_journal_erased_leaves_here_without_a_second_order() -> None:
    hand = Hand()
    one = put(hand)
    hand.now += HOUR
    (event,) = hand.do(ask.Forget(before=hand.now))
    assert event.lines == ()
    assert hand.state.contacts[one].person is None
    put(hand, ask.Entry(organisation="Préfecture", name="Hugo Trécourt"))
    (event,) = hand.do(ask.Forget(position=3))
    assert event.reason == "erased"


def test_bad_contacts_are_refused() -> None:
    hand = Hand()
    put(hand)
    nameless = ask.Entry(organisation="x", person_phones=[Phone("15")])
    refused(hand, ask.SetContact(entry=nameless), "directory.person_without_name")
    refused(hand, ask.SetContact(entry=ELECTED), "directory.key_taken")
    over = ask.Entry(organisation="x", name="y", until=START)
    refused(hand, ask.SetContact(entry=over), "directory.until_passed")
    refused(hand, ask.SetContact(contact=uuid4(), entry=ELECTED), "directory.not_found")


def furnished() -> tuple[Hand, UUID, UUID]:
    hand = Hand()
    one, other = put(hand), put(hand, ask.Entry(organisation="Mairie de Chenôve", function="Adjoint", key="adjoint"))
    hand.do(ask.SetRoster(roster=Roster(key="elu", label="Élu de permanence", commune="21166", place="Chenôve")))
    return hand, one, other


def turn(contact: UUID, begin: int, end: int) -> ask.Turn:
    return ask.Turn(contact=contact, begin=START + begin * HOUR, end=START + end * HOUR)


def duty(begin: int, end: int, *turns: ask.Turn) -> ask.SetDuty:
    return ask.SetDuty(roster="elu", begin=START + begin * HOUR, end=START + end * HOUR, turns=list(turns))


def test_a_period_replaces_what_it_covers_and_cuts_the_edges() -> None:
    hand, one, other = furnished()
    hand.do(duty(0, 24, turn(one, 0, 24)))
    hand.do(duty(6, 12, turn(other, 7, 12)))
    slots = [
        (slot.contact, (slot.begin - START) // HOUR, (slot.end - START) // HOUR) for slot in hand.state.slots["elu"]
    ]
    assert slots == [(one, 0, 6), (other, 7, 12), (one, 12, 24)]
    assert gaps_of(hand.state.slots["elu"], START, START + 26 * HOUR) == [
        (START + 6 * HOUR, START + 7 * HOUR),
        (START + 24 * HOUR, START + 26 * HOUR),
    ]
    refused(hand, duty(5, 5), "directory.empty_period")
    refused(hand, duty(0, 4, turn(one, 2, 5)), "directory.outside_period")
    refused(hand, duty(0, 4, turn(uuid4(), 2, 3)), "directory.not_found")
    refused(hand, ask.RemoveRoster(roster="x"), "directory.roster.not_found")


def test_overlapping_slots_leave_no_false_gap() -> None:
    slots = [Slot(UUID(int=1), 0, 10), Slot(UUID(int=2), 2, 5), Slot(UUID(int=3), 8, 12)]
    assert gaps_of(slots, 0, 12) == []
    assert gaps_of(slots, 0, 14) == [(12, 14)]
    assert gaps_of([], 3, 4) == [(3, 4)]


def test_who_was_erased_holds_no_duty_any_more() -> None:
    hand, one, _ = furnished()
    hand.do(duty(0, 24, turn(one, 0, 24)))
    seen = _roster_view(hand.state, hand.state.rosters["elu"], START, START + 24 * HOUR)
    assert (seen.gaps, pack_of(hand.state, START, EVERYBODY).missing) == ([], [])
    hand.do(ask.ForgetPerson(contact=one))
    seen = _roster_view(hand.state, hand.state.rosters["elu"], START, START + 24 * HOUR)
    assert seen.gaps == [(START, START + 24 * HOUR)]
    assert pack_of(hand.state, START, EVERYBODY).missing == [hand.state.rosters["elu"].label]
    assert [gap.roster for gap in search(hand.state, "qui est de permanence", START, EVERYBODY, 5).gaps] == ["elu"]


def test_a_call_about_a_masked_event_is_of_its_compartment() -> None:
    hand = Hand()
    one, event, police = put(hand), uuid4(), Scope("21166", "police", "")
    city = empty_city()
    facts = IncidentFacts(id=event, number="2026-0004", label="", masked=True, scope=police)
    city.incidents = SimpleNamespace(find=lambda name: facts if name == event else None)
    call = ask.Call(contact=one, outcome="reached", incident=event)

    def called(rights: Rights) -> Any:
        return TRADE.decide(hand.state, call, Context(START, START, CAMILLE, rights, hand.ids, city))[0]

    assert called(EVERYBODY.rights).scope == police
    with pytest.raises(Rejected, match=r"directory\.masked"):
        called(Rights())
    row = (uuid4(), one, "Maire", "reached", event, "", START, START, None)
    lighting = Caller(CAMILLE, Rights({"view": (Grant(trades=frozenset({"lighting"})),)}))
    assert (len(_open_to(EVERYBODY, city, [row])), _open_to(lighting, city, [row])) == (1, [])


def test_a_call_sent_twice_by_a_seat_is_one_call() -> None:
    hand, one, _ = furnished()
    call: Any = ask.Call(contact=one, outcome="no_answer", local=uuid4())
    (event,) = hand.do(call)
    assert event.label == "Maire · Mairie de Chenôve · Chenôve"
    assert hand.do(call) == []


def test_a_file_brought_in_again_says_nothing_new() -> None:
    text = """
[[contacts]]
key = "codis"
organisation = "CODIS 21"
phones = [{ number = "18", label = "urgence" }]
[[contacts]]
key = "maire"
organisation = "Mairie d'Ahuy"
name = "Loïc Ravinet"
until = 2026-12-31
[[rosters]]
key = "elu-ahuy"
label = "Élu de permanence, Ahuy"
rotation = ["maire"]
"""
    hand = Hand()
    first = [event for action in read_toml(text, START, "Europe/Paris") for event in hand.do(action)]
    assert [event.event_type() for event in first] == [
        *["directory.contact_set"] * 2,
        "directory.roster_set",
        "directory.duty_set",
    ]
    assert [event for action in read_toml(text, START, "Europe/Paris") for event in hand.do(action)] == []
    for broken in ("[[contacts]", '[[contacts]]\nkey = "x"\n', '[[contacts]]\norganisation = "x"\nage = 3\n'):
        with pytest.raises(Rejected, match="file_unreadable"):
            list(read_toml(broken, START, "Europe/Paris"))


def test_a_spreadsheet_is_read_with_its_phones() -> None:
    text = (
        "\ufeffkey;organisation;category;phones;name;person_phones;languages;until\n"
        "a;Mairie de Daix;elected;03 53 01 00 01 (standard) | 03 53 01 00 02;Zoé Urbany;06 39 98 00 02 (mobile);"
        ";2026-06-30\n"
        "b;GRDF;network;01 99 00 00 03;;;anglais|arabe;\n"
    )
    (action,) = read_csv(text, "Europe/Paris")
    one, other = action.contacts
    assert one.phones == [Phone("03 53 01 00 01", "standard"), Phone("03 53 01 00 02")]
    assert one.person_phones == [Phone("06 39 98 00 02", "mobile")]
    assert other.languages == ["anglais", "arabe"]
    with pytest.raises(Rejected) as refusal:
        list(read_csv(text + "c;;x;;;;;\n", "Europe/Paris"))
    assert refusal.value.params["line"] == 4
