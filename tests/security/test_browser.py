"""What a browser is told: a policy without anything inline, under which the desk works."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from beffroi.server.http.static import FOLDER
from tests.security.conftest import PASSWORD, WholeCity
from tests.security.town import EVERYTHING

CHROMIUM = "/usr/bin/chromium"
DRAWS_WITHOUT_A_CARD = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
InCity = Callable[..., None]

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def test_every_answer_bears_the_headers(in_whole_city: InCity) -> None:
    async def scenario(city: WholeCity) -> None:
        chief = await city.person("tout", EVERYTHING)
        nobody = city.seats[-1]
        scripts = sorted(path.name for path in (FOLDER / "assets").glob("*.js"))[:1]
        addresses = ["/", "/healthz", "/readyz", "/metrics", "/api/login", "/api/me", "/api/nowhere", "/nowhere.js"]
        addresses += ["/api/texts/fr", "/api/map/positions", "/api/map/tiles/1/1/1.mvt", "/api/schema/openapi.json"]
        for address in [*addresses, *(f"/assets/{name}" for name in scripts)]:
            for answer in (await chief.get(address), await nobody.get(address)):
                told = answer.headers
                assert {name: told.get(name) for name in HEADERS} == HEADERS, address
                policy = told["content-security-policy"]
                assert "unsafe" not in policy
                assert "default-src 'self'" in policy
                assert "frame-ancestors 'none'" in policy
        assert (await chief.get("/api/me")).headers["cache-control"] == "no-store"

    in_whole_city(scenario)


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.skipif(not (FOLDER / "index.html").exists(), reason="the desk is not built: scripts/demo builds it")
def test_the_desk_works_under_its_policy(in_whole_city: InCity) -> None:
    playwright = pytest.importorskip("playwright.async_api")

    async def scenario(city: WholeCity) -> None:
        await city.person("tout", EVERYTHING)
        async with playwright.async_playwright() as maker:
            browser = await maker.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
            )
            try:
                assert await refusals(browser, city) == []
            finally:
                await browser.close()

    in_whole_city(scenario)


async def refusals(browser: Any, city: WholeCity) -> list[str]:
    """Sign in, wait for the map, and return what the policy refused on the way."""
    page = await browser.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(city.url)
    await page.locator("input[autocomplete=username]").fill("tout")
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("canvas").first.wait_for(timeout=60_000)
    await asyncio.sleep(2)
    await page.keyboard.press("Control+k")
    await asyncio.sleep(1)
    found = list(refused)
    # a refusal would be heard: this one is
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    for _ in range(100):
        if len(refused) > len(found):
            break
        await asyncio.sleep(0.1)
    assert len(refused) > len(found)
    return found
