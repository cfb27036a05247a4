"""Beats the time: steps the world, hands its messages to the sockets, tells the city's clock, obeys the control."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from beffroi.model.time import MILLISECOND, SECOND, Micros, to_iso
from beffroi.rehearsal.plant.types import Plant
from beffroi.rehearsal.player.fixes import Fixes
from beffroi.rehearsal.player.memory import Memory, recall_meters, remember, wall_now
from beffroi.rehearsal.player.wires import Wires
from beffroi.rehearsal.scenario import Scenario, get_scenario, list_scenarios, schedule, start_of
from beffroi.rehearsal.shift.console import Stage
from beffroi.rehearsal.world.world import World

SLOWEST, FASTEST = 1.0, 150.0
BEAT_S = 0.1
LONGEST_BEAT_S = 5.0
"""After a longer pause of ours the city's clock waits for us: it never leaps over what nobody saw."""

ENOUGH_CONNECTED = 0.95
MOST_WORK = 0.7
"""Share of the time that playing may take; beyond, the city's clock honestly runs slower than asked."""

CALM = 12 * SECOND
"""A world just begun introduces itself at 1× before its clock runs faster."""

CLOCK_EVERY_S = 1.0
REMEMBER_EVERY_S = 30.0

log = structlog.get_logger("rehearsal")
Publish = Callable[[str, bytes], Awaitable[None]]


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """What may be asked on `bf.rehearsal.control`: `do` is status, list, rate, scenario or act.

    `stay` keeps the clock where it is instead of going to the scenario's own hour; `act` is one step of a scenario.
    """

    do: str = "status"
    rate: float = 0.0
    name: str = ""
    stay: bool = False
    act: dict[str, Any] = {}


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that cannot be carried out: code and params."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Conductor:
    """One world and the sockets it speaks through. `start` is the city's time at the first beat."""

    def __init__(
        self, plant: Plant, seed: int, folder: Path, publish: Publish, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._plant = plant
        self._seed = seed
        self._folder = folder
        self._publish = publish
        self._monotonic = monotonic
        self.rate = 1.0
        self.pace = 1.0
        """City seconds in a second just now: the rate asked, or what this machine manages."""
        self.scenario = Scenario(title={}, expected={})
        self.began: Micros = 0
        self.world: World | None = None
        self.slip_s = 0.0
        self._last = 0.0
        self._calm_until: Micros = 0
        self.messages = 0
        self.wires: Wires | None = None
        self.fixes: Fixes | None = None

    def begin(self, scenario: Scenario, at: Micros, rate: float, began: Micros | None = None) -> None:
        """Put a new world at a time and write the scenario in its agenda; acts before `at` are over and left out."""
        former = self.world
        self.rate = min(max(rate, SLOWEST), FASTEST)
        self.pace = SLOWEST
        world = World(self._plant, self._seed, at, SLOWEST)
        world.agenda.at(at + CALM, lambda _now: world.set_rate(self.rate))
        if former is None:
            recall_meters(self._folder, world)
        else:
            world.bank.energy_wh[:] = former.bank.energy_wh
            world.bank.burning_h[:] = former.bank.burning_h
            world.shift.inherit(former.shift)
        self._calm_until = at + CALM
        self.scenario, self.began = scenario, at if began is None else began
        schedule(scenario, world, self.began)
        self.world = world
        log.info("scenario begins", scenario=scenario.name, at=to_iso(at), rate=self.rate)

    async def run(self) -> None:
        """Play until cancelled."""
        self._last = kept = self._monotonic()
        told = -CLOCK_EVERY_S
        while True:
            now = self._monotonic()
            passed = min(now - self._last, LONGEST_BEAT_S)
            self.slip_s += max(0.0, now - self._last - passed)
            self._last = now
            self.beat(passed)
            self._settle_pace(passed, self._monotonic() - now)
            if now - told >= CLOCK_EVERY_S:
                told = now
                await self.tell_clock()
            if now - kept >= REMEMBER_EVERY_S:
                kept = now
                self.keep()
            await asyncio.sleep(max(0.005, BEAT_S - (self._monotonic() - now)))

    def beat(self, passed_s: float) -> None:
        """Play some seconds of the wall, and send what was said."""
        assert self.world is not None
        until = self.world.now + int(passed_s * self.pace * 1000) * MILLISECOND
        for message in self.world.step(until):
            self.messages += 1
            if message.door == "mqtt" and self.wires is not None:
                self.wires.send(message.source, message.path, message.payload)
            elif message.door == "osmand" and self.fixes is not None:
                self.fixes.send(message.source, message.payload)

    def _settle_pace(self, passed_s: float, worked_s: float) -> None:
        """Slow down when playing takes more than its share, come back to the rate asked when it takes less.

        While sources are still connecting or introducing themselves the clock runs at 1×: a second of theirs is not to
        be minutes of silence.
        """
        if self._introducing():
            self.pace = SLOWEST
        elif worked_s > MOST_WORK * passed_s > 0:
            self.pace = max(SLOWEST, self.pace * MOST_WORK * passed_s / worked_s)
        else:
            self.pace = min(self.rate, self.pace * 1.1)

    def _introducing(self) -> bool:
        assert self.world is not None
        connecting = self.wires is not None and self.wires.connected_share < ENOUGH_CONNECTED
        return connecting or self.world.now < self._calm_until

    async def tell_clock(self) -> None:
        """Say the city's time at this very moment, and its pace, on `bf.clock`."""
        assert self.world is not None
        since = max(0.0, self._monotonic() - self._last) if self._last else 0.0
        now = self.world.now + int(since * self.pace * SECOND)
        await self._publish("bf.clock", msgspec.json.encode({"now": now, "rate": round(self.pace, 3)}))

    def stage(self) -> Stage:
        """Return what the radio and telephone console stands on at this moment."""
        assert self.world is not None
        return Stage(self.world.shift, self.world.now, self.pace, ZoneInfo(self._plant.programmes[0].zone))

    def now(self) -> Micros:
        """Return the city's time at the last beat, 0 before the first world."""
        return self.world.now if self.world is not None else 0

    def heard(self, source: str, payload: bytes) -> None:
        """Hand a downlink frame to the world."""
        if self.world is not None:
            self.world.receive(source, payload, self.world.now)

    def keep(self) -> None:
        """Remember where we are."""
        assert self.world is not None
        memory = Memory(
            seed=self._seed,
            now=self.world.now,
            wall_s=wall_now(),
            rate=self.rate,
            scenario=self.scenario.name,
            began=self.began,
        )
        remember(self._folder, memory, self.world)

    # -- control

    async def answer(self, payload: bytes) -> bytes:
        """Return the answer to a control request; a refusal carries its code and params."""
        try:
            request = msgspec.json.decode(payload or b"{}", type=Request)
            return msgspec.json.encode(await self._obey(request))
        except msgspec.DecodeError as error:
            return msgspec.json.encode({"code": "rehearsal.bad_request", "params": {"problem": str(error)}})
        except Exception as error:
            code, params = getattr(error, "code", None), getattr(error, "params", None)
            if not isinstance(code, str):
                raise
            return msgspec.json.encode({"code": code, "params": params})

    async def _obey(self, request: Request) -> dict[str, Any]:
        if request.do == "list":
            return {"scenarios": {name: _card(one) for name, one in list_scenarios(self._own()).items()}}
        if request.do == "rate":
            await self._set_rate(request.rate)
        elif request.do == "scenario":
            await self._play(request.name, request.stay, request.rate)
        elif request.do == "act":
            self._act(request.act)
        elif request.do != "status":
            raise Refused("rehearsal.unknown_request", do=request.do)
        return self.status()

    async def _set_rate(self, rate: float) -> None:
        assert self.world is not None
        if not SLOWEST <= rate <= FASTEST:
            raise Refused("rehearsal.bad_rate", rate=f"{rate:g}")
        self.rate = rate
        if not self._introducing():
            self.pace = rate
            self.world.set_rate(rate)
        await self.tell_clock()

    async def _play(self, name: str, stay: bool, rate: float) -> None:
        assert self.world is not None
        scenario = get_scenario(name, self._own())
        if stay or not scenario.start:
            schedule(scenario, self.world, self.world.now + SECOND)
            self.scenario, self.began = scenario, self.world.now + SECOND
        else:
            at = start_of(scenario, self._plant.programmes[0], self.world.now)
            self.begin(scenario, at, rate or self.rate)
        if rate:
            await self._set_rate(rate)
        await self.tell_clock()

    def _act(self, fields: dict[str, Any]) -> None:
        assert self.world is not None
        text = {"title": {}, "expected": {}, "step": [fields]}
        schedule(msgspec.convert(text, Scenario), self.world, self.world.now + MILLISECOND)

    def _own(self) -> Path:
        return self._folder / "scenarios"

    def status(self) -> dict[str, Any]:
        """Return what a person or a test wants to know of the rehearsal."""
        assert self.world is not None
        wires, fixes = self.wires, self.fixes
        return {
            "now": self.world.now,
            "rate": self.rate,
            "pace": round(self.pace, 1),
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "expected": self.scenario.expected,
            "began": self.began,
            "messages": self.messages,
            "problems": [{"code": code, "params": params} for code, params in self.world.problems[-5:]],
            "slip_s": round(self.slip_s, 1),
            "mqtt": {"connected": wires.connected, "sent": wires.sent, "unacknowledged": wires.unacknowledged,
                     "refused": wires.refused} if wires else {},
            "osmand": {"sent": fixes.sent, "refused": fixes.refused, "dropped": fixes.dropped} if fixes else {},
        }  # fmt: skip


def _card(scenario: Scenario) -> dict[str, Any]:
    return {"title": scenario.title, "expected": scenario.expected, "start": scenario.start}
