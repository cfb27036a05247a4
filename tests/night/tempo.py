"""The pace of a night: as fast as the machine holds while nothing waits, slow under the hands, reading in between.

Whatever the pace, what costs a person is charged in seconds of the city: three for a line read.
"""

import time
from typing import Literal

from tests.night.city import NightCity
from tests.night.voices import Voices

Gait = Literal["idle", "reading", "hands"]


class Tempo:
    """The city's clock under one operator, and what it cost in seconds of the machine."""

    def __init__(self, city: NightCity, voices: Voices, fastest: float) -> None:
        self._city, self._voices = city, voices
        self._rates: dict[Gait, float] = {"idle": fastest, "reading": min(fastest, 12.0), "hands": min(fastest, 3.0)}
        self._gait: Gait | None = None
        self._since = time.monotonic()
        self._from_s = 0.0
        self.spent: dict[Gait, tuple[float, float]] = {}
        """Seconds of the machine and of the city, by gait."""

    def now_s(self) -> float:
        """Return the city's time in seconds, as the console's clock has it."""
        state = self._voices.page.evaluate("fetch('/api/state?after=999999999').then((answer) => answer.json())")
        return float(state["now"]) / 1e6

    def go(self, gait: Gait) -> None:
        """Let the city's clock run at a gait from now on."""
        if gait == self._gait:
            return
        self.settle()
        self._city.rate(self._rates[gait])
        self._gait = gait

    def settle(self) -> None:
        """Note what the gait that ends has cost."""
        now, city_s = time.monotonic(), self.now_s()
        if self._gait is not None and self._from_s:
            machine, city = self.spent.get(self._gait, (0.0, 0.0))
            self.spent[self._gait] = (machine + now - self._since, city + city_s - self._from_s)
        self._since, self._from_s = now, city_s

    def spend(self, seconds: float) -> None:
        """Let seconds of the city pass: that is what reading costs."""
        until = self.now_s() + seconds
        self.go("reading")
        while (left := until - self.now_s()) > 0:
            self._voices.page.wait_for_timeout(min(400.0, max(20.0, 1000 * left / self._rates["reading"])))

    def report(self) -> str:
        """Return how long each gait lasted, in the machine's seconds and the city's."""
        self.settle()
        machine, city = (sum(pair[place] for pair in self.spent.values()) for place in (0, 1))
        parts = [f"{name}: {m:.0f} s for {c:.0f} s ({c / max(m, 0.1):.1f}×)" for name, (m, c) in self.spent.items()]
        return f"{city:.0f} s of the city in {machine:.0f} s, {city / max(machine, 0.1):.1f}× · " + ", ".join(parts)
