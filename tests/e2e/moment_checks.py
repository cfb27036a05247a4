"""What room.md §2 asks of each moment beside its gestures: read on the screen, in the journal or in the register."""

import re
import time

from tests.e2e.stage import Seat, Stage, allowed

WORKS = """SELECT string_agg(DISTINCT code, ' ') FROM work_item JOIN asset ON asset.id = work_item.asset
    WHERE closed_at IS NULL AND code LIKE 'A045-%%'"""


def lamps_in_work(night: Stage) -> set[str]:
    """Return the lamps of the cabinet for which some work stands, whatever made them dark."""
    return set((night.city.value(WORKS) or "").split())


def check_why(one: Seat) -> None:
    """*Prendre* shows why: grouped, neighbours lit, the last trips, and that a second one is not closed from afar."""
    text = one.hands.until(one.right(), "Derniers déclenchements : 21:37", 30)
    for words in (r"\d+ alarmes regroupées", "voisins : 84 points allumés sur 84", "deux en 24 h, ne pas réarmer"):
        assert re.search(words, text, re.IGNORECASE | re.DOTALL), f"« {words} » is not in hand: {text}"


def check_clocks(night: Stage, code: str, first: str = "") -> None:
    """The contract's clocks equal the first alarm and what was said on the radio, to the minute."""
    shown = night.city.last_incident(code)
    told = {name: night.city.local(at)[:5] for name, at in shown["clocks"].items()}
    began = night.city.local(shown["first_at"])[:5]
    print("contract clocks", began, told)
    assert (told["on_site"], told["made_safe"]) == ("22:31", "22:36")
    assert not first or began == first


def check_mast(one: Seat) -> None:
    """The page of a mast down: the hour left to make it safe, whom to tell, the draft of the works notice."""
    text = one.right().inner_text()
    for words in (r"mise en sécurité\s+avant 03:4\d\s+(59|1 h)", "PC Circulation", "Divia", "ATU", "02:4|17|112"):
        assert re.search(words, text, re.DOTALL), f"« {words} » is not in hand: {text}"


def look_at_cameras(one: Seat) -> float:
    """Press C; returns how many seconds until the cameras, or that there are none, are under the focus."""
    asked = time.monotonic()
    one.hands.press("c")
    one.page.wait_for_function("() => document.activeElement?.matches('[data-incident-cameras]')")
    one.hands.until(one.page.locator("[data-incident-cameras]"), r"\d+ m|[Aa]ucune", 30)
    took = time.monotonic() - asked
    assert took <= allowed(1), took
    return took


def steps_in_any_order(one: Seat) -> None:
    """The last step of the list is answered before those above it: nothing holds it back."""
    one.hands.press("l", *["ArrowDown"] * 12, "Enter")
    one.hands.until(one.right().locator("[data-incident-checklist] li").last, r"fait|\d\d:\d\d", 20)
    one.page.locator("[data-queue]").focus()
