"""`beffroi journal verify|export|show`: the proof, on this machine's database or on an export alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from beffroi.server.cli import context, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from beffroi.journal.verify import Report
    from beffroi.server.settings import Settings

ORDER = 45
NOT_SOUND = 4
SHOWN = 20

JOURNAL_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "Le journal, qui prouve : vérifier, exporter, lire.\n\nExemple : `beffroi journal verify`",
        "en": "The journal, which proves: verify, export, read.\n\nExample: `beffroi journal verify`",
    },
    "help.verify": {
        "fr": "Vérifie la chaîne du journal, ligne par ligne, et les têtes signées gardées hors de la base.\n\n"
        "Sans fichier : la base de ce dossier de données, que Beffroi tourne ou non. Avec un fichier : un export "
        "(.zip, dossier ou .jsonl), sans base ni serveur. Statut 2 si quelque chose ne va pas.\n\n"
        "Exemple : `beffroi journal verify journal-2026-01.zip --key journal.ed25519.pub`",
        "en": "Verifies the chain of the journal, line by line, and the signed heads kept outside the database.\n\n"
        "Without a file: the database of this data folder, whether Beffroi runs or not. With a file: an export "
        "(.zip, folder or .jsonl), without database nor server. Status 2 when something is wrong.\n\n"
        "Example: `beffroi journal verify journal-2026-01.zip --key journal.ed25519.pub`",
    },
    "help.export": {
        "fr": "Écrit un export signé (zip : lignes JSON, CSV avec la phrase française, manifeste, signature).\n\n"
        "Exemple : `beffroi journal export janvier.zip --since 2026-01-01 --until 2026-02-01`",
        "en": "Writes a signed export (zip: JSON lines, CSV with the French sentence, manifest, signature).\n\n"
        "Example: `beffroi journal export january.zip --since 2026-01-01 --until 2026-02-01`",
    },
    "help.show": {
        "fr": "Montre les dernières lignes, ou une ligne entière.\n\nExemple : `beffroi journal show 1204`",
        "en": "Shows the last lines, or one line whole.\n\nExample: `beffroi journal show 1204`",
    },
    "help.file": {"fr": "Export à vérifier ; sinon la base.", "en": "Export to verify; the database otherwise."},
    "help.public": {
        "fr": "Clé publique de la ville (journal.ed25519.pub) ; sinon celle de l'export.",
        "en": "Public key of the city (journal.ed25519.pub); the export's own otherwise.",
    },
    "help.json": {"fr": "Rapport en JSON.", "en": "Report as JSON."},
    "help.out": {"fr": "Fichier zip à écrire.", "en": "Zip file to write."},
    "help.since": {"fr": "À partir de ce jour (heure de la ville).", "en": "From this day on (city time)."},
    "help.until": {"fr": "Avant ce jour.", "en": "Before this day."},
    "help.type": {
        "fr": "Seulement ce type de ligne, ou un métier entier avec un point final (« alarms. »).",
        "en": "Only this type of line, or a whole trade with a final dot (“alarms.”).",
    },
    "help.personal": {
        "fr": "Avec les données personnelles : la sortie est inscrite au journal.",
        "en": "With personal data: taking them out is journalled.",
    },
    "help.position": {"fr": "Numéro de la ligne.", "en": "Number of the line."},
    "help.last": {"fr": "Nombre de lignes.", "en": "Number of lines."},
    "help.key": {"fr": "Clé de machine.", "en": "Machine key."},
    "reading": {"fr": "Vérification", "en": "Verifying"},
    "sound": {
        "fr": "✔ Journal intact : {lines} lignes ({first} à {last}), {bodies} textes vérifiés, {seconds} s.",
        "en": "✔ The journal is sound: {lines} lines ({first} to {last}), {bodies} texts verified, {seconds} s.",
    },
    "empty": {"fr": "✔ Journal vide.", "en": "✔ The journal is empty."},
    "unsound": {
        "fr": "✗ Anomalies : {problem_count}, dans {lines} lignes lues ({first} à {last}).",
        "en": "✗ Problems: {problem_count}, in {lines} lines read ({first} to {last}).",
    },
    "more": {"fr": "… et {more} autres.", "en": "… and {more} more."},
    "heads": {
        "fr": "Têtes signées vérifiées : {heads_checked}, jusqu'à la ligne {signed_until}. Clé : {keys}.",
        "en": "Signed heads verified: {heads_checked}, up to line {signed_until}. Key: {keys}.",
    },
    "heads.none": {
        "fr": "Aucune tête signée : une fin coupée ou réécrite ne se verrait pas.",
        "en": "No signed head: a cut or rewritten end would not show.",
    },
    "own_key": {
        "fr": "Clé prise dans l'export : comparez {keys} à celle que la ville publie, ou donnez --key.",
        "en": "Key taken from the export: compare {keys} with the city's published one, or give --key.",
    },
    "erased": {
        "fr": "Effacés : {count} textes, finalité « {purpose} ».",
        "en": "Erased: {count} texts, purpose “{purpose}”.",
    },
    "withheld": {"fr": "Retenus à l'export : {count} textes personnels.", "en": "Withheld: {count} personal texts."},
    "exported": {"fr": "✔ {path} : {megabytes} Mo.", "en": "✔ {path}: {megabytes} MB."},
    "bad_day": {"fr": "« {text} » n'est pas une date (AAAA-MM-JJ).", "en": "“{text}” is not a date (YYYY-MM-DD)."},
}


def _say(code: str, **params: Any) -> str:
    return words.say(code, JOURNAL_TEXTS, **params)


def _help(code: str) -> str:
    words.lazy(code)
    return _say(code)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_say("help"), no_args_is_help=True, rich_markup_mode="markdown")
    group.command("verify", help=_say("help.verify"))(verify)
    group.command("export", help=_say("help.export"))(export)
    group.command("show", help=_say("help.show"))(show)
    app.add_typer(group, name="journal")


def verify(
    file: Path | None = typer.Argument(None, metavar="EXPORT", help=_help("help.file")),
    *,
    public: Path | None = typer.Option(None, "--key", metavar="FILE.pub", help=_help("help.public")),
    as_json: bool = typer.Option(False, "--json", help=_help("help.json")),
) -> None:
    """Verify the journal of the data folder, or an export."""
    import time

    from beffroi.journal.codec import JournalError
    from beffroi.journal.signing import read_public_key

    began = time.monotonic()
    try:
        keys = [read_public_key(public)] if public else []
        with _Progress(quiet=as_json) as progress:
            if file is not None:
                from beffroi.journal.reading import verify_export

                report = verify_export(file, keys, progress)
            else:
                report = _verify_database(context.settings(), progress)
    except JournalError as error:
        context.tell_failure(_journal_say(error.code, **error.params))
        raise typer.Exit(1) from error
    if as_json:
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _tell(report, time.monotonic() - began, own_key=file is not None and public is None)
    raise typer.Exit(0 if report.sound else NOT_SOUND)


def _verify_database(settings: Settings, progress: Callable[[int], None]) -> Report:
    """Verify the database as one snapshot, against every head signed before it was taken."""
    from beffroi.journal.database import walk
    from beffroi.journal.signing import HEADS_FOLDER, list_heads, read_heads, read_public_keys
    from beffroi.journal.types import GENESIS
    from beffroi.journal.verify import Verifier
    from beffroi.server.backup import database_up
    from beffroi.server.database import connect, dsn_app

    found = list(read_heads(settings.data / HEADS_FOLDER))
    keys = read_public_keys(settings.keys)
    with database_up(settings), connect(dsn_app(settings), name="beffroi verify") as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        heads = [head for _, head in found if head is not None] + list_heads(connection)
        verifier = Verifier(start=GENESIS, heads=heads, keys=keys, progress=progress)
        for name, head in found:
            if head is None:
                verifier.report.add("journal.head_unreadable", 0, file=name)
        return verifier.lines(walk(connection))


def _tell(report: Report, seconds: float, *, own_key: bool) -> None:
    figures = {name: getattr(report, name) for name in report.__struct_fields__}
    figures |= {"seconds": seconds, "keys": ", ".join(report.key_ids) or "–"}
    if report.sound:
        typer.echo(_say("sound" if report.lines else "empty", **figures))
    else:
        context.tell_failure(_say("unsound", **figures).removeprefix("✗ "))
        for problem in report.problems[:SHOWN]:
            typer.echo("  " + _journal_say(problem.code, **{"position": problem.position, **problem.params}))
        if report.problem_count > SHOWN:
            typer.echo("  " + _say("more", more=report.problem_count - SHOWN))
    typer.echo(_say("heads" if report.heads_checked else "heads.none", **figures))
    if own_key and report.key_ids:
        typer.echo(_say("own_key", **figures))
    for purpose, count in report.erased.items():
        typer.echo(_say("erased", purpose=purpose, count=count))
    if report.withheld:
        typer.echo(_say("withheld", count=report.withheld))


def export(
    out: Path = typer.Argument(..., metavar="FILE.zip", help=_help("help.out")),
    *,
    since: str = typer.Option("", "--since", metavar="AAAA-MM-JJ", help=_help("help.since")),
    until: str = typer.Option("", "--until", metavar="AAAA-MM-JJ", help=_help("help.until")),
    type_: str = typer.Option("", "--type", help=_help("help.type")),
    personal: bool = typer.Option(False, "--personal", help=_help("help.personal")),
    key: str = typer.Option("", "--key", help=_help("help.key")),
) -> None:
    """Write a signed export through the running core, which journals it."""
    from urllib.parse import urlencode

    settings = context.settings()
    days = {"since": _day(since, settings), "until": _day(until, settings)}
    asked = {"type": type_, "personal": "true" if personal else "", **days}
    query = urlencode({name: value for name, value in asked.items() if value})
    content = _door(settings, key).ask("GET", f"/api/journal/export?{query}")
    waiting = out.with_name(out.name + ".part")
    waiting.write_bytes(content)
    waiting.replace(out)
    typer.echo(_say("exported", path=out, megabytes=len(content) / 1e6))


def show(
    position: int = typer.Argument(0, metavar="N°", help=_help("help.position")),
    *,
    last: int = typer.Option(20, "--last", min=1, max=1000, help=_help("help.last")),
    key: str = typer.Option("", "--key", help=_help("help.key")),
) -> None:
    """Show one line or the last ones."""
    import json

    settings = context.settings()
    door = _door(settings, key)
    if position:
        typer.echo(json.dumps(door.get(f"/api/journal/{position}"), ensure_ascii=False, indent=1))
        return
    sentences = door.get(f"/api/texts/{words.language()}")
    for line in reversed(door.get("/api/journal", limit=last)["items"]):
        typer.echo(_line(line, sentences, settings))


def _line(line: dict[str, Any], sentences: dict[str, str], settings: Settings) -> str:
    from zoneinfo import ZoneInfo

    from beffroi.journal.render import sentence
    from beffroi.model.time import to_datetime

    at = to_datetime(line["recorded_at"]).astimezone(ZoneInfo(settings.zone))
    catalogue = {code: {words.language(): text} for code, text in sentences.items()}
    told_as = sentence(catalogue, words.language(), line["type"], line["data"])
    return f"{line['position']:>7}  {at:%d/%m %H:%M:%S}  {told_as}"


def _day(text: str, settings: Settings) -> int | None:
    from datetime import date
    from zoneinfo import ZoneInfo

    from beffroi.model.time import day_bounds

    if not text:
        return None
    try:
        return day_bounds(date.fromisoformat(text), ZoneInfo(settings.zone))[0]
    except ValueError as error:
        raise typer.BadParameter(_say("bad_day", text=text)) from error


def _journal_say(code: str, **params: Any) -> str:
    from beffroi.journal.texts import TEXTS

    return words.say(code, TEXTS, **params)


def _door(settings: Settings, key: str) -> Any:
    from beffroi.server.cli.door import Door

    return Door(settings, key)


class _Progress:
    """Counts the lines verified, on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.completed}"),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True, quiet=quiet), transient=True)
        self._task = self._bar.add_task(_say("reading"), total=None)

    def __enter__(self) -> Callable[[int], None]:
        self._bar.start()
        return lambda lines: self._bar.update(self._task, completed=lines)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
