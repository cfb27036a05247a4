"""Found by anything one remembers, among those one may see, in less than a key takes."""

import random
import time
from importlib import resources
from pathlib import Path

import pytest

from beffroi.directory.actions import Entry, Import, SetContact
from beffroi.directory.api import pack_of
from beffroi.directory.files import read_toml
from beffroi.directory.search import Found, search
from beffroi.directory.types import Phone
from beffroi.model.time import DAY
from beffroi.procedures.start.directory import read
from beffroi.trade.files import FileError
from tests.directory.hand import EVERYBODY, START, Hand, of_commune
from tests.duties.hand import paris


@pytest.fixture(scope="module")
def demo() -> Hand:
    hand = Hand()
    text = resources.files("beffroi.directory").joinpath("demo.toml").read_text(encoding="utf-8")
    for action in read_toml(text, START, "Europe/Paris"):
        hand.do(action)
    return hand


def ask(hand: Hand, question: str, **more: int) -> Found:
    return search(hand.state, question, more.get("at", START), EVERYBODY, 10)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("codis", "CODIS 21"),
        ("codsi", "CODIS 21"),
        ("pompiers", "CODIS 21"),
        ("18", "CODIS 21"),
        ("samu", "SAMU 21"),
        ("centre 15", "SAMU 21"),
        ("sidpc", "Préfecture de la Côte-d'Or"),
        ("prefecture protection civile", "Préfecture de la Côte-d'Or"),
        ("ENEDIS dépannage", "Enedis"),
        ("enedys", "Enedis"),
        ("fuite gaz", "GRDF"),
        ("eau", "Odivea"),
        ("divia régulation tram", "Divia Mobilités"),
        ("gendarmerie", "Gendarmerie nationale"),
        ("corg", "Gendarmerie nationale"),
        ("mairie chenove", "Mairie de Chenôve"),
        ("mairie de Fénay standard", "Mairie de Fénay"),
        ("interprète turc", "Interprétariat téléphonique"),
    ],
)
def test_found_by_what_one_remembers(demo: Hand, question: str, first: str) -> None:
    assert ask(demo, question).items[0].contact.organisation == first


def test_who_is_on_duty_in_a_commune(demo: Hand) -> None:
    for question in (
        "qui est d'astreinte à Chenôve",
        "astreinte chenove",
        "élu de permanence chenôve",
        "permanence chenve",
    ):
        hit = ask(demo, question).items[0]
        assert hit.contact.place == "Chenôve", question
        assert hit.contact.person is not None
        assert [duty.roster for duty in hit.duty] == ["elu-chenove"]
    tonight = ask(demo, "").items
    assert tonight
    assert all(hit.duty for hit in tonight)


def test_the_turn_changes_on_monday_morning(demo: Hand) -> None:
    before = ask(demo, "élu de permanence chenôve", at=paris("2026-03-16T07:59")).items[0].contact
    after = ask(demo, "élu de permanence chenôve", at=paris("2026-03-16T08:00")).items[0].contact
    assert before.id != after.id


def test_a_week_without_anybody_is_said(demo: Hand) -> None:
    found = [ask(demo, "permanence Corcelles", at=START + week * 7 * DAY) for week in range(3)]
    gaps = [one.gaps for one in found if one.gaps]
    assert [gap.roster for gap in gaps[0]] == ["elu-corcelles-les-monts"]
    assert len(gaps) == 1
    assert gaps[0][0].next is not None


def test_by_name_by_initials_without_accents() -> None:
    hand = Hand()
    hand.do(SetContact(entry=Entry(organisation="Mairie d'Ahuy", name="Jean-Éric Dupré-Lévêque", place="Ahuy")))
    for question in ("dupre", "DUPRÉ leveque", "jean eric", "jedl", "duprè", "levêqeu", "mairie ahuy"):
        assert ask(hand, question).total == 1, question
    assert ask(hand, "zzz").total == 0
    assert ask(hand, "").total == 0


