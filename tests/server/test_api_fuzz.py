"""OpenAPI fuzzing: whatever is sent to any route, the answer has its one form and is never a fault of ours."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from beffroi.access.types import RoleGrant
from beffroi.server.wiring import find_trades

ALL_RIGHTS = (
    RoleGrant("operator"),
    RoleGrant("shift_supervisor"),
    RoleGrant("electrician"),
    RoleGrant("administrator"),
)
EXAMPLES = 8

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def running(module_database: Any, serving_on: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """A core with every trade, on a loop of its own thread."""
    started: list[Any] = []
    up, down = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def main() -> None:
        async with serving_on(module_database, *find_trades()) as served:
            started.append((served.url, await served.key(*ALL_RIGHTS)))
            up.set()
            await down.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    try:
        assert up.wait(60)
        yield started[0]
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join(20)
        loop.close()


def test_no_request_of_the_description_is_answered_by_a_fault(running):
    url, headers = running
    schema = schemathesis.openapi.from_url(f"{url}/api/schema/openapi.json", headers=headers)
    failures: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in {"/api/login", "/api/logout"}:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def once(case: Any) -> None:
            answer = case.call(headers=headers, timeout=20)
            if answer.status_code >= 500 and answer.status_code != 503:
                raise AssertionError(f"{case.as_curl_command()}\n{answer.status_code} {answer.text[:300]}")
            if answer.status_code >= 400 and "json" in answer.headers.get("content-type", [""])[0]:
                assert {"code", "params", "text"} <= set(answer.json())

        try:
            once()
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n\n".join(failures)
