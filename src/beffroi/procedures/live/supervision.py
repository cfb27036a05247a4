"""Judges every 5 s what no reading can tell by itself: silence, lights that burn by day or stay dark by night.

Desired conditions are compared with those that stand, so that a scan missed or repeated changes nothing. Silence is
judged by each asset's own rhythm and by when it spoke to us, whatever its clock tells; never from before our own
start, a clock jump, a silence of the intake, or the hour at which a clock-cut circuit came back to life.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from beffroi.alarms.actions import Judge
from beffroi.alarms.state import AlarmsState
from beffroi.model.actor import Actor
from beffroi.model.kinds import EquipmentKind
from beffroi.model.ports import City
from beffroi.model.reading import Crossing
from beffroi.model.time import SECOND, Micros
from beffroi.procedures.live.fleet import BY_POINT, Fleet, Senses, build_fleet, daylight, expected_levels, fleet_steps
from beffroi.procedures.live.pace import paced
from beffroi.trade.doors import trusted
from beffroi.trade.rejected import Rejected
from beffroi.trade.service import CoreDoor

log = structlog.get_logger(__name__)

SCAN_EVERY_S = 5.0
SHORTEST_PAUSE_S = 0.25
INTAKE_PATIENCE_S = 10.0
FASTEST_RATE = 150.0
JUMP_S = 5.0
JUDGED_AT_ONCE = 300
MARGIN = 15 * SECOND
"""A heartbeat late by the network and the batch is no silence."""

UNDERWAY_S = 4.0
"""How long a message may be on its way, seconds of the machine: in a city played faster that is more of its time."""

REMEMBERED_S = 3 * UNDERWAY_S
"""How long the fastest pace still counts once the city slows down, seconds of the machine."""

LIT_W = 2.0
"""A driver on stand-by draws less, the smallest lamp dimmed to its floor draws more."""

_ME = trusted(Actor(kind="system", name="supervision"))


class Verdict(msgspec.Struct, frozen=True):
    """What a scan wants of one class of one kind: assets where it stands, among those where it can be told."""

    kind: str
    alarm_class: str
    stands: NDArray[np.int32]
    told: NDArray[np.int32]
    explains: bool


class Supervisor:
    """Keeps, between scans, since when each mismatch lasts and since when each circuit is alive."""

    def __init__(self, kinds: Mapping[str, EquipmentKind]) -> None:
        self._kinds = kinds
        self._fleet: Fleet | None = None
        self._senses: Senses | None = None
        self._awake_since: NDArray[np.int64] = np.zeros(0, np.int64)
        self._words: NDArray[np.int64] | None = None
        self._spoke: NDArray[np.int64] = np.zeros(0, np.int64)
        self._scanned_at: Micros = 0
        self._since: dict[tuple[str, str], NDArray[np.int64]] = {}
        self._margin: Micros = MARGIN

    def scan(self, city: City, state: AlarmsState, now: Micros, steady_at: Micros, rate: float = 1.0) -> list[Crossing]:
        """Return the crossings that bring the alarms to what is seen; silence counts from `steady_at` on.

        `rate` is how many seconds of the city pass in one of the machine.
        """
        self._margin = MARGIN + round((rate - 1) * UNDERWAY_S * SECOND)
        fleet, senses = self._look_around(city)
        heard = senses.heard_at()
        spoke = self._last_word(city.live.words(), heard, now)
        locked = _locked_out(city, fleet)
        # a circuit that its electrician opened owes nothing: no light, no word (room.md, rules 6 and 7)
        levels = np.where(locked, np.float32(np.nan), expected_levels(city, fleet, now))
        cut = self._cut_by_clock(fleet, senses, levels) | locked
        for since in self._since.values():
            since[locked] = 0
        self._awake_since[cut] = now
        verdicts = [*self._silent(fleet, spoke, cut, now, steady_at)]
        day = daylight(city, fleet, now)
        verdicts += self._lights(fleet, senses, heard, levels, day, now)
        verdicts += self._circuits(fleet, senses, levels, day, now)
        verdicts.sort(key=lambda verdict: not verdict.explains)
        return [crossing for verdict in verdicts for crossing in _differences(fleet, state, verdict, spoke, now)]

    def _last_word(self, words: NDArray[np.int64], heard: NDArray[np.int64], now: Micros) -> NDArray[np.int64]:
        """Return when each asset last spoke to us: a clock that lies, or days of memory coming back, is no silence.

        What was said before our first scan is known by its own time only.
        """
        words = _grown(words, len(heard))
        if self._words is None:
            self._spoke = heard
        else:
            said = words > _grown(self._words, len(heard))
            before = _grown(self._spoke, len(heard))
            came = np.clip(heard, self._scanned_at, now)
            self._spoke = np.where(said, came, np.where(before > 0, before, heard))
        self._words, self._scanned_at = words.copy(), now
        return self._spoke

    def _look_around(self, city: City) -> tuple[Fleet, Senses]:
        if self._fleet is None or self._fleet.version != city.topology.version:
            self._fleet = build_fleet(city.topology, self._kinds)
            self._senses = None
            self._awake_since = _grown(self._awake_since, self._fleet.size)
            self._since = {key: _grown(since, self._fleet.size) for key, since in self._since.items()}
        if self._senses is None:
            self._senses = Senses(city.live, self._fleet, self._kinds)
        self._senses.refresh(city.live)
        return self._fleet, self._senses

    def _cut_by_clock(self, fleet: Fleet, senses: Senses, levels: NDArray[np.float32]) -> NDArray[np.bool_]:
        cut = fleet.day_cut & (levels == 0)
        circuits = fleet.of_kind.get("circuit", np.empty(0, np.int32))
        _, energised = senses.read("energised", circuits)
        _, tripped = senses.read("tripped", circuits)
        dead = np.zeros(fleet.size, np.bool_)
        dead[circuits] = (energised == 0) & ~(tripped == 1) & np.isnan(levels[circuits]) & fleet.day_cut[circuits]
        fed = np.flatnonzero(fleet.feeder >= 0)
        cut[fed] |= dead[fleet.feeder[fed]] & fleet.day_cut[fed]
        return np.asarray(cut, np.bool_)

    def _silent(
        self, fleet: Fleet, spoke: NDArray[np.int64], cut: NDArray[np.bool_], now: Micros, steady_at: Micros
    ) -> Iterable[Verdict]:
        last = np.maximum(np.maximum(spoke, self._awake_since), steady_at)
        expected = fleet.alive & fleet.speaks & (fleet.silent_after > 0) & (spoke > 0) & ~cut
        silent = expected & (now - last > fleet.silent_after + self._margin)
        ever = spoke > 0
        for name, kind in self._kinds.items():
            members = fleet.of_kind[name]
            for alarm_class in kind.alarm_classes:
                if alarm_class.test == "silent" and len(members):
                    yield Verdict(
                        name,
                        alarm_class.name,
                        members[silent[members]],
                        members[ever[members]],
                        bool(alarm_class.explains),
                    )

    def _lights(
        self,
        fleet: Fleet,
        senses: Senses,
        heard: NDArray[np.int64],
        levels: NDArray[np.float32],
        day: NDArray[np.bool_],
        now: Micros,
    ) -> Iterable[Verdict]:
        lamps = fleet.of_kind.get("street_light", np.empty(0, np.int32))
        lamps = lamps[(fleet.management[lamps] == BY_POINT) & fleet.speaks[lamps]]
        fresh = now - heard[lamps] <= fleet.silent_after[lamps] + self._margin
        lamps = lamps[fresh & (heard[lamps] > 0)]
        _, power = senses.read("power_w", lamps)
        _, level = senses.read("level_pct", lamps)
        _, gasp = senses.read("last_gasp", lamps)
        asked = levels[lamps]
        supplied = ~(gasp == 1)
        seen = ~np.isnan(power) & ~np.isnan(asked)
        cases = {
            "day_burner": (power >= LIT_W) & (asked == 0) & day[lamps],
            "dark_by_night": (power < LIT_W) & (asked > 0) & supplied,
        }
        for name, wrong in cases.items():
            yield self._lasting(fleet, "street_light", name, lamps[seen & wrong], lamps[seen], now)
        limit = self._kinds["street_light"].alarm_class("discordant").limit
        # lit through the extinction of the night is no light by day: it is not at its level
        seen &= ~np.isnan(level) & (power >= LIT_W) & ((asked > 0) | ~day[lamps])
        off = np.abs(level - asked) > limit
        yield self._lasting(fleet, "street_light", "discordant", lamps[seen & off], lamps[seen], now)

    def _circuits(
        self, fleet: Fleet, senses: Senses, levels: NDArray[np.float32], day: NDArray[np.bool_], now: Micros
    ) -> Iterable[Verdict]:
        circuits = fleet.of_kind.get("circuit", np.empty(0, np.int32))
        _, energised = senses.read("energised", circuits)
        _, tripped = senses.read("tripped", circuits)
        asked = levels[circuits]
        seen = ~np.isnan(energised) & ~np.isnan(asked) & fleet.alive[circuits]
        cut_by_day = fleet.day_cut[circuits]
        # a circuit may stay fed through the extinction of the night, its lights dimmed to nothing one by one
        stuck = seen & cut_by_day & (energised == 1) & (asked == 0) & day[circuits]
        dark = seen & (energised == 0) & ~(tripped == 1) & (asked > 0)
        yield self._lasting(fleet, "circuit", "stuck_on", circuits[stuck], circuits[seen], now)
        yield self._lasting(fleet, "circuit", "dark", circuits[dark], circuits[seen], now)

    def _lasting(
        self, fleet: Fleet, kind: str, name: str, wrong: NDArray[np.int32], seen: NDArray[np.int32], now: Micros
    ) -> Verdict:
        """Keep of what is wrong now what has been wrong for the delay of its class."""
        alarm_class = self._kinds[kind].alarm_class(name)
        since = self._since.setdefault((kind, name), np.zeros(fleet.size, np.int64))
        begun = since[wrong]
        since[seen] = 0
        since[wrong] = np.where(begun > 0, begun, now)
        lasting = wrong[now - since[wrong] >= alarm_class.delay_s * SECOND]
        right = np.setdiff1d(seen, wrong, assume_unique=True)
        return Verdict(kind, name, lasting, right, bool(alarm_class.explains))


def _locked_out(city: City, fleet: Fleet) -> NDArray[np.bool_]:
    """Return which assets a lock-out covers."""
    marks = np.zeros(fleet.size, np.bool_)
    for lock in city.locks.list_roots():
        covered = (lock.asset, *city.topology.descendants(lock.asset))
        marks[[fleet.places[asset] for asset in covered if asset in fleet.places]] = True
    return marks


def _grown(array: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.concatenate([array, np.zeros(max(0, size - len(array)), np.int64)])[:size]


def _differences(
    fleet: Fleet, state: AlarmsState, verdict: Verdict, spoke: NDArray[np.int64], now: Micros
) -> Iterable[Crossing]:
    """List the crossings of one class: what stands and is not open, what is open and was told to be over."""
    open_alarms = {
        alarm.index: alarm
        for alarm in state.classes.get(verdict.alarm_class, {}).values()
        if alarm.kind == verdict.kind and alarm.index < fleet.size
    }
    for index in verdict.stands.tolist():
        asset = fleet.ids[index]
        known = open_alarms.get(index)
        if asset is not None and (known is None or known.supposed):
            yield Crossing(0, asset, verdict.alarm_class, "raise", now)
    if not open_alarms:
        return
    standing = set(verdict.stands.tolist())
    silence = verdict.alarm_class in ("silent", "mute")
    for index in np.intersect1d(np.fromiter(open_alarms, np.int32, len(open_alarms)), verdict.told).tolist():
        alarm = open_alarms[index]
        if index not in standing and not alarm.supposed and (not silence or spoke[index] > alarm.raised_at):
            yield Crossing(0, alarm.asset, verdict.alarm_class, "clear", int(spoke[index]) if silence else now)


async def run(core: CoreDoor) -> None:
    """Scan until the process ends."""
    supervisor = Supervisor(core.kinds)
    ground = Ground(core)
    await core.bus.subscribe("bf.health.intake", lambda _subject, _payload: ground.hear_intake())
    while True:
        await asyncio.sleep(max(SHORTEST_PAUSE_S, SCAN_EVERY_S / ground.rate))
        # right before judging: a clock set during the pause must not turn into a city that fell silent
        ground.step()
        try:
            await paced(fleet_steps(core.city.topology, core.kinds))
            state, now = core.state("alarms"), core.clock.now()
            await _judge(core, supervisor.scan(core.city, state, now, ground.steady_at, ground.rate))
        except Rejected as refusal:
            log.warning("supervision waits", code=refusal.code)


async def _judge(core: CoreDoor, crossings: list[Crossing]) -> None:
    for first in range(0, len(crossings), JUDGED_AT_ONCE):
        await core.executor.execute(Judge(crossings=crossings[first : first + JUDGED_AT_ONCE]), _ME)


class Pace:
    """The fastest that the city's clock ran lately: once it slows down, what was sent then is still on its way."""

    def __init__(self) -> None:
        self.rate = 1.0
        self._at = 0.0

    def note(self, rate: float, wall: float) -> None:
        """Take the pace measured at a time of the machine (s)."""
        if rate >= self.rate or wall - self._at > REMEMBERED_S:
            self.rate, self._at = max(rate, 1.0), wall


