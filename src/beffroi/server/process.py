"""How a process of ours begins and is asked to end: its settings, its log, its loop, the signals."""

import argparse
import asyncio
import faulthandler
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from beffroi.server.logs import configure_logs
from beffroi.server.settings import Settings, SettingsError, load_settings

FAILED = 70
"""Exit status of a process that gave up loudly (EX_SOFTWARE): the supervisor starts another."""

Serve = Callable[[Settings], Coroutine[Any, Any, int]]


def run(name: str, about: str | None, serve: Serve, switch_s: float, argv: list[str] | None = None) -> int:
    """Run a process with the settings of the environment and return its exit status.

    `switch_s` is how long one of its threads may hold the interpreter.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", help="data folder")
    options = parser.parse_args(argv)
    try:
        settings = load_settings(data=options.data)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    configure_logs(name, settings.log_level)
    # where is it now: kill -USR1 writes every thread's stack to the log
    faulthandler.register(signal.SIGUSR1)
    sys.setswitchinterval(switch_s)
    return uvloop.run(serve(settings))


def stop_asked() -> asyncio.Event:
    """Return what is set once SIGTERM or SIGINT asks this process to end."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping
