"""`beffroi bench`: the measures of `bench/`, which come with the source and not with the installed package."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import typer

import beffroi
from beffroi.server.cli import words

ORDER = 90
FOLDER = Path(beffroi.__file__).parents[2] / "bench"
TEXTS: dict[str, dict[str, str]] = {
    "bench.help": {
        "fr": "Mesure le produit et le compare à un témoin dans le même essai.\n\n"
        "Sans nom, liste les mesures. Exemple : beffroi bench r15_register\n\n"
        "L'endurance : beffroi bench soak -- --seconds 600",
        "en": "Measure the product and compare it with a peer in the same run.\n\n"
        "Without a name, list the measures. Example: beffroi bench r15_register\n\n"
        "Endurance: beffroi bench soak -- --seconds 600",
    },
    "bench.name": {"fr": "Nom de la mesure.", "en": "Name of the measure."},
    "bench.options": {"fr": "Options de la mesure, après --.", "en": "Options of the measure, after --."},
    "bench.no_source": {
        "fr": "Les mesures viennent avec les sources : lancez la commande depuis un clone du dépôt.",
        "en": "Measures come with the source: run the command from a clone of the repository.",
    },
    "bench.unknown": {
        "fr": "Mesure inconnue : {name}. Celles qui existent : {known}.",
        "en": "Unknown measure: {name}. Those that exist: {known}.",
    },
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench", help=words.say("bench.help", TEXTS))(bench)


def bench(
    name: str = typer.Argument("", help=words.say("bench.name", TEXTS)),
    options: list[str] = typer.Argument(None, help=words.say("bench.options", TEXTS)),
) -> None:
    """Run one measure, or list them."""
    known = measures()
    if not known:
        _refuse("bench.no_source")
    if not name:
        for each, title in known.items():
            typer.echo(f"{each:16} {title}")
        return
    if name not in known:
        _refuse("bench.unknown", name=name, known=", ".join(known))
    command = [sys.executable, str(FOLDER / f"{name}.py"), *(options or [])]
    raise typer.Exit(subprocess.run(command, env=os.environ, check=False).returncode)


def measures() -> dict[str, str]:
    """Return the title of each measure by name: the first line of its docstring."""
    files = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("_"))
    return {path.stem: _title(path) for path in files}


def _title(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def _refuse(code: str, **params: str) -> None:
    typer.echo(f"✗ {words.say(code, TEXTS, **params)}", err=True)
    raise typer.Exit(2)
