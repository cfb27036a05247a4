"""Crews, people and rosters of a demonstration, from the vehicles of the rehearsal city: all of it marked simulated.

Nobody here exists: names are drawn from two lists, phones from the ranges that the French regulator keeps for fiction
(06 39 98 xx xx). A real city enters its own people and never runs this.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from beffroi.assets.state import AssetsState
from beffroi.dispatch.actions import SetAgent, SetCrew, SetRoster
from beffroi.dispatch.types import FIRST, MANAGER, SECOND, Authorisation, DispatchState, Turn
from beffroi.model.actor import Actor
from beffroi.model.time import DAY, Micros, from_datetime, local_day, to_datetime
from beffroi.trade.action import Action
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

EVERY_S = 10.0
AT_ONCE = 100
AHEAD_DAYS = 14
KEPT_YEARS = 2
ME = trusted(Actor("system", name="demonstration"))

FIRST_NAMES = (
    *("Alix", "Baptiste", "Chloé", "Driss", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès", "Jules", "Karima", "Léo"),
    *("Manon", "Nadir", "Océane", "Paul", "Quentin", "Rosa", "Samir", "Théa"),
)
LAST_NAMES = (
    *("Aubertin", "Bressand", "Courtois", "Desgranges", "Estève", "Fournier", "Gauthey", "Humbert", "Ivry"),
    *("Jacquinot", "Kuhn", "Lamarche", "Maréchal", "Nicolle", "Oudot", "Perrichet", "Quillot", "Roussotte", "Seguin"),
)
TRADES = {
    "Éclairage": "lighting",
    "Signalisation": "traffic",
    "Voirie": "roads",
    "Propreté": "cleaning",
    "Espaces verts": "green_spaces",
    "Police municipale": "police",
    "Encombrants": "bulky_waste",
    "Bâtiments": "buildings",
}
SKILLS = {
    "éclairage": "lighting",
    "feux": "signals",
    "voirie": "roads",
    "balisage": "cones",
    "propreté": "cleaning",
    "espaces verts": "green_spaces",
    "élagage": "pruning",
    "police": "police",
    "encombrants": "bulky_waste",
    "bâtiment": "building",
    "serrurerie": "locksmith",
}
EQUIPMENT = {"nacelle": "platform", "laveuse": "washer", "benne": "skip"}
PAPERS = {"nacelle": "at_height", "habilitation B2V": "electrical", "habilitation B1V": "electrical"}
SHIFTS = {"jour": (5, 0, 20, 0), "nuit": (20, 0, 29, 0)}
"""Hours and minutes of the local day, beyond 24 the next one's."""
DELAYS = {"lighting": 45, "traffic": 60, "roads": 60, "buildings": 60, "green_spaces": 120}
CONTRACTORS = {"lighting": "Lumières d'Ouche (fictif)", "traffic": "Feux de Côte-d'Or (fictif)"}
HELD = {"lighting": ("electrical", "at_height"), "traffic": ("electrical",)}
"""Papers of who is on call at home, by trade: all valid, so that the lists of a demonstration answer at night."""
PER_LIST, MANAGERS = 4, 3

log = structlog.get_logger("dispatch_demo")


class Described(msgspec.Struct):
    """What the rehearsal's register says of a vehicle."""

    crew: str = ""
    skills: str = ""
    shift: str = "jour"


class Van(msgspec.Struct, frozen=True):
    """A vehicle with its crew's name, trade, words of skills and shift."""

    asset: UUID
    name: str
    trade: str
    words: tuple[str, ...]
    shift: str


def vans(register: AssetsState) -> list[Van]:
    """List the vehicles of the rehearsal city that have a crew, in the order of the register."""
    found = []
    for facts in register.list_kind("vehicle"):
        described = msgspec.json.decode(register.get(facts.id).characteristics, type=Described)
        trade = TRADES.get(facts.name.rpartition(" ")[0])
        if described.crew and trade is not None:
            words = tuple(word.strip() for word in described.skills.split(";"))
            found.append(Van(facts.id, facts.name, trade, words, described.shift))
    return found


