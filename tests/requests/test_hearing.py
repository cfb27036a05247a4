"""What is heard in sentences: categories, dangers, places; properties over the whole lexicon."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.rehearsal.exchange.rhythm import FEWEST, MOST, rings_of_day
from beffroi.rehearsal.exchange.sentences import Spot, read_book, sentence
from beffroi.requests.glossary import LexiconError, built_in, read_lexicon, readable_lexicon
from beffroi.requests.hearing import LONGEST_LEFT, MOST_PLACES, Hearer, hear

LEXICON = built_in()
SPOTS = [
    Spot("Rue Monge", "12", "A045-12"),
    Spot("Rue Berbisey", "40", "A045-60"),
    Spot("Avenue du Drapeau", "7", "A012-3"),
    Spot("Rue de la Liberté", "3 bis", "A033-9"),
]


@pytest.mark.parametrize(
    ("said", "category", "place"),
    [
        ("lampadaire éteint devant 12 berbisey", "lamp_out", "12 berbisey"),
        ("lampadair etein devan 12 berbizey", "lamp_out", "12 berbizey"),
        ("il y a un lampadaire qui ne s'allume plus depuis 3 jours au 14 rue Monge", "lamp_out", "14 rue monge"),
        ("2 lampadaires éteints avenue jean jaurès 45", "lamp_out", "avenue jean jaures 45"),
        ("toute la rue est dans le noir rue des forges", "lamps_area_out", "rue des forges"),
        ("nid de poule 8 bd de la trémouille", "roadway", "8 bd de la tremouille"),
        ("musique trop forte chez les voisins 3 bis rue des godrans", "noise", "3 bis rue des godrans"),
        ("rue du Gaz lampadaire cassé", "mast_damaged", "rue du gaz"),
        ("angle rue monge et rue berbisey le feu est en panne", "signals", "angle rue monge et rue berbisey"),
        ("la borne incendie fuit place wilson", "water", "place wilson"),
        ("à quelle heure ouvre la déchetterie", "information", ""),
    ],
)  # fmt: skip
def test_sentences_of_the_telephone(said: str, category: str, place: str) -> None:
    heard = hear(said)
    assert heard.categories[0].category == category
    assert not place or heard.places[0] == place


@pytest.mark.parametrize(
    ("said", "painted"),
    [("le A045-12 est éteint", "A045-12"), ("a045 12 éteint", "A045-12"), ("départ A045/D3", "A045/D3"),
     ("le B12-7 est éteint", "B12-7"), ("au 14 rue Monge", ""), ("rue du 8 mai 1945", "")],
)  # fmt: skip
def test_painted_numbers(said: str, painted: str) -> None:
    found = hear(said).painted
    assert painted in found if painted else not found


@pytest.mark.parametrize(
    ("said", "dangers"),
    [
        ("fils à nu au pied du mât", {"bare_wires"}),
        ("FILS A NU", {"bare_wires"}),
        ("ça sent le gaz rue monge", {"gas"}),
        ("mât tombé sur la route", {"mast_down"}),
        ("un câble par terre", {"bare_wires"}),
        ("de la fumée sort de l'armoire", {"fire"}),
        ("il y a un blessé", {"injured"}),
        ("pas de blessé", set()),
        ("aucun blessé mais des fils à nu", {"bare_wires"}),
        ("pas de gaz je crois", {"gas"}),
        ("lampadaire éteint rue du Gaz", set()),
        ("la borne incendie fuit", set()),
        ("tondre le gazon", set()),
        ("je suis au feu rouge il est en panne", set()),
    ],
)
def test_danger_words(said: str, dangers: set[str]) -> None:
    assert set(hear(said).dangers) == dangers


NEUTRAL = [
    "bonjour",
    "madame",
    "je vous appelle",
    "rue Monge",
    "au 12",
    "lampadaire éteint",
    "depuis hier",
    "devant",
    "merci",
]
EVERY_DANGER = [(danger.name, text) for danger in LEXICON.dangers.values() for text in (*danger.any, *danger.phrases)]


WORDS = st.lists(st.sampled_from(NEUTRAL), max_size=5)


@given(st.sampled_from(EVERY_DANGER), WORDS, WORDS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_words_around_hide_a_danger(
    danger: tuple[str, str], before: list[str], after: list[str], loud: bool
) -> None:
    name, text = danger
    # a way just before would make it the name of a street
    words = " ".join([*before, "alors", text, *after])
    assert name in hear(words.upper() if loud else words).dangers


@given(st.text(max_size=800))
@settings(max_examples=300, deadline=None)
def test_anything_may_be_said(said: str) -> None:
    heard = hear(said)
    assert all(guess.category in LEXICON.categories for guess in heard.categories)
    assert set(heard.dangers) <= set(LEXICON.dangers)


@given(st.sampled_from(list(LEXICON.categories.values())), st.data())
@settings(max_examples=200, deadline=None)
def test_every_expression_tells_its_category(category, data) -> None:  # type: ignore[no-untyped-def]
    phrase = data.draw(st.sampled_from(category.phrases))
    assert category.name in {guess.category for guess in hear(phrase).categories}


def test_a_day_of_the_rehearsal_is_understood() -> None:
    book = read_book()
    calls = rings_of_day(21_000, date(2025, 6, 21).toordinal())
    said = [sentence(book, SPOTS, ring.fault, ring.seed) for ring in calls]
    right = [bool(heard.categories) and heard.categories[0].category == one.category
             for one, heard in ((one, hear(one.text)) for one in said)]  # fmt: skip
    assert sum(right) / len(right) >= 0.97
    placed = [one for one in said if one.spot.street.lower() in one.text.lower()]
    found = [any(one.spot.street.split()[-1].lower().replace("é", "e") in place for place in hear(one.text).places)
             for one in placed]  # fmt: skip
    assert sum(found) / len(found) >= 0.97


def test_the_rhythm_is_the_same_for_a_seed_and_within_bounds() -> None:
    days = [rings_of_day(7, day) for day in range(739_000, 739_014)]
    assert all(FEWEST <= len(calls) <= MOST for calls in days)
    assert rings_of_day(7, 739_000) == days[0] != rings_of_day(8, 739_000)
    morning = sum(9 <= ring.at_s / 3600 < 12 for calls in days for ring in calls)
    night = sum(ring.at_s / 3600 < 5 for calls in days for ring in calls)
    assert morning > 10 * night


def test_a_city_adds_its_words(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "own.toml").write_text(
        '[[category]]\nname = "tram"\ntrade = "mobility"\nincident = "roadway"\n'
        'label = { fr = "Tramway", en = "Tramway" }\nthings = ["tramway"]\n', "utf-8",
    )  # fmt: skip
    assert "tram" in read_lexicon(tmp_path).categories
    (tmp_path / "own.toml").write_text('[[danger]]\nname = "x"\nlabel = {}\nsay = {}\ncall = ["999"]\n', "utf-8")
    with pytest.raises(LexiconError):
        read_lexicon(tmp_path)


def test_a_file_with_a_mistake_leaves_the_rest_in_force(tmp_path) -> None:  # type: ignore[no-untyped-def]
    good = (
        '[[category]]\nname = "tram"\ntrade = "mobility"\nincident = "roadway"\n'
        'label = { fr = "Tramway", en = "Tramway" }\nthings = ["tramway", "--"]\n'
    )
    (tmp_path / "a.toml").write_text(good, "utf-8-sig")
    (tmp_path / "b.toml").write_text("# nos mots\n# été\n", "latin-1")
    (tmp_path / "c.toml").write_text('[[category]]\nname = "x\n', "utf-8")
    (tmp_path / "d.toml").write_text('[[danger]]\nname = "x"\nlabel = {}\nsay = {}\ncall = ["999"]\n', "utf-8")
    lexicon, problems = readable_lexicon(tmp_path)
    assert Hearer(lexicon).hear("le tramway est en panne").categories[0].category == "tram"
    told = [str(one) for one in problems]
    assert [name in one for name, one in zip(("b.toml", "c.toml", "d.toml"), told, strict=True)] == [True] * 3
    assert "line 2" in told[0]
    assert "line 2" in told[1]


def test_the_end_of_a_long_story_is_heard() -> None:
    story = "alors voila je vous explique tout depuis le debut " * 30
    heard = hear(f"{story} il y a des fils a nu au 14 rue Monge")
    assert heard.dangers == ("bare_wires",)
    assert heard.places[0] == "14 rue monge"
    assert len(heard.places) <= MOST_PLACES
    assert all(len(one) <= LONGEST_LEFT for one in heard.places)


@pytest.mark.parametrize("code", ["a045", "b12", "ec0031"])
def test_what_follows_a_painted_number_is_no_house(code: str) -> None:
    assert not any(place.startswith("12") for place in hear(f"lampadaire {code} 12 eteint").places)
