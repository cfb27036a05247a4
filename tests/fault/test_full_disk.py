"""The disk fills up, then somebody makes room: refused clearly meanwhile, nothing acknowledged lost, all comes back."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.fault.devices import connected
from tests.fault.room import Refused
from tests.fault.small import Small

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]
SIZE = "400m"


@pytest.fixture
def volume(data_folder: Path) -> Iterator[Path]:
    """A small volume of its own: filling it harms nobody."""
    folder = data_folder / "volume"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=711", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small volume takes root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take every free byte of a volume."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    return ballast


async def _publish(small: Small, within_s: float) -> bool:
    payload = json.dumps([{"a": small.lights[0], "t": int(time.time() * 1000), "p": {"voltage_v": 231}}]).encode()
    try:
        async with asyncio.timeout(within_s), connected(small.settings.mqtt_port, "trial", small.secret) as gateway:
            return await gateway.publish([("", payload)]) == 1
    except (TimeoutError, OSError):
        return False


def test_a_full_disk_is_told_and_survived(
    run_beffroi: Callable[..., AbstractContextManager[Any]], volume: Path, wait_until: Any
) -> None:
    with run_beffroi("up", ready_within_s=120, folder=volume, environment={"BEFFROI_UNSAFE_FAST": ""}) as product:
        wait_until((product.settings.keys / "local-console.key").exists, within_s=30)
        small = Small(product)
        assert asyncio.run(_publish(small, 20))
        with small.sending() as sender:
            wait_until(lambda: len(sender.acknowledged) > 50, within_s=30)
            ballast = fill(volume)
            refusal = wait_until(lambda: _refused(small), within_s=60, every_s=0.1)
            print(f"refused: {refusal}")
            assert refusal.status in (503, 507) and refusal.code in ("core.disk_full", "core.unavailable")
            time.sleep(3)
            published = asyncio.run(_publish(small, 3))
            ballast.unlink()
            began = time.monotonic()
            wait_until(lambda: small.ready() and _refused(small) is None, within_s=40, every_s=0.2)
            count = len(sender.acknowledged)
            wait_until(lambda: len(sender.acknowledged) > count + 50, within_s=70)
            print(f"served again {time.monotonic() - began:.1f} s after room was made; MQTT while full: {published}")
            wait_until(lambda: asyncio.run(_publish(small, 5)), within_s=40, every_s=0.5)
        assert set(sender.acknowledged) <= small.stored()
        done = subprocess.run(
            [sys.executable, "-m", "beffroi.server.cli", "--data", str(volume), "journal", "verify"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def _refused(small: Small) -> Refused | None:
    """Write a long line of the logbook; return why it was refused, or nothing."""
    try:
        small.machine.act("logbook.write", text="x" * 1_500)
    except Refused as refusal:
        return refusal
    return None
