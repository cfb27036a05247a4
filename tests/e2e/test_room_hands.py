"""Commands of the room by hand: masking, a reminder on a line, skills asked, a directory file, sections of a report."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import City, open_desk

pytestmark = pytest.mark.e2e
SLOW_MS = 30_000
PICTURES = os.environ.get("BEFFROI_PICTURES", "")


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def _palette(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    expect(page.locator("[role=listbox] [role=option]").first).to_be_visible(timeout=SLOW_MS)
    page.keyboard.press("Enter")


@pytest.fixture
def room(quiet: City, page: Page) -> Iterator[Page]:
    """Return the desk of a city where nothing waits; its events are closed afterwards."""
    open_desk(page, quiet)
    yield page
    quiet.close_events()


def _open_event(city: City, page: Page, **fields: Any) -> str:
    number = str(city.act("incidents.open", **fields)["events"][0]["number"])
    line = page.locator("[data-queue] [role=option]", has_text=number)
    expect(line).to_have_count(1, timeout=SLOW_MS)
    line.click()
    expect(page.locator(".right h2").first).to_contain_text(number, timeout=SLOW_MS)
    return number


def test_an_event_is_masked_and_shown_again_by_ctrl_k(quiet: City, room: Page) -> None:
    number = _open_event(quiet, room, what="mât penché devant la mairie", asset=quiet.assets["A045-3"])
    _palette(room, f"masquer {number} police")
    expect(room.locator(".right .warn", has_text="seule la police")).to_be_visible(timeout=SLOW_MS)
    expect(room.locator(".log li", has_text="masqué").first).to_contain_text("la police", timeout=SLOW_MS)
    _picture(room, "masked")
    room.locator(".right").get_by_role("button", name="Démasquer").click()
    expect(room.locator(".right").get_by_role("button", name="Masquer…")).to_be_visible(timeout=SLOW_MS)
    assert not room.locator(".right .warn", has_text="seule la police").count()


def test_an_event_of_nowhere_says_so(quiet: City, room: Page) -> None:
    _open_event(quiet, room, what="bruit inconnu au loin", place="lieu-dit introuvable")
    expect(room.locator(".right .warn", has_text="Commune inconnue")).to_be_visible(timeout=SLOW_MS)


def test_a_reminder_is_set_on_a_line_by_its_key(quiet: City, room: Page) -> None:
    quiet.act("logbook.write", text="Enedis rappelle avant minuit")
    line = room.locator(".log li", has_text="Enedis rappelle avant minuit")
    expect(line).to_have_count(1, timeout=SLOW_MS)
    room.locator(".log ol").focus()
    room.keyboard.press("ArrowDown")
    expect(line).to_have_attribute("aria-current", "true")
    _picture(room, "line")
    room.keyboard.press("r")
    expect(room.locator(".remind")).to_contain_text("Enedis rappelle avant minuit")
    room.keyboard.type("30 rappeler Enedis")
    room.keyboard.press("Enter")
    expect(room.locator(".notice, [role=status]").filter(has_text="Rappel posé").first).to_be_visible(timeout=SLOW_MS)


def test_what_a_category_asks_is_changed_on_its_page(quiet: City, room: Page) -> None:
    room.goto(room.url.split("#")[0] + "#/dispatch/needs")
    row = room.locator("tr", has_text="Mât couché").first
    expect(row).to_contain_text("nacelle", timeout=SLOW_MS)
    row.get_by_role("button").click()
    room.get_by_label("balisage").check()
    room.get_by_role("button", name="Enregistrer").click()
    expect(row).to_contain_text("balisage", timeout=SLOW_MS)
    _picture(room, "needs")
    assert "cones" in quiet.client.get("/api/dispatch/needs").json()["mast_down"]["skills"]


def test_a_directory_file_is_read_before_it_is_kept_and_taken_back(quiet: City, room: Page) -> None:
    room.goto(room.url.split("#")[0] + "#/directory")
    good = "key;organisation;phones\nessai.codis;CODIS d'essai;18\n"
    given = room.locator("input[type=file]")
    wrong = good + "essai.faux;;17\n"
    given.set_input_files({"name": "faux.csv", "mimeType": "text/csv", "buffer": wrong.encode()})
    expect(room.locator(".changes")).to_contain_text("refusé", timeout=SLOW_MS)
    expect(room.get_by_role("button", name="Appliquer")).to_be_disabled()
    given.set_input_files({"name": "bon.csv", "mimeType": "text/csv", "buffer": good.encode()})
    expect(room.locator(".changes")).to_contain_text("CODIS d'essai", timeout=SLOW_MS)
    _picture(room, "import")
    room.get_by_role("button", name="Appliquer").click()
    undo = room.get_by_role("button", name="Annuler l'import de bon.csv")
    expect(undo).to_be_visible(timeout=SLOW_MS)
    assert "CODIS d'essai" in _organisations(quiet)
    undo.click()
    expect(undo).to_be_hidden(timeout=SLOW_MS)
    assert "CODIS d'essai" not in _organisations(quiet)


def _organisations(city: City) -> list[str]:
    found = city.client.get("/api/directory", params={"q": "CODIS d'essai"}).json()["items"]
    return [one["contact"]["organisation"] for one in found]


def _report(corrected: bool) -> dict[str, Any]:
    own = "## Événement 2026-0001\n21:05 · Astreinte prévenue"
    text = own.replace("prévenue", "prévenue deux fois") if corrected else own
    changes = [
        {"mark": "", "text": "## Événement 2026-0001"},
        {"mark": "-", "text": "21:05 · Astreinte prévenue"},
        {"mark": "+", "text": "21:05 · Astreinte prévenue deux fois"},
    ]
    events = {"name": "events", "title": "Événements", "text": text, "machine": own, "lang": "fr",
              "corrected": corrected, "changes": changes if corrected else []}  # fmt: skip
    links = {"name": "links", "title": "Liaisons", "text": "Rien à signaler.", "machine": "Rien à signaler.",
             "lang": "fr", "corrected": False, "changes": []}  # fmt: skip
    versions = [{"version": 1, "recorded_at": 1_790_000_000_000_000, "author": None}]
    return {"night": "2026-01-10", "nights": ["2026-01-10"], "version": 2 if corrected else 1, "summary": "2 écritures",
            "text": text, "whole": False, "sections": [events, links], "versions": versions}  # fmt: skip


def test_a_section_of_the_report_is_corrected_alone(room: Page) -> None:
    asked: list[dict[str, Any]] = []

    def read(route: Route) -> None:
        route.fulfill(json=_report(bool(asked and asked[-1]["sections"])))

    def amend(route: Route) -> None:
        asked.append(json.loads(json.loads(route.request.post_data or "{}")["body"]))
        route.fulfill(status=201, json={"position": 1, "events": []})

    room.route("**/api/night_report*", read)
    room.route("**/api/actions/logbook.amend_report*", amend)
    room.goto(room.url.split("#")[0] + "#/night")
    room.get_by_role("button", name="Corriger : Événements").click(timeout=SLOW_MS)
    field = room.locator("#night-text-events")
    field.fill(field.input_value().replace("prévenue", "prévenue deux fois"))
    room.get_by_role("button", name="Enregistrer la correction").click()
    expect(room.locator("ins")).to_contain_text("deux fois", timeout=SLOW_MS)
    expect(room.locator("s")).to_contain_text("Astreinte prévenue")
    _picture(room, "night")
    assert list(asked[-1]["sections"]) == ["events"]
    room.get_by_role("button", name="Revenir au texte écrit par la machine : Événements").click()
    expect(room.locator("ins")).to_have_count(0, timeout=SLOW_MS)
    assert asked[-1]["sections"] == {}