def test_what_a_commune_may_not_see_does_not_exist(demo: Hand) -> None:
    chenove = of_commune("21166")
    places = {hit.contact.commune for hit in search(demo.state, "mairie", START, chenove, 100).items}
    assert places == {"21166"}
    assert search(demo.state, "codis", START, chenove, 100).total == 0
    assert search(demo.state, "permanence corcelles", START, chenove, 100).gaps == []
    assert {hit.contact.commune for hit in search(demo.state, "", START, chenove, 100).items} == {"21166"}


def test_five_thousand_contacts_answer_within_fifty_milliseconds() -> None:
    """Typos included, and a word that all answer; in time of the processor: a busy machine judges nobody."""
    hand, draw = Hand(), random.Random(5)
    parts = ["mar", "del", "von", "tis", "ber", "gra", "lou", "pin", "cho", "rey", "san", "ful", "zed", "qui", "nor"]
    names = ["".join(draw.choices(parts, k=3)).title() for _ in range(10_000)]
    for first in range(0, 5_000, 200):
        entries = [
            Entry(
                organisation=f"Mairie {draw.choice(names)}",
                function=f"Adjoint {draw.choice(names)}",
                key=f"c{place}",
                name=f"{names[2 * place]} {names[2 * place + 1]}",
                person_phones=[Phone(f"06 39 98 {place // 100:02} {place % 100:02}")],
            )
            for place in range(first, first + 200)
        ]
        hand.do(Import(contacts=entries))
    assert len(hand.state.contacts) == 5_000
    spent = []
    for _ in range(60):
        contact = draw.choice(list(hand.state.contacts.values()))
        assert contact.person is not None
        word = contact.person.name
        at = draw.randrange(1, 7)
        typed = word[:at] + word[at + 1 :]
        begun = time.process_time()
        found = ask(hand, f"qui est {typed} à la mairie")
        spent.append(time.process_time() - begun)
        assert contact.id in {hit.contact.id for hit in found.items}
    spent.sort()
    everybody = []
    for _ in range(5):
        begun = time.process_time()
        assert ask(hand, "mairie").total == 5_000
        everybody.append(time.process_time() - begun)
    # the median: a collection of what other tests left is not of this search
    common = sorted(everybody)[2]
    print(
        *(f"{name} {took * 1e3:.1f} ms" for name, took in (("p50", spent[30]), ("worst", spent[-1]), ("all", common)))
    )
    assert spent[30] < 0.05, spent[-5:]
    assert common < 0.05, common


def test_the_pack_of_a_commune_holds_that_commune_only(demo: Hand) -> None:
    pack = pack_of(demo.state, START, of_commune("21166"))
    assert {contact.place for contact in pack.contacts} == {"Chenôve"}
    assert {duty.place for duty in pack.duties} == {"Chenôve"}
    whole = pack_of(demo.state, START, EVERYBODY)
    assert len(whole.contacts) == len(demo.state.contacts)
    assert {duty.roster for duty in whole.duties} >= {"Élu de permanence, Dijon", "Astreinte informatique"}


def test_the_demonstration_has_its_directory_a_city_its_own_file(tmp_path: Path) -> None:
    assert read(tmp_path / "directory.toml", demo=False) is None
    assert "fiction" in (read(tmp_path / "directory.toml", demo=True) or "")
    (tmp_path / "directory.toml").write_text("# ours", encoding="utf-8")
    assert read(tmp_path / "directory.toml", demo=True) == "# ours"
    (tmp_path / "directory.toml").write_bytes("# ligne 1\n# été".encode("latin-1"))
    with pytest.raises(FileError, match=r"directory\.toml, line 2"):
        read(tmp_path / "directory.toml", demo=True)


def test_every_number_of_the_demonstration_is_kept_for_fiction(demo: Hand) -> None:
    short = {"15", "17", "18", "112", "114"}
    for contact in demo.state.contacts.values():
        for phone in (*contact.phones, *(contact.person.phones if contact.person else ())):
            assert phone.number in short or phone.number.startswith(("01 99 00 ", "03 53 01 ", "06 39 98 ")), phone
