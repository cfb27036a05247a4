"""What every command shares: the options before its name, the settings they lead to, how failures are told."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from beffroi.server.cli import words
from beffroi.server.cli.texts import TEXTS
from beffroi.server.settings import PREFIX, Settings, load_settings

REFUSED = 1
"""Exit status of what was refused or failed; 2 is a command that cannot be understood, 3 `status` when not ready."""

BY_HAND = ("settings.", "migration.")
"""What nothing but a person changes: a setting, a database newer than the program, a migration that failed."""

CONFIGURATION = 78
"""Exit status of what only a correction by hand can change (EX_CONFIG): a service manager must not try again."""


def remember(data: str, lang: str) -> None:
    """Put the options given before the command where `load_settings` finds them."""
    if data:
        os.environ[PREFIX + "DATA"] = data
    if lang:
        os.environ[PREFIX + "LANG"] = lang
        words.set_language(lang)


def settings() -> Settings:
    """Return the settings of the data folder chosen, a running supervisor's ports included."""
    loaded = load_settings()
    if loaded.origins["lang"] != "default":
        words.set_language(loaded.lang)
    return loaded


@contextmanager
def failures_told() -> Iterator[None]:
    """Tell a known failure in one sentence on the error output and end with its status; others keep their trace."""
    try:
        yield
    except Exception as error:
        code, params = getattr(error, "code", None), getattr(error, "params", None)
        if not isinstance(code, str) or not isinstance(params, dict):
            raise
        # a command with a catalogue of its own tells the sentence by str()
        tell_failure(words.say(code, **params) if code in TEXTS else str(error))
        sys.exit(CONFIGURATION if code.startswith(BY_HAND) else REFUSED)
    except KeyboardInterrupt:
        sys.exit(130)


def tell_failure(sentence: str) -> None:
    """Write a sentence on the error output, marked as an error."""
    from rich.console import Console

    Console(stderr=True, highlight=False, soft_wrap=True).print(f"✗ {sentence}", style="red", markup=False)
