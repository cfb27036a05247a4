"""`beffroi rehearse`: what the running rehearsal city plays, and at which pace."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from beffroi.server.cli import context, words

ORDER = 25
REHEARSE_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "Pilote la ville de répétition qui tourne (`beffroi demo`). Exemples :\n\n"
        "Les scénarios : `beffroi rehearse --list`\n\n"
        "En jouer un à son heure : `beffroi rehearse --scenario circuit_trip`, ou tout de suite : `--now`\n\n"
        "Accélérer la ville : `beffroi rehearse --rate 60` (1 à 150, la simulation se dit à l'écran)",
        "en": "Drives the rehearsal city that runs (`beffroi demo`). Examples:\n\n"
        "The scenarios: `beffroi rehearse --list`\n\n"
        "Play one at its own hour: `beffroi rehearse --scenario circuit_trip`, or at once: `--now`\n\n"
        "Run the city faster: `beffroi rehearse --rate 60` (1 to 150, every screen says so)",
    },
    "help.scenario": {"fr": "Nom du scénario à jouer.", "en": "Name of the scenario to play."},
    "help.now": {
        "fr": "Le jouer à l'heure qu'il est dans la ville, sans avancer l'horloge.",
        "en": "Play it at the city's present hour, without moving the clock.",
    },
    "help.rate": {"fr": "Secondes de la ville par seconde, de 1 à 150.", "en": "City seconds per second, 1 to 150."},
    "help.list": {
        "fr": "Lister les scénarios et ce que la salle doit voir.",
        "en": "List the scenarios and what the room must see.",
    },
    "columns": {"fr": "Nom|Titre|Début|La salle doit voir", "en": "Name|Title|Begins|The room must see"},
    "status": {
        "fr": "{title} — {clock} dans la ville, ×{rate} · {sent} messages MQTT, {connected} sources connectées, "
        "{waiting} en attente d'accusé · {fixes} positions",
        "en": "{title} — {clock} in the city, ×{rate} · {sent} MQTT messages, {connected} sources connected, "
        "{waiting} waiting for their acknowledgement · {fixes} positions",
    },
    "pace": {"fr": "{asked} demandé, ×{held} tenu", "en": "{asked} asked, ×{held} held"},
    "expected": {"fr": "La salle doit voir : {text}", "en": "The room must see: {text}"},
    "silent": {
        "fr": "La ville de répétition ne répond pas : lancez d'abord `beffroi demo`.",
        "en": "The rehearsal city does not answer: run `beffroi demo` first.",
    },
}  # fmt: skip


class RehearsalRefusedError(Exception):
    """A command that cannot go on: its sentence stands for its own code."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code, self.params = text, dict[str, Any]()


def _say(code: str, **params: Any) -> str:
    return words.say(code, REHEARSE_TEXTS, **params)


def _help(code: str) -> str:
    words.lazy(code)
    return _say(code)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse", help=_say("help"))(rehearse)


def rehearse(
    *,
    scenario: str = typer.Option("", "--scenario", metavar="NAME", help=_help("help.scenario")),
    now: bool = typer.Option(False, "--now", help=_help("help.now")),
    rate: float = typer.Option(0.0, "--rate", min=0, max=150, metavar="1..150", help=_help("help.rate")),
    listed: bool = typer.Option(False, "--list", help=_help("help.list")),
) -> None:
    """Play a scenario, change the pace, or say what is being played."""
    if listed:
        _list()
        return
    asked: dict[str, Any] = {"do": "status"}
    if scenario:
        asked = {"do": "scenario", "name": scenario, "stay": now, "rate": rate}
    elif rate:
        asked = {"do": "rate", "rate": rate}
    _show(_ask(asked), expected=bool(scenario))


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    """Return the rehearsal's answer; its refusals become this command's."""
    import asyncio

    from nats.errors import Error as NatsError

    from beffroi.rehearsal.player.bus import ask
    from beffroi.rehearsal.player.where import WhereError, find_where
    from beffroi.rehearsal.texts import say

    settings = context.settings()
    try:
        answer: dict[str, Any] = json.loads(asyncio.run(ask(find_where(settings.data), json.dumps(request).encode())))
    except WhereError as error:
        raise RehearsalRefusedError(say(error.code, error.params, words.language())) from error
    except (OSError, NatsError, TimeoutError) as error:
        raise RehearsalRefusedError(_say("silent")) from error
    if "code" in answer:
        raise RehearsalRefusedError(say(answer["code"], answer.get("params"), words.language()))
    return answer


def _show(status: dict[str, Any], *, expected: bool) -> None:
    from beffroi.rehearsal.texts import say

    clock = datetime.fromtimestamp(status["now"] / 1e6, ZoneInfo(context.settings().zone))
    typer.echo(
        _say(
            "status",
            title=status["title"].get(words.language(), ""),
            clock=clock.strftime("%d/%m/%Y %H:%M:%S"),
            rate=_pace(status),
            sent=status["mqtt"].get("sent", 0),
            connected=status["mqtt"].get("connected", 0),
            waiting=status["mqtt"].get("unacknowledged", 0),
            fixes=status["osmand"].get("sent", 0),
        )
    )
    for problem in status["problems"]:
        typer.echo("⚠ " + say(problem["code"], problem["params"], words.language()))
    if expected:
        typer.echo(_say("expected", text=status["expected"].get(words.language(), "")))


def _pace(status: dict[str, Any]) -> str:
    """Return the pace asked, and the one that this machine holds when it is slower."""
    asked, held = status["rate"], status.get("pace", status["rate"])
    return f"{asked:g}" if held >= 0.9 * asked else _say("pace", asked=f"{asked:g}", held=f"{held:.0f}")


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from beffroi.rehearsal.scenario import list_scenarios

    table = Table(*_say("columns").split("|"), show_lines=True)
    for name, scenario in list_scenarios(context.settings().data / "rehearsal" / "scenarios").items():
        lang = words.language()
        table.add_row(name, scenario.title[lang], scenario.start, scenario.expected[lang])
    Console(highlight=False).print(table)
