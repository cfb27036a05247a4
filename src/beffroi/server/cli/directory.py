"""`beffroi directory load|print`: the operational directory, through the running core."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from beffroi.server.cli import context, words
from beffroi.server.cli.user import KEY_OPTION

ORDER = 49

DIRECTORY_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "L'annuaire opérationnel.\n\nExemple : `beffroi directory load annuaire.toml`",
        "en": "The operational directory.\n\nExample: `beffroi directory load directory.toml`",
    },
    "help.load": {
        "fr": "Charge un fichier d'annuaire : TOML (contacts et tours) ou CSV (contacts). Le recharger ne change "
        "que ce qui a changé.\n\nExemple : `beffroi directory load annuaire.toml`",
        "en": "Loads a directory file: TOML (contacts and rosters) or CSV (contacts). Loading it again changes only "
        "what changed.\n\nExample: `beffroi directory load directory.toml`",
    },
    "help.print": {
        "fr": "Écrit l'annuaire en PDF A5.\n\nExemple : `beffroi directory print annuaire.pdf`",
        "en": "Writes the directory as an A5 PDF.\n\nExample: `beffroi directory print directory.pdf`",
    },
    "help.file": {"fr": "Fichier.", "en": "File."},
    "loaded": {
        "fr": "✔ {read} contacts lus ; changés : {contacts} contacts, {rosters} tours, {duties} gardes.",
        "en": "✔ {read} contacts read; changed: {contacts} contacts, {rosters} rosters, {duties} duties.",
    },
    "printed": {"fr": "✔ Annuaire écrit : {path}", "en": "✔ Directory written: {path}"},
}


def _say(code: str, **params: Any) -> str:
    return words.say(code, DIRECTORY_TEXTS, **params)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_say("help"), no_args_is_help=True, rich_markup_mode="markdown")
    group.command("load", help=_say("help.load"))(load)
    group.command("print", help=_say("help.print"))(print_)
    app.add_typer(group, name="directory")


def load(
    file: Path = typer.Argument(..., metavar="FILE", exists=True, dir_okay=False, help=_say("help.file")),
    *,
    key: str = KEY_OPTION,
) -> None:
    """Bring a directory file in."""
    form = "csv" if file.suffix.lower() == ".csv" else "toml"
    answer = _door(key).ask("POST", f"/api/directory/import?form={form}", file.read_bytes(), "text/plain")
    typer.echo(_say("loaded", **json.loads(answer)))


def print_(
    file: Path = typer.Argument(..., metavar="FILE", dir_okay=False, help=_say("help.file")), *, key: str = KEY_OPTION
) -> None:
    """Write the directory as a PDF."""
    file.write_bytes(_door(key).ask("GET", "/api/directory/print.pdf"))
    typer.echo(_say("printed", path=file))


def _door(key: str) -> Any:
    from beffroi.server.cli.door import Door

    return Door(context.settings(), key)
