"""`beffroi key add|list|revoke`: keys of machines, through the running core."""

from __future__ import annotations

from typing import Any

import typer

from beffroi.server.cli import context, words
from beffroi.server.cli.user import (
    COMMUNES,
    KEY_OPTION,
    ROLES,
    TRADES,
    USER_TEXTS,
    grants_of,
    show_table,
    shown_grants,
)

ORDER = 47
DAY_US = 86_400_000_000

KEY_TEXTS: dict[str, dict[str, str]] = {
    **USER_TEXTS,
    "help": {
        "fr": 'Les clés des machines.\n\nExemple : `beffroi key add "site web" --role viewer`, puis `beffroi key list`',
        "en": 'Keys of machines.\n\nExample: `beffroi key add "web site" --role viewer`, then `beffroi key list`',
    },
    "help.add": {
        "fr": "Crée une clé ; son secret s'affiche une fois, à donner en `Authorization: Bearer …`.\n\n"
        'Exemple : `beffroi key add "site web" --role viewer --commune 21231 --days 365`',
        "en": "Creates a key; its secret shows once, to give as `Authorization: Bearer …`.\n\n"
        'Example: `beffroi key add "web site" --role viewer --commune 21231 --days 365`',
    },
    "help.list": {
        "fr": "Liste les clés.\n\nExemple : `beffroi key list`",
        "en": "Lists keys.\n\nExample: `beffroi key list`",
    },
    "help.revoke": {
        "fr": 'Révoque une clé, tout de suite.\n\nExemple : `beffroi key revoke "site web"`',
        "en": 'Revokes a key, at once.\n\nExample: `beffroi key revoke "web site"`',
    },
    "help.keyname": {"fr": "Nom de la clé.", "en": "Name of the key."},
    "help.which": {"fr": "Nom ou identifiant de la clé.", "en": "Name or identifier of the key."},
    "help.days": {"fr": "Durée en jours (0 : sans fin).", "en": "Days it lasts (0: no end)."},
    "made": {
        "fr": "✔ Clé « {name} », secret affiché une seule fois\n\n    {secret}\n",
        "en": "✔ Key “{name}”, secret shown once\n\n    {secret}\n",
    },
    "unknown": {"fr": "Aucune clé en vigueur « {name} ».", "en": "No key in force “{name}”."},
    "several": {
        "fr": "Plusieurs clés « {name} » : donnez l'identifiant.",
        "en": "Several keys “{name}”: give the identifier.",
    },
    "revoked": {"fr": "✔ Clé « {name} » révoquée.", "en": "✔ Key “{name}” revoked."},
    "column.id": {"fr": "identifiant", "en": "identifier"},
    "column.ends": {"fr": "fin", "en": "end"},
    "state.revoked": {"fr": "révoquée", "en": "revoked"},
    "state.endless": {"fr": "sans fin", "en": "no end"},
}


def _say(code: str, **params: Any) -> str:
    return words.say(code, KEY_TEXTS, **params)


def _help(code: str) -> str:
    words.lazy(code)
    return _say(code)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_say("help"), no_args_is_help=True, rich_markup_mode="markdown")
    for name, command in (("add", add), ("list", list_), ("revoke", revoke)):
        group.command(name, help=_say(f"help.{name}"))(command)
    app.add_typer(group, name="key")


def add(
    name: str = typer.Argument(..., metavar="NAME", help=_help("help.keyname")),
    *,
    roles: list[str] = ROLES,
    communes: list[str] = COMMUNES,
    trades: list[str] = TRADES,
    days: int = typer.Option(0, "--days", min=0, help=_help("help.days")),
    key: str = KEY_OPTION,
) -> None:
    """Create a key."""
    import time

    ends_at = time.time_ns() // 1000 + days * DAY_US if days else None
    form = {"name": name, "grants": grants_of(roles or ["viewer"], communes, trades), "ends_at": ends_at}
    made = _door(key).post("/api/access/keys", form)
    typer.echo(_say("made", name=name, secret=made["secret"]))


def list_(key: str = KEY_OPTION) -> None:
    """List keys."""
    keys = _door(key).get("/api/access/keys")["items"]
    rows = [(one["id"], one["name"], shown_grants(one["grants"]), _end(one)) for one in keys]
    show_table([_say(f"column.{column}") for column in ("id", "name", "rights", "ends")], rows)


def revoke(
    which: str = typer.Argument(..., metavar="NAME|ID", help=_help("help.which")), *, key: str = KEY_OPTION
) -> None:
    """Revoke a key."""
    door = _door(key)
    found = [
        one for one in door.get("/api/access/keys")["items"] if which in (one["id"], one["name"]) and not one["revoked"]
    ]
    if len(found) != 1:
        context.tell_failure(_say("several" if found else "unknown", name=which))
        raise typer.Exit(1)
    door.post("/api/actions/access.revoke_key", {"key": found[0]["id"]})
    typer.echo(_say("revoked", name=found[0]["name"]))


def _end(key: dict[str, Any]) -> str:
    from datetime import UTC, datetime

    if key["revoked"]:
        return _say("state.revoked")
    if key["ends_at"] is None:
        return _say("state.endless")
    return f"{datetime.fromtimestamp(key['ends_at'] / 1e6, UTC):%Y-%m-%d}"


def _door(key: str) -> Any:
    from beffroi.server.cli.door import Door

    return Door(context.settings(), key)
