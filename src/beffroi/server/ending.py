"""How our processes end for sure: neither a thread that hangs in a driver nor a task that never ends keeps them alive.

All that matters is committed before it is answered, so an abrupt end loses nothing; a process that stays does harm: it
holds its ports and its lock, and its successor cannot take over.
"""

import os
import sys
import threading
import time
from typing import NoReturn

END_WITHIN_S = 3.0
"""How long a process may take to end once it is asked, or once it gave up; the supervisor waits a little longer."""


def end_within(seconds: float, status: int) -> None:
    """Begin a countdown after which this process ends with a status, whatever its other threads do."""

    def wait() -> None:
        time.sleep(seconds)
        sys.stderr.write(f"still here {seconds:g} s after it should have ended: ending now\n")
        leave(status)

    threading.Thread(target=wait, name="end", daemon=True).start()


def leave(status: int) -> NoReturn:
    """End this process now, without waiting for any thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