class Ground:
    """Since when (city time) the ground is firm enough to judge a silence: our start, the clock, the intake.

    The intake tells its health each second of the wall, whatever the city's clock does: its silence is the wall's.
    """

    def __init__(self, core: CoreDoor) -> None:
        self._core = core
        self.steady_at = core.clock.now()
        self._pace = Pace()
        self._steady_since = core.steady_since
        self._intake_heard: float | None = None
        self._last = (time.monotonic(), core.clock.now())

    @property
    def rate(self) -> float:
        """Return how many seconds of the city one of the machine may hold, for what is on its way."""
        return self._pace.rate

    def hear_intake(self) -> None:
        """Note that the intake lives."""
        self._intake_heard = time.monotonic()

    def step(self) -> None:
        """Look at the ground, and at how fast the city's clock runs against the wall's."""
        wall, now = time.monotonic(), self._core.clock.now()
        elapsed_s, city_s = wall - self._last[0], (now - self._last[1]) / SECOND
        self._last = (wall, now)
        set_by_hand = not -JUMP_S < city_s < FASTEST_RATE * elapsed_s + JUMP_S
        if elapsed_s > 0 and not set_by_hand:
            self._pace.note(city_s / elapsed_s, wall)
        mute = self._intake_heard is None or wall - self._intake_heard > INTAKE_PATIENCE_S
        if mute or set_by_hand or self._core.steady_since != self._steady_since:
            self._steady_since = self._core.steady_since
            self.steady_at = now


SERVICE = run
