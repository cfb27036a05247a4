"""Shows the first administrator's one-time password in the terminal, as long as it was not changed."""

import threading
import time
from collections.abc import Callable

from beffroi.server.settings import Settings

FILE = "first-password.txt"
WATCHED_S = 120.0
EVERY_S = 0.5


def announce(settings: Settings, report: Callable[..., None]) -> None:
    """Report the password once its file is there, from a thread that ends by itself."""
    threading.Thread(target=_watch, args=(settings, report), daemon=True).start()


def _watch(settings: Settings, report: Callable[..., None]) -> None:
    path = settings.keys / FILE
    deadline = time.monotonic() + WATCHED_S
    while time.monotonic() < deadline:
        try:
            login, password = path.read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            time.sleep(EVERY_S)
        else:
            report("up.first_password", login=login, password=password, path=path)
            return