def person(
    number: int, now: Micros, *, papers: Sequence[str] = (), contractor: str = "", valid: bool = False
) -> SetAgent:
    """Return the fictional person of that number; one electrical paper in nine is out of date unless all are valid."""
    until = now - 30 * DAY if number % 9 == 8 and not valid else now + (200 + number) * DAY
    return SetAgent(
        name=f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number * 7 % len(LAST_NAMES)]}",
        phone=f"06 39 98 {number // 100 % 100:02d} {number % 100:02d}",
        ends_at=now + KEPT_YEARS * 365 * DAY,
        authorisations=tuple(Authorisation(code, until) for code in dict.fromkeys(papers)),
        contractor=contractor,
        simulated=True,
    )


def crew_of(van: Van, members: tuple[UUID, ...]) -> SetCrew:
    """Return the crew of a vehicle."""
    return SetCrew(
        name=van.name,
        trade=van.trade,
        members=members,
        skills=tuple(SKILLS[word] for word in van.words if word in SKILLS),
        equipment=tuple(EQUIPMENT[word] for word in van.words if word in EQUIPMENT),
        vehicle=van.asset,
        contractor=CONTRACTORS.get(van.trade, ""),
        simulated=True,
    )


def duty_turns(crews: Sequence[tuple[UUID, str]], first: date, days: int, zone: ZoneInfo) -> list[Turn]:
    """Return the turns of crews by the hours of their shift on the local clock, whatever the night of the change."""
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        for crew, shift in crews:
            start_h, start_m, end_h, end_m = SHIFTS.get(shift, SHIFTS["jour"])
            start, end = at_local(day, start_h, start_m, zone), at_local(day, end_h, end_m, zone)
            found.append(Turn(kind="duty", subject=crew, start=start, end=end))
    return found


def on_call_turns(people: Sequence[UUID], delay_min: int, monday: date, weeks: int, zone: ZoneInfo) -> list[Turn]:
    """Return weeks of *appel 1* and *appel 2* from Monday 08:00, each person moving on by one every week."""
    found = []
    for week in range(weeks):
        day = monday + timedelta(days=7 * week)
        start, end = at_local(day, 8, 0, zone), at_local(day + timedelta(days=7), 8, 0, zone)
        number = day.toordinal() // 7
        for rank in (FIRST, SECOND):
            one = people[(number + rank) % len(people)]
            found.append(Turn(kind="on_call", subject=one, start=start, end=end, rank=rank, delay_min=delay_min))
    return found


