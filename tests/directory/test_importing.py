"""A file before it is kept, and an import taken back."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from beffroi.directory import actions as ask
from beffroi.directory.api import expiring_of
from beffroi.directory.files import bad_lines, read_csv, read_toml
from beffroi.directory.former import name_of, positions_of, undo_of
from beffroi.directory.importing import Undo, planned, preview, remember, take_back
from beffroi.journal import GENESIS, encode_lines
from beffroi.model.scope import Rights
from beffroi.model.time import DAY
from beffroi.server.absent import empty_city
from beffroi.trade.context import Context
from tests.directory.hand import CAMILLE, Hand

FIRST = """key;organisation;function;name;phones;person_phones
codis;CODIS 21;Opérateur;;18;
elu;Mairie;Maire;Éloïse Vaucluson;;06 39 98 10 29
"""
SECOND = """key;organisation;function;name;phones;person_phones
codis;CODIS 21;Opérateur;;18;
elu;Mairie;Maire;Jean Dupré;;06 39 98 10 30
samu;SAMU 21;Régulation;;15;
"""
WRONG = "faux;Sans nom;;;;06 39 98 10 31\n"
PARIS = "Europe/Paris"


def _context(hand: Hand) -> Context:
    return Context(hand.now, hand.now, CAMILLE, Rights(), hand.ids, empty_city())


def _bring(hand: Hand, asked: list[ask.Import]) -> Undo:
    events, refused = planned(hand.state, asked, _context(hand))
    assert refused == []
    before = remember(hand.state, events, hand.now)
    made = tuple(event for action in asked for event in hand.do(action))
    return msgspec.structs.replace(before, made=made)


def _again(hand: Hand, first: int) -> Undo:
    """Return how to take back the lines from a position on, as a server restarted since reads them in the journal."""
    stored, bodies, _ = encode_lines(hand.lines, GENESIS)
    people = {body.position: body.text for body in bodies}
    rows = [(line.content, people.get(line.position)) for line in stored]
    undo = undo_of(rows, *(positions_of(name_of(first, len(rows))) or (0, 0)))
    assert undo is not None
    return undo


def _person(hand: Hand, key: str) -> Any:
    person = hand.state.contacts[hand.state.by_key[key]].person
    return person.name if person else None


def test_a_file_says_what_it_adds_changes_and_refuses_and_keeps_nothing() -> None:
    hand = Hand()
    _bring(hand, list(read_csv(FIRST, PARIS)))
    before = dict(hand.state.contacts)
    events, refused = planned(hand.state, list(read_csv(SECOND + WRONG, PARIS)), _context(hand))
    told = preview(hand.state, events, refused, 3)
    assert (told.added, told.changed, told.same, told.refused) == (1, 1, 1, 1)
    assert [one.fields for one in told.items if one.change == "changed"] == [("person",)]
    assert [one.code for one in told.items if one.change == "refused"] == ["directory.person_without_name"]
    # the name of a person is in no line of the preview
    assert "Dupré" not in str([one.label for one in told.items])
    assert hand.state.contacts == before


def test_every_unreadable_line_is_told_not_only_the_first() -> None:
    text = "key;organisation;phones\na;;17\nb;Police;dix-sept\nc;CODIS;18\n"
    assert [error.params["line"] for error in bad_lines(text, "csv", PARIS)] == [2, 3]


def test_an_import_is_taken_back_but_for_what_changed_since() -> None:
    hand = Hand()
    _bring(hand, list(read_csv(FIRST, PARIS)))
    undo = _bring(hand, list(read_csv(SECOND, PARIS)))
    assert _person(hand, "elu") == "Jean Dupré"
    for action in take_back(hand.state, undo):
        hand.do(action)
    assert _person(hand, "elu") == "Éloïse Vaucluson"
    assert "samu" not in hand.state.by_key
    again = _bring(hand, list(read_csv(SECOND, PARIS)))
    by_hand = ask.Entry(organisation="Mairie", function="Maire", key="elu", name="Autre Personne")
    hand.do(ask.SetContact(contact=hand.state.by_key["elu"], entry=by_hand))
    assert [type(action) for action in take_back(hand.state, again)] == [ask.RemoveContact]


def test_an_import_is_taken_back_from_the_journal_alone() -> None:
    hand = Hand()
    _bring(hand, list(read_csv(FIRST, PARIS)))
    first = len(hand.lines) + 1
    kept = _bring(hand, list(read_csv(SECOND, PARIS)))
    again = _again(hand, first)
    assert (again.made, again.contacts, again.until) == (kept.made, kept.contacts, hand.now + DAY)
    for action in take_back(hand.state, again):
        hand.do(action)
    assert _person(hand, "elu") == "Éloïse Vaucluson"
    assert "samu" not in hand.state.by_key
    # the name of anything else is the name of no import
    assert [positions_of(name) for name in (UUID(int=0), uuid4(), name_of(9, 8))] == [None, None, None]
    assert undo_of([], 3, 4) is None


def test_a_key_twice_in_a_file_is_told_on_its_line() -> None:
    hand = Hand()
    text = "key;organisation\n" + "".join(f"c{n};Service {n}\n" for n in range(500)) + "c5;Encore\n"
    events, refused = planned(hand.state, list(read_csv(text, PARIS)), _context(hand))
    assert (len(events), [one.code for one in refused]) == (500, ["directory.key_taken"])


def test_a_roster_and_its_turns_are_taken_back() -> None:
    hand = Hand()
    _bring(hand, list(read_csv(FIRST, PARIS)))
    text = '[[rosters]]\nkey = "elu"\nlabel = "Élu de permanence"\nrotation = ["elu"]\n'
    undo = _bring(hand, list(read_toml(text, hand.now, PARIS)))
    assert hand.state.slots["elu"]
    for action in take_back(hand.state, undo):
        hand.do(action)
    assert (hand.state.rosters, hand.state.slots) == ({}, {})


def test_who_is_erased_soon_is_listed_before() -> None:
    hand = Hand()
    _bring(hand, list(read_csv(FIRST, PARIS)))
    assert expiring_of(hand.state, hand.now + 30 * DAY) == []
    (soon,) = expiring_of(hand.state, hand.now + 366 * DAY)
    assert soon.key == "elu"
