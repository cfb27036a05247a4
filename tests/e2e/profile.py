"""A seat's own browser on its own profile, killed as a crash would."""

import os
import signal
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from .conftest import ARGUMENTS, CHROMIUM

SIZE: ViewportSize = {"width": 1366, "height": 768}


def seat(browser: Browser, profile: Path) -> tuple[BrowserContext, Page]:
    """Open the seat's browser on its own profile."""
    context = browser.browser_type.launch_persistent_context(
        str(profile), executable_path=CHROMIUM, args=ARGUMENTS, viewport=SIZE
    )
    return context, context.pages[0]


def kill_browser(profile: Path) -> None:
    """Kill the browser that holds a profile: its lock names the process."""
    pid = int((profile / "SingletonLock").readlink().name.rsplit("-", 1)[1])
    os.kill(pid, signal.SIGKILL)
