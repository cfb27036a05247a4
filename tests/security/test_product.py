"""The whole product off loopback, as an IT department starts it: TLS by itself, and no secret in what it writes."""

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

pytestmark = pytest.mark.slow

NEW_PASSWORD = "tour-de-guet-au-nord-31"
Run = Callable[..., AbstractContextManager[Any]]


def outside_address() -> str:
    """Return an address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram socket sends nothing to connect
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])


@pytest.fixture(scope="module")
def product(run_beffroi: Run) -> Iterator[Any]:
    outside = outside_address()
    environment = {"BEFFROI_HTTP_HOST": "0.0.0.0", "BEFFROI_TLS_NAMES": outside, "BEFFROI_LOG_LEVEL": "debug"}
    with run_beffroi("up", environment=environment, ready_within_s=90) as running:
        yield running


@pytest.fixture
def base(product: Any) -> str:
    url: str = msgspec.json.decode(product.settings.run_file.read_bytes())["urls"]["http"]
    assert url.startswith("https://"), "TLS is by default off loopback"
    return f"https://{outside_address()}:{url.rsplit(':', 1)[1]}"


@pytest.fixture
def authority(product: Any) -> Path:
    path: Path = product.settings.keys / "authority.pem"
    return path


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, text=True, check=False)


def test_curl_trusts_the_authority_and_nothing_else(base: str, authority: Path) -> None:
    good = curl("-i", "--cacert", str(authority), f"{base}/healthz")
    assert good.returncode == 0, good.stderr
    assert '{"status":"ok"}' in good.stdout
    assert "strict-transport-security: max-age=" in good.stdout.lower()
    assert curl(f"{base}/healthz").returncode == 60, "an authority that nobody trusts is refused"
    plain = curl(base.replace("https://", "http://") + "/healthz")
    assert plain.returncode != 0, plain.stdout
    old = curl("--cacert", str(authority), "--tls-max", "1.1", f"{base}/healthz")
    assert old.returncode != 0


def test_figures_are_for_those_who_hold_the_right(base: str, authority: Path, product: Any, wait_until: Any) -> None:
    wait_until((product.settings.keys / "local-console.key").exists, within_s=20)
    open_to_all = curl("--cacert", str(authority), "-o", "/dev/null", "-w", "%{http_code}", f"{base}/readyz")
    assert open_to_all.stdout == "200"
    refused = curl("--cacert", str(authority), "-o", "/dev/null", "-w", "%{http_code}", f"{base}/metrics")
    assert refused.stdout == "401"
    forged = curl(
        "--cacert", str(authority), "-H", "X-Forwarded-For: 127.0.0.1", "-o", "/dev/null", "-w", "%{http_code}",
        f"{base}/metrics",
    )  # fmt: skip
    assert forged.stdout == "401"
    key = (product.settings.keys / "local-console.key").read_text().strip()
    shown = curl("--cacert", str(authority), "-H", f"Authorization: Bearer {key}", f"{base}/metrics")
    assert "beffroi_" in shown.stdout


def test_a_cookie_is_kept_from_scripts_other_sites_and_plain_lines(
    base: str, authority: Path, product: Any, wait_until: Any
) -> None:
    seat = signed_in(base, authority, product, wait_until)
    told = seat.headers["set-cookie"].lower()
    for flag in ("httponly", "secure", "samesite=strict", "path=/"):
        assert flag in told, told


def test_no_secret_is_in_what_the_product_writes(base: str, authority: Path, product: Any, wait_until: Any) -> None:
    answer = signed_in(base, authority, product, wait_until)
    token, csrf = answer.cookies["bf_session"], answer.json()["csrf"]
    with httpx.Client(base_url=base, verify=trust(authority), cookies=answer.cookies, timeout=20) as seat:
        seat.headers["X-Beffroi-CSRF"] = csrf
        one_time = first_password(product) if answer.json()["must_change_password"] else ""
        if one_time:
            form = {"present": one_time, "new": NEW_PASSWORD}
            assert seat.post("/api/access/password", json=form).status_code == 204
        made = seat.post("/api/access/accounts", json={"login": "quelqu-un", "name": "Quelqu'un"}).json()
        key = seat.post("/api/access/keys", json={"name": "essai", "grants": [{"role": "viewer"}]}).json()
        seat.post("/api/login", json={"login": "admin", "password": "faux-" + NEW_PASSWORD})
        source = seat.get("/api/telemetry/secret").json()
        new = {"source": {"name": "essai", "secret": source["hash"]}}
        assert seat.post("/api/actions/telemetry.create_source", json=new).status_code == 201
        assert seat.get("/api/me", headers={"Authorization": f"Bearer {key['secret']}"}).status_code == 200
        assert seat.get("/api/me", headers={"Authorization": "Bearer " + "x" * 43}).status_code == 401
        seat.post("/api/actions/logbook.write", content=b"\xff{")
        wait_until(lambda: post_reading(product, source["token"]) == 200, within_s=20)
    secrets = {token, csrf, one_time, NEW_PASSWORD, made["one_time_password"], key["secret"], source["token"]}
    secrets |= kept_secrets(product.settings.keys)
    written = product.output.read_text(errors="replace") + "".join(
        path.read_text(errors="replace") for path in product.settings.logs.rglob("*") if path.is_file()
    )
    assert "ready" in written, "the logs were read"
    # the terminal shows the first one-time password once, on purpose; logs never do
    logs = written[len(product.output.read_text(errors="replace")) :]
    assert [secret for secret in secrets if secret and secret in logs] == []
    terminal = written[: len(written) - len(logs)]
    assert [one for one in secrets - {one_time} if one and one in terminal] == []
    for path in product.settings.keys.iterdir():
        public = path.suffix in {".pem", ".pub", ".crt"}
        assert public or path.stat().st_mode & 0o077 == 0, path


def trust(authority: Path) -> ssl.SSLContext:
    """Return what trusts our authority alone."""
    return ssl.create_default_context(cafile=authority)


def first_password(product: Any) -> str:
    path: Path = product.settings.keys / "first-password.txt"
    return path.read_text().split()[1]


def signed_in(base: str, authority: Path, product: Any, wait_until: Any) -> httpx.Response:
    """Sign the first administrator in, by the one-time password while it stands; its file comes before the account."""

    def attempt() -> httpx.Response | None:
        path = product.settings.keys / "first-password.txt"
        password = first_password(product) if path.exists() else NEW_PASSWORD
        answer = seat.post("/api/login", json={"login": "admin", "password": password})
        return answer if answer.status_code == 200 else None

    with httpx.Client(base_url=base, verify=trust(authority), timeout=20) as seat:
        answer: httpx.Response = wait_until(attempt, within_s=30, every_s=1.0)
    return answer


def post_reading(product: Any, token: str) -> int:
    url = f"https://127.0.0.1:{product.settings.intake_port}/v1/readings"
    trusting = trust(product.settings.keys / "authority.pem")
    body = msgspec.json.encode([{"a": "A1", "t": time.time_ns() // 1_000_000, "p": {"power_w": 1}}])
    try:
        answer = httpx.post(url, content=body, headers={"Authorization": f"Bearer {token}"}, timeout=5, verify=trusting)
    except httpx.HTTPError:
        return 0
    return answer.status_code


def kept_secrets(folder: Path) -> set[str]:
    """List the words of the key files that are secrets: passwords, tokens, seeds."""
    found: set[str] = set()
    for path in folder.iterdir():
        if path.suffix not in {".pem", ".pub", ".crt"} and path.name != "first-password.txt":
            found |= set(re.findall(r"[A-Za-z0-9_+/=-]{16,}", path.read_text(errors="replace")))
    return found - {"-----BEGIN", "PRIVATE", "client_ids"}
