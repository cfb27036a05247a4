"""The command line: each file of this folder that has `register(app)` adds its commands, so nobody edits a list."""

import pkgutil
import sys
from importlib import import_module

import typer

from beffroi.server.cli import words


def build() -> typer.Typer:
    """Return the whole command line, its help in the language asked on the command line or by the environment."""
    words.choose_language(sys.argv[1:])
    app = typer.Typer(
        name="beffroi",
        help=words.say("help.beffroi"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    for module in sorted(modules, key=lambda module: getattr(module, "ORDER", 50)):
        if hasattr(module, "register"):
            module.register(app)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        import beffroi

        typer.echo(f"beffroi {beffroi.__version__}")
        raise typer.Exit


def _options(
    data: str = typer.Option("", "--data", metavar="FOLDER", help=words.lazy("help.data")),
    lang: str = typer.Option("", "--lang", metavar="fr|en", help=words.lazy("help.lang")),
    _version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_tell_version, help=words.lazy("help.version")
    ),
) -> None:
    from beffroi.server.cli import context

    context.remember(data, lang)


def main() -> None:
    """Run the command line; a known failure is one sentence on the error output and status 1."""
    from beffroi.server.cli import context

    app = build()
    with context.failures_told():
        app()
