"""`beffroi doctor`: the findings as a page, the worst decides the status."""

import typer

from beffroi.server.cli import context, words
from beffroi.server.cli.texts_doctor import TEXTS

ORDER = 30
MARKS = {"ok": ("✔", "green"), "info": ("·", "dim"), "warning": ("▲", "yellow"), "error": ("✗", "red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help=words.say("help.doctor"))(doctor)


def doctor() -> None:
    """Examine the installation."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    from beffroi.server.doctor import examine, setting_lines

    settings = context.settings()
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in ("doctor.setting", "doctor.value", "doctor.origin"):
        table.add_column(words.say(heading, TEXTS))
    for line in setting_lines(settings):
        style = "dim" if line.origin == "default" else None
        table.add_row(line.name, line.value or "-", words.say(f"origin.{line.origin}", TEXTS), style=style)
    console.print(table)
    console.print()
    failed = False
    for finding in examine(settings, datetime.now(UTC)):
        mark, style = MARKS[finding.level]
        console.print(f"{mark} {words.say(finding.code, TEXTS, **finding.params)}", style=style, markup=False)
        failed = failed or finding.level == "error"
    raise typer.Exit(1 if failed else 0)
