"""What was said on the radio against what the journal says that the post did: a sentence that asks gets its answer."""

import re
from typing import Any

from tests.night.city import NightCity
from tests.night.operator import LATE, STATES, Operator
from tests.night.voices import Heard

WITHIN_MIN = 1
"""A state has the hour that was said, or that of a key pressed within the same minute."""

NAMES = {"2": "en_route", "3": "on_site", "4": "made_safe", "5": "available"}
MOVES = (
    "SELECT happened_at, convert_from(bytes, 'UTF8')::jsonb -> 'data' FROM journal_line"
    " WHERE type = 'dispatch.crew_moved' AND position > %s ORDER BY position"
)
REFUSALS = (
    "SELECT count(*) FROM journal_line WHERE type = 'dispatch.disengaged' AND position > %s"
    " AND convert_from(bytes, 'UTF8')::jsonb -> 'data' ->> 'reason' = 'refused'"
)


def unanswered(operator: Operator, city: NightCity, since: int) -> list[str]:
    """List the sentences heard that asked for something which the journal does not hold; none when nothing was lost."""
    left = [(city.local(at)[:5], data["state"]) for at, data in city.rows(MOVES, since)]
    lost = []
    for heard in operator.heard:
        state = state_of(heard)
        if state and heard.text not in operator.typed and not _take(left, heard, state):
            lost.append(f"{heard.clock} {heard.who}: {heard.text}")
    refused = sum("négatif" in heard.text for heard in operator.heard)
    if refused != city.value(REFUSALS, since):
        lost.append(f"{refused} refusals heard, {city.value(REFUSALS, since)} in the journal")
    return lost


def state_of(heard: Heard) -> str:
    """Return the crew state that a sentence tells, empty for none."""
    if LATE.search(heard.text):
        return ""
    key = next((key for key, words in STATES if re.search(words, heard.text, re.IGNORECASE)), "")
    return NAMES.get(key, "")


def _take(left: list[tuple[str, str]], heard: Heard, state: str) -> bool:
    """Take the move of the journal that answers a sentence out of the list; tells whether there was one."""
    wanted: Any = min(
        (one for one in left if one[1] == state), key=lambda one: _apart(one[0], heard.clock), default=None
    )
    if wanted is None or _apart(wanted[0], heard.clock) > WITHIN_MIN:
        return False
    left.remove(wanted)
    return True


def _apart(one: str, other: str) -> int:
    """Return how many minutes two hours of the clock are apart, midnight between them or not."""
    first, second = (int(clock[:2]) * 60 + int(clock[3:5]) for clock in (one, other))
    return min(abs(first - second), 24 * 60 - abs(first - second))
