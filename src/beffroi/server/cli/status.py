"""`beffroi status`: what runs, since when, at which address."""

import typer

from beffroi.server.cli import context, words

ORDER = 20
NOT_READY = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status", help=words.say("help.status"))(status)


def status(as_json: bool = typer.Option(False, "--json", help=words.lazy("help.json"))) -> None:
    """Tell what runs on the data folder."""
    import json

    from beffroi.server.settings import alive, read_run_file

    settings = context.settings()
    running = read_run_file(settings.run_file)
    if running is None or not alive(int(running["supervisor"])):
        typer.echo("{}" if as_json else words.say("status.nothing", path=settings.data))
        raise typer.Exit(NOT_READY)
    if as_json:
        typer.echo(json.dumps(running, indent=1))
    else:
        _show(running)
    whole = running["state"] == "ready" and all(child["pid"] for child in running["children"].values())
    raise typer.Exit(0 if whole else NOT_READY)


def _show(running: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("status.process", "status.pid", "status.since", "status.restarts"):
        table.add_column(words.say(heading))
    children: dict[str, dict[str, object]] = running["children"]  # type: ignore[assignment]
    for name, child in children.items():
        pid = str(child["pid"] or words.say("status.down"))
        table.add_row(words.child_name(name), pid, str(child.get("since") or ""), str(child["restarts"]))
    console = Console(highlight=False)
    console.print(words.say(f"status.{running['state']}", url=running["urls"]["http"]))  # type: ignore[index]
    console.print(table)
