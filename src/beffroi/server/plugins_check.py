"""Reads the plugins of a city as core and intake will, and says what is wrong with the first bad one."""

import argparse
import sys
import traceback

import msgspec

from beffroi.equipment import EquipmentError
from beffroi.equipment import registry as find_kinds
from beffroi.links.registry import LinkError
from beffroi.links.registry import registry as find_links
from beffroi.server.plugins import Problem
from beffroi.server.settings import Settings, load_settings


def find_problem(settings: Settings) -> Problem | None:
    """Return what is wrong with the first bad folder, or nothing."""
    try:
        find_kinds(settings.plugins, settings.without)
        find_links(settings.plugins, settings.without)
    except (EquipmentError, LinkError) as error:
        where, cause = error.params["where"], error.__cause__
        detail = traceback.format_exception_only(cause)[-1].strip() if cause else error.params["detail"]
        return Problem(error.code, where, detail, _line(cause, where))
    return None


def _line(cause: BaseException | None, where: str) -> str:
    """Return the last line of the plugin's own files where Python stood."""
    if isinstance(cause, SyntaxError) and cause.filename:
        return f"{cause.filename}:{cause.lineno}"
    frames = traceback.extract_tb(cause.__traceback__) if cause else []
    own = [frame for frame in frames if frame.filename.startswith(where)]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def main() -> int:
    """Print the first problem as one line of JSON; return 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--off", default="")
    options = parser.parse_args()
    problem = find_problem(msgspec.structs.replace(load_settings(data=options.data), plugins_off=options.off))
    if problem is None:
        return 0
    sys.stdout.write("\n" + msgspec.json.encode(problem).decode() + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
