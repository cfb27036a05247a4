"""What a scenario can make people do: acts like those of the street, played on the same agenda."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from beffroi.model.time import MINUTE, Micros, from_datetime, to_datetime
from beffroi.rehearsal.shift.people import bare
from beffroi.rehearsal.shift.types import Channel, Plan
from beffroi.rehearsal.world.acts import Act, ActError, LampFault, place_of
from beffroi.rehearsal.world.street import Street


def _over(world: Street, at: Micros) -> bool:
    """Tell whether an act was played before this world began: people do not repeat what they said."""
    return at < world.now


class Voice(Act, frozen=True, tag="voice"):
    """Somebody speaks to the post of its own accord: `who` is a call sign, or who calls by telephone."""

    who: str
    text: str
    channel: Channel = "radio"

    def play(self, world: Street, at: Micros) -> None:
        if not _over(world, at):
            world.shift.tell(at, self.channel, "heard", self.who, self.text)


class NoAnswer(Act, frozen=True, tag="no_answer"):
    """The next attempts find nobody: of one number, or (without) of whoever is called on the telephone."""

    attempts: int = 1
    number: str = ""

    def play(self, world: Street, at: Micros) -> None:
        if not _over(world, at):
            world.shift.unanswered[bare(self.number)] = self.attempts


class Refusal(Act, frozen=True, tag="refusal"):
    """The next person asked refuses: other_job, vehicle, not_qualified or end_of_shift."""

    reason: str = "other_job"

    def play(self, world: Street, at: Micros) -> None:
        if not _over(world, at):
            world.shift.refusals.append(self.reason)


class Delay(Act, frozen=True, tag="delay"):
    """The next person who sets out arrives late."""

    minutes: float = 12.0

    def play(self, world: Street, at: Micros) -> None:
        if not _over(world, at):
            world.shift.delays_s.append(self.minutes * 60)


class Job(Act, frozen=True, tag="job"):
    """What is fixed about the job at a code: local hours of each step ("21:58"), lamps lost, certificate."""

    code: str
    en_route: str = ""
    on_site: str = ""
    made_safe: str = ""
    available: str = ""
    lost: int = 0
    consign: str = ""

    def play(self, world: Street, at: Micros) -> None:
        zone = ZoneInfo(world.plant.programmes[0].zone)
        hours = (self.en_route, self.on_site, self.made_safe, self.available)
        first, second, third, last = (_hour(text, at, zone) for text in hours)
        world.shift.plans[self.code] = Plan(
            en_route=first, on_site=second, made_safe=third, available=last, lost=self.lost, consign=self.consign
        )


class MastDown(Act, frozen=True, tag="mast_down"):
    """A mast lies across the pavement: its lamp is dead and mute; the circuit still has voltage."""

    lamp: str

    def play(self, world: Street, at: Micros) -> None:
        place = place_of(world.plant.lamps.codes, self.lamp)
        LampFault(codes=(self.lamp,)).play(world, at)
        world.bank.mute[place] = True
        world.shift.masts.add(self.lamp)


def _hour(text: str, after: Micros, zone: ZoneInfo) -> Micros:
    """Return the first local "21:58" after a time, 0 for an empty text; ActError for what is no hour."""
    if not text:
        return 0
    try:
        hour, minute = (int(part) for part in text.split(":"))
        local = to_datetime(after).astimezone(zone)
        when = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        raise ActError("rehearsal.bad_hour", text=text) from None
    found = from_datetime(when)
    return found if found > after - MINUTE else from_datetime(when + timedelta(days=1))


AnyScene = Voice | NoAnswer | Refusal | Delay | Job | MastDown
