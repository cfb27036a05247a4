"""`beffroi up` and `beffroi demo`: run everything in this terminal until Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from beffroi.server.cli import context, words

if TYPE_CHECKING:
    from beffroi.server.plugins import Problem

ORDER = 10


def register(app: typer.Typer) -> None:
    """Add the two commands that run the product."""
    app.command("up", help=words.say("help.up"))(up)
    app.command("demo", help=words.say("help.demo"))(demo)


WITHOUT = typer.Option([], "--without", metavar="PLUGIN", help=words.lazy("help.without"))


def up(without: list[str] = WITHOUT) -> None:
    """Run Beffroi until it is asked to stop."""
    _run(demo=False, without=without)


def demo(
    rate: int = typer.Option(0, "--rate", min=0, max=150, metavar="1..150", help=words.lazy("help.rate")),
    without: list[str] = WITHOUT,
) -> None:
    """Run Beffroi with its rehearsal city until it is asked to stop."""
    import os

    if rate:
        os.environ["BEFFROI_REHEARSAL_RATE"] = str(rate)
    _run(demo=True, without=without)


def _leave_out(without: list[str]) -> None:
    """Put the plugins left out where every process of this start reads them."""
    import os

    if without:
        os.environ["BEFFROI_PLUGINS_OFF"] = ",".join(without)


def _run(*, demo: bool, without: list[str]) -> None:
    import time

    import msgspec

    from beffroi.server import city, plugins
    from beffroi.server.cli import first_password
    from beffroi.server.supervisor import StartError, Supervisor

    began = time.monotonic()
    _leave_out(without)
    settings = context.settings()
    try:
        plugins.ensure_usable(settings)
    except plugins.PluginError as error:
        _tell_bad_plugin(error.name, error.problem)
        raise typer.Exit(context.CONFIGURATION) from error
    if settings.without:
        typer.echo(words.say("up.without", names=", ".join(sorted(settings.without))))
    settings = city.with_certificate(city.with_ports(msgspec.structs.replace(settings, demo=demo or settings.demo)))
    progress = Progress(began)
    progress("up.folder", path=settings.data)
    first_password.announce(settings, progress)
    try:
        Supervisor(settings, city.city(settings), progress).run()
    except StartError as error:
        name = words.child_name(error.name)
        context.tell_failure(words.say("up.start_failed", name=name, log=error.log, tail=error.tail))
        raise typer.Exit(1) from error
    progress("up.stopped")


def _tell_bad_plugin(name: str, problem: Problem) -> None:
    rule = words.say(problem.code, detail=problem.detail)
    context.tell_failure(words.say("up.bad_plugin", name=name, file=problem.line or problem.where, rule=rule))


class Progress:
    """Writes one line per step of the supervisor."""

    def __init__(self, began: float) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, soft_wrap=True)
        self._began = began

    def __call__(self, code: str, **params: Any) -> None:
        """Write the sentence of a step, with the time since the start where the sentence asks for it."""
        import time

        params["elapsed"] = time.monotonic() - self._began
        if "name" in params:
            params["name"] = words.child_name(params["name"])
        self._console.print(words.say(code, **params), style=_STYLES.get(code), markup=False)


_STYLES = {
    "up.starting": "dim",
    "up.ready": "green",
    "up.all_ready": "bold green",
    "up.died": "bold red",
    "up.restarted": "yellow",
    "up.killing": "yellow",
}
