"""Fact 11: an equipment folder and a protocol folder dropped in `plugins/` work, with no other file touched."""

import hashlib
import http.client
import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from beffroi.equipment import EquipmentError
from beffroi.equipment import registry as find_kinds
from beffroi.links.registry import LinkError, registry

DOCS = Path(__file__).parents[2] / "docs"
UNDERPASS, FLOODLINE = "underpass", "floodline"
"""The examples of docs/add-equipment.md and docs/add-protocol.md: what is documented is what is tested."""

FILES = {
    "add-equipment.md": ("plugins/underpass/__init__.py",),
    "add-protocol.md": ("plugins/floodline/codec.py", "plugins/floodline/__init__.py"),
}
BROKEN = """
from beffroi.links.registry import Link

async def run(door):
    raise OSError("no modem")

LINK = Link(name="broken", run=run)
"""


def example(page: str, file: str) -> str:
    """Return the code block that follows the mention of a file in a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    code = text.partition(f"`{file}`:")[2].partition("```python\n")[2].partition("```")[0]
    assert code, f"{page} shows no {file}"
    return code


def install(data: Path) -> None:
    for page, files in FILES.items():
        for file in files:
            (data / file).parent.mkdir(parents=True, exist_ok=True)
            (data / file).write_text(example(page, file), encoding="utf-8")


def write(folder: Path, code: str) -> None:
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(code, encoding="utf-8")


def test_a_link_is_found_beside_an_equipment(tmp_path: Path) -> None:
    install(tmp_path)
    assert set(registry(tmp_path / "plugins")) - set(registry()) == {FLOODLINE}
    assert set(find_kinds(tmp_path / "plugins")) - set(find_kinds()) == {UNDERPASS}
    assert registry(tmp_path / "absent") == registry()


def test_the_example_codec_refuses_what_is_no_measure(tmp_path: Path) -> None:
    install(tmp_path)
    registry(tmp_path / "plugins")
    codec = import_module("beffroi_plugins_floodline.codec")
    assert codec.decode_line(b"T012;1795340752;23.5\n").p == {"water_cm": 23.5}
    for line in (b"", b"T012;now;1", b"T012;1;nan", b";1;1", b"T012;1;1;1", b"\xff;1;1", b"T" * 300):
        with pytest.raises(codec.LineError):
            codec.decode_line(line)


@pytest.mark.parametrize(
    ("code", "error", "expected"),
    [
        ("LINK = 1\n", LinkError, "links.no_link"),
        ("raise OSError('no modem')\n", EquipmentError, "equipment.unreadable"),
    ],
)
def test_a_bad_link_says_what_is_wrong(tmp_path: Path, code: str, error: Any, expected: str) -> None:
    write(tmp_path / f"bad_{expected.rpartition('.')[2]}", code)
    with pytest.raises(error) as caught:
        registry(tmp_path)
    assert caught.value.code == expected
    assert str(tmp_path) in caught.value.params["where"]


def test_two_links_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("first_twin", "second_twin"):
        write(tmp_path / folder, BROKEN.replace('"broken"', '"twin"'))
    with pytest.raises(LinkError, match="twin"):
        registry(tmp_path)


class Post:
    """A Beffroi that runs with both folders, seen through its ordinary doors."""

    def __init__(self, settings: Any, port: int) -> None:
        self.settings = settings
        self.port = port
        self._key = (settings.keys / "local-console.key").read_text(encoding="ascii").strip()

    def ask(self, method: str, path: str, fields: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.http_port, timeout=20)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        connection.request(method, path, None if fields is None else json.dumps(fields), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status < 400, content
        return json.loads(content)

    def tell(self, *lines: str) -> list[str]:
        """Return what the link answers to lines of a probe."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as probe, probe.makefile("r") as answers:
            probe.sendall("".join(f"{line}\n" for line in lines).encode())
            return [answers.readline().strip() for _ in lines]


@pytest.fixture(scope="module")
def data_folder_of_module() -> Iterator[Path]:
    # the engines' service user must reach it: pytest's own folders are closed
    with tempfile.TemporaryDirectory(prefix="bf-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def post(
    run_beffroi: Callable[..., AbstractContextManager[Any]], wait_until: Callable[..., Any], data_folder_of_module: Path
) -> Iterator[Post]:
    install(data_folder_of_module)
    write(data_folder_of_module / "plugins" / "broken", BROKEN)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = f'[{FLOODLINE}]\nport = {port}\nsource = "{FLOODLINE}"\n'
    (data_folder_of_module / "links.toml").write_text(told, encoding="utf-8")
    with run_beffroi("up", folder=data_folder_of_module, ready_within_s=120) as running:
        wait_until((running.settings.keys / "local-console.key").exists, within_s=20)
        yield Post(running.settings, port)


@pytest.mark.slow
def test_both_folders_live_from_the_probe_to_the_alarm(post: Post, wait_until: Callable[..., Any]) -> None:
    assert UNDERPASS in {item["kind"]["name"] for item in post.ask("GET", "/api/kinds")}
    made = post.ask(
        "POST", "/api/actions/assets.create", {"kind": UNDERPASS, "code": "T012", "lon": 5.04, "lat": 47.32}
    )
    secret = hashlib.sha256(b"a token").hexdigest()
    source = {"name": FLOODLINE, "secret": secret, "assets": ["T*"]}
    post.ask("POST", "/api/actions/telemetry.create_source", {"source": source})
    now = int(time.time())
    wait_until(lambda: post.tell(f"T012;{now};35") == ["OK"], within_s=40, every_s=0.5)
    assert post.tell("T099;1;1", "oops") == ["ERR unknown_asset", "ERR malformed"]
    asset = made["events"][0]["asset"]
    latest = post.ask("GET", f"/api/telemetry/{asset}/latest")
    assert [point["value"] for point in latest if point["point"] == "water_cm"] == [35.0]
    raised = wait_until(lambda: post.ask("GET", f"/api/alarms?kind={UNDERPASS}")["items"], within_s=20)
    assert [alarm["alarm_class"] for alarm in raised] == ["flooded"]


@pytest.mark.slow
def test_a_link_that_fails_is_run_again_and_nothing_else_notices(post: Post, wait_until: Callable[..., Any]) -> None:
    log = post.settings.logs / "intake.log"
    wait_until(lambda: log.read_text(encoding="utf-8").count("no modem") >= 2, within_s=20)
    assert post.tell("oops") == ["ERR malformed"]
