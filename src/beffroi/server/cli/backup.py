"""`beffroi backup` and `beffroi restore`: verified copies, their progress, size and duration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import typer

from beffroi.server.cli import context, words

if TYPE_CHECKING:
    from rich.progress import TaskID

    from beffroi.server.backup import Outcome

ORDER = 40


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command("backup", help=words.say("help.backup"))(backup)
    app.command("restore", help=words.say("help.restore"))(restore)


def backup(into: Path = typer.Argument(..., metavar="FOLDER", help=words.lazy("help.backup_to"))) -> None:
    """Back up while running."""
    from datetime import UTC, datetime

    from beffroi.server import backup as work

    with Bars() as bars:
        outcome = work.backup(context.settings(), into.absolute(), datetime.now(UTC), bars)
    _tell("backup.done", outcome)


def restore(source: Path = typer.Argument(..., metavar="FOLDER", help=words.lazy("help.restore_from"))) -> None:
    """Restore into an empty data folder."""
    from beffroi.server import backup as work

    with Bars() as bars:
        outcome = work.restore(context.settings(), source.absolute(), bars)
    _tell("restore.done", outcome)
    if outcome.heads_aside:
        _tell("restore.heads_aside", outcome)


def _tell(code: str, outcome: Outcome) -> None:
    import msgspec

    params = msgspec.structs.asdict(outcome)
    params["megabytes"] = params["bytes"] / 1e6
    if params["journal_position"] is None:
        params["journal_position"] = 0
    typer.echo(words.say(code, **params))


class Bars:
    """One line of progress per phase, drawn while it lasts."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, transient=False)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        for task in self._tasks.values():
            self._progress.stop_task(task)
        self._progress.stop()

    def __call__(self, code: str, done: float, total: float) -> None:
        """Draw the phase; a new phase ends the one before."""
        if code not in self._tasks:
            for task in self._tasks.values():
                self._progress.update(task, total=1, completed=1)
                self._progress.stop_task(task)
            self._tasks[code] = self._progress.add_task(words.say(code), total=total or None)
        self._progress.update(self._tasks[code], completed=done, total=total or None)
