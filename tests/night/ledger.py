"""What each event of a night cost and how long it waited, kept as a table that a person reads."""

import msgspec

MOST_KEYS = 12


class Event(msgspec.Struct):
    """One event of the night; times are seconds of the city. Keys exclude those of calls and of lines that are text."""

    name: str
    title: str = ""
    keys: int = 0
    call_keys: int = 0
    text_keys: int = 0
    calls: int = 0
    shown_s: float = 0.0
    attended_s: float = 0.0
    ended_s: float = 0.0
    outcome: str = ""
    story: list[str] = []

    @property
    def waited_s(self) -> float:
        """Return how long it waited for somebody to turn to it."""
        return max(0.0, self.attended_s - self.shown_s)


class Ledger:
    """The events that an operator saw, in the order in which they were shown."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def find(self, code: str) -> Event | None:
        """Return the event under way about a painted number, or nothing."""
        return next((one for one in reversed(self._events) if one.name == code and not one.ended_s), None)

    def open(self, code: str, title: str, now_s: float) -> Event:
        """Return the event under way about a painted number, entered now when it is seen for the first time."""
        found = self.find(code)
        if found is None:
            found = Event(code, title, shown_s=now_s)
            self._events.append(found)
        return found

    def under_way(self) -> list[Event]:
        """List the events that have not ended."""
        return [one for one in self._events if not one.ended_s]

    @property
    def events(self) -> list[Event]:
        """Return every event in the order in which it was shown."""
        return sorted(self._events, key=lambda one: one.shown_s)

    def most_at_once(self) -> tuple[int, float]:
        """Return the largest number of events under way at the same time, and when (s)."""
        counted = [(sum(_lasts(one, at.shown_s) for one in self._events), at.shown_s) for at in self._events]
        return max(counted, key=lambda pair: pair[0], default=(0, 0.0))

    def longest(self) -> Event:
        """Return the event that waited the longest."""
        return max(self._events, key=lambda one: one.waited_s, default=Event("–"))

    def table(self, clock: "Clock") -> str:
        """Return the events as a Markdown table; `clock` renders a time of the city (s)."""
        head = "| Event | Shown | Attended | Waited | Keys | of calls | of lines typed | Calls | Ended | How |"
        rows = [
            f"| {one.name} {one.title} | {clock(one.shown_s)} | {clock(one.attended_s)} | {one.waited_s:.0f} s"
            f" | {one.keys} | {one.call_keys} | {one.text_keys} | {one.calls} | {clock(one.ended_s)} | {one.outcome} |"
            for one in self.events
        ]
        return "\n".join([head, "|---|---|---|---|---|---|---|---|---|---|", *rows])


def _lasts(one: Event, at_s: float) -> bool:
    return one.shown_s <= at_s and (not one.ended_s or one.ended_s > at_s)


class Clock(msgspec.Struct):
    """Renders seconds of the city as its local clock shows them."""

    zone: str = "Europe/Paris"

    def __call__(self, at_s: float) -> str:
        """Return "01:32:05", a dash for what never came."""
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo

        return datetime.fromtimestamp(at_s, UTC).astimezone(ZoneInfo(self.zone)).strftime("%H:%M:%S") if at_s else "–"