def manager_turns(people: Sequence[UUID], monday: date, weeks: int, zone: ZoneInfo) -> list[Turn]:
    """Return weeks of *cadre d'astreinte*."""
    found = []
    for week in range(weeks):
        day = monday + timedelta(days=7 * week)
        start, end = at_local(day, 8, 0, zone), at_local(day + timedelta(days=7), 8, 0, zone)
        one = people[day.toordinal() // 7 % len(people)]
        found.append(Turn(kind="on_call", subject=one, start=start, end=end, rank=MANAGER, delay_min=30))
    return found


def at_local(day: date, hour: int, minute: int, zone: ZoneInfo) -> Micros:
    """Return the time at which the local clock shows an hour of a day, beyond 24 of the next one."""
    day += timedelta(days=hour // 24)
    return from_datetime(datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=zone))


async def run(core: CoreDoor) -> None:
    """People the rehearsal city once, then keep its rosters two weeks ahead."""
    while core.demo:
        try:
            state: DispatchState = core.state("dispatch")
            if not state.crews:
                await _people(core)
            else:
                await _extend(core)
        except Rejected as refusal:
            log.warning("demonstration crews: tried again soon", code=refusal.code)
        await asyncio.sleep(EVERY_S)
    await asyncio.Event().wait()


async def _people(core: CoreDoor) -> None:
    found = vans(core.state("assets"))
    if not found:
        return
    now = core.clock.now()
    teams = [2 if van.trade in ("lighting", "traffic", "roads", "police") else 1 for van in found]
    asked: list[Action] = []
    for van, size in zip(found, teams, strict=True):
        papers = [PAPERS[word] for word in van.words if word in PAPERS]
        contractor = CONTRACTORS.get(van.trade, "")
        asked += [person(len(asked) + i, now, papers=papers, contractor=contractor) for i in range(size)]
    crew_people = len(asked)
    for trade in DELAYS:
        papers, contractor = list(HELD.get(trade, ())), CONTRACTORS.get(trade, "")
        people = range(len(asked), len(asked) + PER_LIST)
        asked += [person(number, now, papers=papers, contractor=contractor, valid=True) for number in people]
    asked += [person(len(asked) + i, now) for i in range(MANAGERS)]
    ids = [event.agent for event in await _all(core, asked)]
    members = _cut(ids[:crew_people], teams)
    crews = [event.crew for event in await _all(core, [crew_of(*pair) for pair in zip(found, members, strict=True)])]
    by_trade: dict[str, list[tuple[UUID, str]]] = {}
    for van, crew in zip(found, crews, strict=True):
        by_trade.setdefault(van.trade, []).append((crew, van.shift))
    lists = dict(zip(DELAYS, _cut(ids[crew_people:-MANAGERS], [PER_LIST] * len(DELAYS)), strict=True))
    zone = ZoneInfo(core.zone)
    today = local_day(now, zone)
    monday = today - timedelta(days=today.weekday() + 7)
    for trade, mine in by_trade.items():
        turns = duty_turns(mine, monday, 35, zone)
        if trade in lists:
            turns += on_call_turns(lists[trade], DELAYS[trade], monday, 5, zone)
        await _write(core, trade, monday, turns, zone)
    await _write(core, "", monday, manager_turns(ids[-MANAGERS:], monday, 5, zone), zone)
    log.info("demonstration crews entered", crews=len(crews), people=len(ids))


async def _write(core: CoreDoor, trade: str, monday: date, turns: list[Turn], zone: ZoneInfo) -> None:
    start, end = at_local(monday, 0, 0, zone), at_local(monday + timedelta(days=35), 0, 0, zone)
    for first in range(0, 5):
        week = at_local(monday + timedelta(days=7 * first), 0, 0, zone)
        after = min(end, at_local(monday + timedelta(days=7 * first + 7), 0, 0, zone))
        mine = tuple(turn for turn in turns if max(week, start) <= turn.start < after)
        await core.executor.execute(SetRoster(trade=trade, start=week, end=after, turns=mine), ME)


async def _extend(core: CoreDoor) -> None:
    """Repeat, week after week, the last week that a roster has: on the local clock, not 168 hours later."""
    state: DispatchState = core.state("dispatch")
    zone = ZoneInfo(core.zone)
    now = core.clock.now()
    for trade, turns in list(state.turns.items()):
        last = local_day(max(turn.start for turn in turns), zone)
        if at_local(last, 0, 0, zone) > now + AHEAD_DAYS * DAY:
            continue
        monday = last - timedelta(days=last.weekday())
        start, end = (at_local(monday + timedelta(days=shift), 0, 0, zone) for shift in (7, 14))
        from_ = at_local(monday, 0, 0, zone)
        moved = tuple(_next_week(turn, zone) for turn in turns if from_ <= turn.start < start)
        await core.executor.execute(SetRoster(trade=trade, start=start, end=end, turns=moved), ME)


def _next_week(turn: Turn, zone: ZoneInfo) -> Turn:
    return msgspec.structs.replace(turn, start=_a_week_later(turn.start, zone), end=_a_week_later(turn.end, zone))


def _a_week_later(at: Micros, zone: ZoneInfo) -> Micros:
    # arithmetic on an aware local time keeps the clock's hour
    return from_datetime(to_datetime(at).astimezone(zone) + timedelta(days=7))


async def _all(core: CoreDoor, asked: Sequence[Action]) -> list[Any]:
    """Return the first event of each action, in order."""
    found: list[Any] = []
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        outcomes = await asyncio.gather(*(core.executor.execute(action, ME) for action in some))
        found += [outcome.lines[0].event for outcome in outcomes]
    return found


def _cut(ids: Sequence[UUID], sizes: Sequence[int]) -> list[tuple[UUID, ...]]:
    """Return the identifiers in groups of these sizes."""

    def groups() -> Iterator[tuple[UUID, ...]]:
        start = 0
        for size in sizes:
            yield tuple(ids[start : start + size])
            start += size

    return list(groups())


SERVICE = run
