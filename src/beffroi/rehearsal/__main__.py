"""`python -m beffroi.rehearsal`: the rehearsal's own process, started by the supervisor in a demonstration."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from beffroi.rehearsal.player.process import Options, play
from beffroi.rehearsal.texts import say
from beffroi.rehearsal.town.city import DEFAULT_SEED

DEFAULT_SCENARIO = "lively_evening"


def main(argv: list[str] | None = None) -> int:
    """Play until told to stop; returns 1 with a sentence when the city cannot be played."""
    parser = argparse.ArgumentParser(prog="beffroi.rehearsal", description=__doc__)
    parser.add_argument("--data", default=os.environ.get("BEFFROI_DATA") or "data")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("BEFFROI_REHEARSAL_SEED") or DEFAULT_SEED))
    parser.add_argument("--scenario", default=os.environ.get("BEFFROI_REHEARSAL_SCENARIO") or DEFAULT_SCENARIO)
    parser.add_argument("--rate", type=float, default=float(os.environ.get("BEFFROI_REHEARSAL_RATE") or 0))
    parser.add_argument(
        "--city", choices=("town", "register"), default=os.environ.get("BEFFROI_REHEARSAL_CITY") or "town"
    )
    parser.add_argument("--console-port", type=int, default=int(os.environ.get("BEFFROI_REHEARSAL_CONSOLE_PORT") or 0))
    chosen = parser.parse_args(argv)
    options = Options(
        data=Path(chosen.data).absolute(),
        seed=chosen.seed,
        scenario=chosen.scenario,
        rate=chosen.rate,
        city=chosen.city,
        console_port=chosen.console_port,
    )
    try:
        asyncio.run(play(options))
    except Exception as error:
        code, params = getattr(error, "code", None), getattr(error, "params", None)
        if not isinstance(code, str) or not isinstance(params, dict):
            raise
        sys.stderr.write(say(code, params, os.environ.get("BEFFROI_LANG") or "fr") + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
