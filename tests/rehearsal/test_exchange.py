"""The simulated exchange at the city's clock: same seed, same calls; people wait, are answered, or give up."""

from beffroi.links.asterisk.simulator import SimulatedExchange
from beffroi.model.time import HOUR, MINUTE, SECOND, Micros
from beffroi.rehearsal.exchange.play import FICTION, Callers, spots_of
from beffroi.rehearsal.exchange.sentences import Spot

MORNING: Micros = 1_750_489_200 * SECOND
"""21 June 2025, 09:00 in Dijon."""
SPOTS = [Spot("Rue Monge", "12", "A045-12"), Spot("Rue Berbisey", "40", "A045-60")]


class Recorder(SimulatedExchange):
    """The exchange, with what happened noted."""

    def __init__(self) -> None:
        super().__init__("u", "s", lambda: 0.0)
        self.story: list[tuple[str, str]] = []

    def ring(self, number: str, said: str = "", unique: str = "") -> str:
        made = super().ring(number, said, unique)
        self.story.append(("ring", f"{made} {number} {said}"))
        return made

    def answer(self, unique: str, extension: str) -> None:
        super().answer(unique, extension)
        self.story.append(("answer", f"{unique} {extension}"))

    def hang_up(self, unique: str) -> None:
        self.story.append(("end", unique))
        super().hang_up(unique)


def played(seed: int, hours: int, step: Micros = 5 * SECOND) -> Recorder:
    exchange = Recorder()
    callers = Callers(exchange, seed, SPOTS, "Europe/Paris")
    for now in range(MORNING, MORNING + hours * HOUR, step):
        callers.beat(now)
    return exchange


def test_the_same_seed_rings_the_same() -> None:
    assert played(7, 2).story == played(7, 2).story != played(8, 2).story


def test_the_same_seed_gives_the_same_calls_and_answers_however_often_the_clock_beats() -> None:
    story = played(7, 2).story
    for step in (SECOND // 5, 37 * SECOND):
        other = played(7, 2, step=step).story
        # the last beat of one may come some seconds before that of the other
        least = min(len(story), len(other))
        assert least > 100
        assert story[:least] == other[:least]
    assert {kind for kind, _ in story} == {"ring", "answer", "end"}


def test_who_rings_just_before_midnight_is_not_forgotten() -> None:
    evening = MORNING + 14 * HOUR

    def rung(step: Micros) -> list[tuple[str, str]]:
        exchange = Recorder()
        callers = Callers(exchange, 7, SPOTS, "Europe/Paris")
        for now in range(evening, evening + 3 * HOUR + 1, step):
            callers.beat(now)
        return [one for one in exchange.story if one[0] == "ring"]

    assert rung(SECOND) == rung(5 * MINUTE)


def test_two_colleagues_never_have_the_same_handset() -> None:
    exchange = Recorder()
    callers = Callers(exchange, 7, SPOTS, "Europe/Paris")
    most = 0
    for now in range(MORNING, MORNING + 2 * HOUR, SECOND):
        callers.beat(now)
        used = [call.extension for call in exchange.calls.values() if call.extension]
        assert len(used) == len(set(used))
        most = max(most, len(used))
    assert most > 1


def test_people_are_answered_or_give_up_and_numbers_are_fiction() -> None:
    exchange = played(7, 6)
    rings = [what for kind, what in exchange.story if kind == "ring"]
    answered = sum(kind == "answer" for kind, _ in exchange.story)
    assert 150 < len(rings) < 600
    assert 0.7 * len(rings) < answered <= len(rings)
    assert len(exchange.calls) < 30
    numbers = [what.split(" ")[1] for what in rings]
    assert all(number == "" or (number.startswith(FICTION) and len(number) == 10) for number in numbers)


def test_a_clock_that_leaps_rings_nobody_for_what_it_leapt_over() -> None:
    exchange = Recorder()
    callers = Callers(exchange, 7, SPOTS, "Europe/Paris")
    callers.beat(MORNING)
    callers.beat(MORNING + 5 * HOUR)
    assert exchange.story == []
    callers.beat(MORNING + 5 * HOUR + 5 * MINUTE)
    assert exchange.story


def test_places_come_from_the_register() -> None:
    class Register:
        def get(self, path: str, **params: object) -> object:
            assert path == "/api/assets"
            return {
                "items": [
                    {"street": "Rue Monge", "number": "2", "code": "A1"},
                    {"street": "", "number": "", "code": "A2"},
                ]
            }

    assert spots_of(Register()) == [Spot("Rue Monge", "2", "A1")]
