"""`beffroi user add|list|password|disable`: people's accounts, through the running core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from beffroi.server.cli import context, words

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = 46

USER_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "Les comptes des personnes.\n\n"
        "Exemple : `beffroi user add c.roy --role operator`, puis `beffroi user list`",
        "en": "People's accounts.\n\nExample: `beffroi user add c.roy --role operator`, then `beffroi user list`",
    },
    "help.add": {
        "fr": "Crée un compte ; son mot de passe à usage unique s'affiche une fois et se change à la première "
        'connexion.\n\nExemple : `beffroi user add c.roy --name "Camille Roy" --role operator --commune 21231`',
        "en": "Creates an account; its one-time password shows once and is changed at the first sign-in.\n\n"
        'Example: `beffroi user add c.roy --name "Camille Roy" --role operator --commune 21231`',
    },
    "help.list": {
        "fr": "Liste les comptes, leurs rôles et périmètres.\n\nExemple : `beffroi user list`",
        "en": "Lists accounts, roles and perimeters.\n\nExample: `beffroi user list`",
    },
    "help.password": {
        "fr": "Donne un nouveau mot de passe à usage unique : les sessions du compte se ferment.\n\n"
        "Exemple : `beffroi user password c.roy`",
        "en": "Gives a new one-time password: the account's sessions close.\n\nExample: `beffroi user password c.roy`",
    },
    "help.disable": {
        "fr": "Ferme un compte et ses sessions ; `--enable` le rouvre.\n\nExemple : `beffroi user disable c.roy`",
        "en": "Closes an account and its sessions; `--enable` opens it again.\n\nExample: `beffroi user disable c.roy`",
    },
    "help.login": {"fr": "Identifiant.", "en": "Login."},
    "help.name": {"fr": "Nom affiché.", "en": "Displayed name."},
    "help.role": {"fr": "Rôle (répétable) : {roles}.", "en": "Role (repeatable): {roles}."},
    "help.commune": {
        "fr": "Commune (code INSEE, répétable ; sans : toutes).",
        "en": "Commune (INSEE code, repeatable; none: all).",
    },
    "help.trade": {"fr": "Métier (répétable ; sans : tous).", "en": "Trade (repeatable; none: all)."},
    "help.lang": {"fr": "Langue du compte.", "en": "Language of the account."},
    "help.enable": {"fr": "Rouvrir.", "en": "Open again."},
    "help.key": {"fr": "Clé de machine.", "en": "Machine key."},
    "one_time": {
        "fr": "✔ {login} : mot de passe à usage unique (affiché une seule fois)\n\n    {password}\n",
        "en": "✔ {login}: one-time password (shown once)\n\n    {password}\n",
    },
    "unknown": {"fr": "Aucun compte « {login} ».", "en": "No account “{login}”."},
    "disabled": {"fr": "✔ Compte « {login} » fermé.", "en": "✔ Account “{login}” closed."},
    "enabled": {"fr": "✔ Compte « {login} » rouvert.", "en": "✔ Account “{login}” opened."},
    "column.login": {"fr": "identifiant", "en": "login"},
    "column.name": {"fr": "nom", "en": "name"},
    "column.state": {"fr": "état", "en": "state"},
    "column.rights": {"fr": "rôles et périmètres", "en": "roles and perimeters"},
    "column.sessions": {"fr": "sessions", "en": "sessions"},
    "state.active": {"fr": "actif", "en": "active"},
    "state.disabled": {"fr": "fermé", "en": "closed"},
}


def _say(code: str, **params: Any) -> str:
    return words.say(code, USER_TEXTS, **params)


def _help(code: str, **params: Any) -> str:
    words.lazy(code)
    return _say(code, **params)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_say("help"), no_args_is_help=True, rich_markup_mode="markdown")
    for name, command in (("add", add), ("list", list_), ("password", password), ("disable", disable)):
        group.command(name, help=_say(f"help.{name}"))(command)
    app.add_typer(group, name="user")


KEY_OPTION = typer.Option("", "--key", help=_help("help.key"))
LOGIN = typer.Argument(..., metavar="LOGIN", help=_help("help.login"))
COMMUNES = typer.Option([], "--commune", help=_help("help.commune"))
TRADES = typer.Option([], "--trade", help=_help("help.trade"))
ROLES = typer.Option(
    [],
    "--role",
    help=_help(
        "help.role", roles="viewer, operator, shift_supervisor, duty_manager, electrician, clerk, administrator"
    ),
)


def add(
    login: str = LOGIN,
    *,
    name: str = typer.Option("", "--name", help=_help("help.name")),
    roles: list[str] = ROLES,
    communes: list[str] = COMMUNES,
    trades: list[str] = TRADES,
    lang: str = typer.Option("fr", "--lang", help=_help("help.lang")),
    key: str = KEY_OPTION,
) -> None:
    """Create an account."""
    form = {"login": login, "name": name or login, "lang": lang, "grants": grants_of(roles, communes, trades)}
    made = _door(key).post("/api/access/accounts", form)
    typer.echo(_say("one_time", login=login, password=made["one_time_password"]))


def list_(key: str = KEY_OPTION) -> None:
    """List accounts."""
    accounts = _door(key).get("/api/access/accounts")["items"]
    columns = ("login", "name", "state", "rights", "sessions")
    rows = [
        (one["login"], one["name"], _say(f"state.{one['state']}"), shown_grants(one["grants"]), str(one["signed_in"]))
        for one in accounts
    ]
    show_table([_say(f"column.{column}") for column in columns], rows)


def password(login: str = LOGIN, key: str = KEY_OPTION) -> None:
    """Give a new one-time password."""
    door = _door(key)
    made = door.post(f"/api/access/accounts/{_find(door, login)}/password", {})
    typer.echo(_say("one_time", login=login, password=made["one_time_password"]))


def disable(
    login: str = LOGIN,
    *,
    enable: bool = typer.Option(False, "--enable", help=_help("help.enable")),
    key: str = KEY_OPTION,
) -> None:
    """Close an account, or open it again."""
    action = "enable" if enable else "disable"
    door = _door(key)
    door.post(f"/api/actions/access.{action}_account", {"account": _find(door, login)})
    typer.echo(_say(f"{action}d", login=login))


def grants_of(roles: list[str], communes: list[str], trades: list[str]) -> list[dict[str, Any]]:
    """Return the grants of some roles over some communes and trades; none given means all."""
    return [{"role": role, "communes": communes or ["*"], "trades": trades or ["*"]} for role in roles]


def shown_grants(grants: list[dict[str, Any]]) -> str:
    """Return grants as one text: role (communes · trades · kinds) where they are limited."""
    texts = []
    for grant in grants:
        limits = [",".join(grant[axis]) for axis in ("communes", "trades", "kinds") if grant[axis] != ["*"]]
        texts.append(grant["role"] + (f" ({' · '.join(limits)})" if limits else ""))
    return " + ".join(texts) or "–"


def show_table(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows under headings."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table, markup=False)


def _find(door: Any, login: str) -> str:
    for one in door.get("/api/access/accounts")["items"]:
        if one["login"] == login.strip().casefold():
            return str(one["id"])
    context.tell_failure(_say("unknown", login=login))
    raise typer.Exit(1)


def _door(key: str) -> Any:
    from beffroi.server.cli.door import Door

    return Door(context.settings(), key)
