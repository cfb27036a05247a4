"""Failed sign-ins slow one seat for one account, ever longer; they never lock anybody out (house rule, room.md §3)."""

from collections import OrderedDict

import msgspec

FREE_FAILURES = 4
LONGEST_WAIT_S = 60.0
ALERT_AT = 10
KEPT = 10_000
"""Bound: the oldest (login, address) is forgotten first."""
FORGET_AFTER_S = 3600.0

Seat = tuple[str, str]


class _Count(msgspec.Struct):
    failures: int
    free_at: float
    last: float


class Throttle:
    """Counts failures by (login, address), or any other pair; times are monotonic seconds given by the caller.

    The wait doubles from 1 s on after `free` failures, up to `longest_wait_s`.
    """

    def __init__(
        self, free: int = FREE_FAILURES, longest_wait_s: float = LONGEST_WAIT_S, alert_at: int = ALERT_AT
    ) -> None:
        self._free = free
        self._longest_wait_s = longest_wait_s
        self._alert_at = alert_at
        self._counts: OrderedDict[Seat, _Count] = OrderedDict()

    def wait_s(self, login: str, address: str, now: float) -> float:
        """Return how long this seat must still wait before this login is looked at; 0 when it need not."""
        count = self._counts.get((login, address))
        return max(0.0, count.free_at - now) if count else 0.0

    def failed(self, login: str, address: str, now: float) -> int:
        """Count one failure and return how many there are."""
        seat = (login, address)
        count = self._counts.pop(seat, None)
        if count is None or now - count.last > FORGET_AFTER_S:
            count = _Count(0, now, now)
        count.failures += 1
        count.last = now
        extra = count.failures - self._free
        if extra > 0:
            count.free_at = now + min(self._longest_wait_s, 2.0 ** min(extra - 1, 10))
        self._counts[seat] = count
        if len(self._counts) > KEPT:
            self._counts.popitem(last=False)
        return count.failures

    def succeeded(self, login: str, address: str) -> int:
        """Forget the failures of a seat and return how many there were."""
        count = self._counts.pop((login, address), None)
        return count.failures if count else 0

    def forgive(self, login: str, address: str) -> None:
        """Take one failure back: the attempt was no mistake, only half of a sign-in."""
        count = self._counts.get((login, address))
        if count:
            count.failures -= 1
            count.free_at = 0.0

    def alerts(self, failures: int) -> bool:
        """Tell whether this many failures deserve a line of the journal: 10, 20, 40, 80…"""
        times, rest = divmod(failures, self._alert_at)
        return rest == 0 and times > 0 and times & (times - 1) == 0
