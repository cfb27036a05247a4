"""The web server: who asks, when a reverse proxy stands in between."""

import asyncio
import contextlib
import urllib.request
from pathlib import Path

import pytest

from beffroi.server.settings import Settings, SettingsError, load_settings
from beffroi.server.web import web_server


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("127.0.0.1,::1", "203.0.113.9"),
        ("127.0.0.0/8", "203.0.113.9"),
        ("10.0.0.5", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_only_the_proxies_named_say_who_asks(run_async, tmp_path: Path, proxies: str, seen: str) -> None:
    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})

    async def main() -> None:
        server = web_server(app, Settings(data=tmp_path, http_port=0, http_proxies=proxies))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        # what a client pretends stands before what the proxy adds
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        )
        try:
            with contextlib.closing(await asyncio.to_thread(urllib.request.urlopen, asked, None, 5)) as answer:
                assert answer.read().decode() == seen
        finally:
            server.should_exit = True
            await serving

    run_async(main)


def test_a_proxy_that_is_no_address_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"bad_proxy.*proxy\.local"):
        load_settings({"BEFFROI_HTTP_PROXIES": "10.0.0.5, proxy.local"}, data=tmp_path)
