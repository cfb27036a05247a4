"""`beffroi import`: a city's files into the register, through the running core; list and undo of imports."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from beffroi.server.cli import context, words

if TYPE_CHECKING:
    from beffroi.server.cli.door import Door

ORDER = 20
POLL_S = 0.15
IMPORT_TEXTS: dict[str, dict[str, str]] = {
    "help": {
        "fr": "Importe des équipements et un fond de plan dans le référentiel. Exemples :\n\n"
        "Une correspondance toute prête : `beffroi import montpellier --from ../shared/data/montpellier-ville`\n\n"
        "Votre fichier : `beffroi import lampadaires.csv --mapping lampadaires.toml --preview`\n\n"
        "Un dossier et sa correspondance : `beffroi import --mapping maville.toml --from mondossier`\n\n"
        "Sans correspondance, une est proposée : `beffroi import lampadaires.csv --kind street_light --preview`\n\n"
        "Le même fichier une seconde fois ne change rien. `beffroi import --list`, `beffroi import --undo ID`.",
        "en": "Imports assets and a base map into the register. Examples:\n\n"
        "A ready mapping: `beffroi import montpellier --from ../shared/data/montpellier-ville`\n\n"
        "Your file: `beffroi import lights.csv --mapping lights.toml --preview`\n\n"
        "A folder and its mapping: `beffroi import --mapping mycity.toml --from myfolder`\n\n"
        "Without a mapping, one is proposed: `beffroi import lights.csv --kind street_light --preview`\n\n"
        "The same file a second time changes nothing. `beffroi import --list`, `beffroi import --undo ID`.",
    },
    "help.source": {
        "fr": "Nom d'une correspondance toute prête, ou fichier CSV ou GeoJSON (.gz et .zip acceptés), ou dossier ; "
        "inutile avec --mapping et --from.",
        "en": "Name of a ready mapping, or a CSV or GeoJSON file (.gz and .zip accepted), or a folder; "
        "not needed with --mapping and --from.",
    },
    "help.from": {
        "fr": "Dossier des fichiers que nomme la correspondance, toute prête ou à vous (--mapping).",
        "en": "Folder of the files that the mapping names, a ready one or yours (--mapping).",
    },
    "help.mapping": {
        "fr": "Correspondance écrite en TOML, ou nom d'une toute prête.",
        "en": "Mapping written in TOML, or the name of a ready one.",
    },
    "help.kind": {"fr": "Type d'équipement du fichier.", "en": "Kind of equipment that the file holds."},
    "help.preview": {"fr": "Montrer sans rien enregistrer.", "en": "Show without committing anything."},
    "help.refused": {
        "fr": "Où écrire les lignes refusées (défaut : refus-ID.csv ; un aperçu n'écrit que si on le demande ici).",
        "en": "Where to write the refused rows (default: refus-ID.csv; a preview writes only where this says).",
    },
    "help.list": {"fr": "Lister les imports.", "en": "List the imports."},
    "help.undo": {"fr": "Annuler un import.", "en": "Undo an import."},
    "help.key": {"fr": "Clé d'accès (ou BEFFROI_KEY).", "en": "Access key (or BEFFROI_KEY)."},
    "nothing_asked": {
        "fr": "Que faut-il importer ? Donnez un fichier ou une correspondance : {names}.",
        "en": "What should be imported? Give a file or a mapping: {names}.",
    },
    "no_file": {
        "fr": "{name} n'est ni un fichier, ni une correspondance connue ({names}).",
        "en": "{name} is neither a file nor a known mapping ({names}).",
    },
    "no_mapping": {
        "fr": "Correspondance illisible : {name} ({detail}). Donnez un fichier TOML, ou une correspondance toute "
        "prête : {names}.",
        "en": "Unreadable mapping: {name} ({detail}). Give a TOML file, or a ready mapping: {names}.",
    },
    "bad_mapping": {
        "fr": "Cette correspondance ne nomme pas ses fichiers (une rubrique [[layer]] avec « file » pour chacun) : "
        "{detail}.",
        "en": "This mapping does not name its files (a [[layer]] entry with “file” for each): {detail}.",
    },
    "missing": {
        "fr": "Dans {folder}, il manque : {files}.",
        "en": "Missing from {folder}: {files}.",
    },
    "failed": {"fr": "Import impossible : {text}", "en": "Import impossible: {text}"},
    "columns": {
        "fr": "Cible|Fichier|Créés|Modifiés|Inchangés|Refusés|Ignorés",
        "en": "Target|File|Created|Updated|Unchanged|Refused|Ignored",
    },
    "preview_only": {
        "fr": "Aperçu : rien n'a été enregistré ({changes} changements proposés).",
        "en": "Preview: nothing was committed ({changes} changes proposed).",
    },
    "unchanged": {"fr": "Aucun changement : le référentiel est à jour.", "en": "No change: the register is current."},
    "done": {
        "fr": "✔ {changes} changements enregistrés en {seconds} s. Import {id}",
        "en": "✔ {changes} changes committed in {seconds} s. Import {id}",
    },
    "refused": {
        "fr": "Lignes refusées : {count}, avec le motif, dans {path}",
        "en": "Rows refused: {count}, with the reason, in {path}",
    },
    "refused_preview": {
        "fr": "Lignes refusées : {count}. Toutes, avec le motif : ajoutez --refused FICHIER.csv",
        "en": "Rows refused: {count}. All of them, with the reason: add --refused FILE.csv",
    },
    "undone": {
        "fr": "✔ Import annulé : {changes} éléments rétablis ou retirés, {refused} laissés tels quels.",
        "en": "✔ Import undone: {changes} entries restored or removed, {refused} left as they are.",
    },
    "proposed": {
        "fr": "Correspondance proposée (à enregistrer et à corriger au besoin) :",
        "en": "Mapping proposed (save it, correct it as needed):",
    },
    "list_columns": {"fr": "Import et titre|Date|État|Changements", "en": "Import and title|Date|State|Changes"},
    "committed": {"fr": "enregistré", "en": "committed"},
    "undone_state": {"fr": "annulé", "en": "undone"},
}


class ImportRefusedError(Exception):
    """A command that cannot go on: a code and its params, told by the command line."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(_say(code, **params))
        self.code, self.params = f"import.{code}", params


def _say(code: str, **params: Any) -> str:
    return words.say(code, IMPORT_TEXTS, **params)


def _help(code: str) -> str:
    words.lazy(code)
    return _say(code)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", help=_say("help"))(import_)


def import_(
    source: str = typer.Argument("", metavar="FILE|NAME", help=_help("help.source")),
    *,
    folder: Path = typer.Option(Path(), "--from", metavar="FOLDER", help=_help("help.from")),
    mapping: Path | None = typer.Option(None, "--mapping", metavar="FILE.toml|NAME", help=_help("help.mapping")),
    kind: str = typer.Option("", "--kind", help=_help("help.kind")),
    preview: bool = typer.Option(False, "--preview", help=_help("help.preview")),
    refused: Path | None = typer.Option(None, "--refused", metavar="FILE.csv", help=_help("help.refused")),
    listed: bool = typer.Option(False, "--list", help=_help("help.list")),
    undo: str = typer.Option("", "--undo", metavar="ID", help=_help("help.undo")),
    key: str = typer.Option("", "--key", help=_help("help.key")),
) -> None:
    """Import files into the register."""
    from beffroi.server.cli.door import Door

    door = Door(context.settings(), key)
    if listed:
        _list(door)
    elif undo:
        _undo(door, undo)
    else:
        _bring(door, source, folder, mapping, kind, preview, refused)


def _bring(
    door: Door, source: str, folder: Path, mapping: Path | None, kind: str, preview: bool, refused: Path | None
) -> None:
    began = time.monotonic()
    known = {one["name"]: one for one in door.get("/api/assets/mappings")}
    files, text = _files(source, folder, mapping, known)
    job = _wait(door, door.upload("/api/assets/imports", files, {"mapping": text, "kind": kind}), source)
    if job["state"] == "failed":
        if job["mapping_text"] and not text:
            typer.echo(_say("proposed") + "\n\n" + job["mapping_text"])
        raise ImportRefusedError("failed", text=job["error"]["text"])
    if not text:
        typer.echo(_say("proposed") + "\n\n" + job["mapping_text"])
    _show(job)
    _tell_refused(door, job, refused, quiet=preview)
    if preview:
        typer.echo(_say("preview_only", changes=job["changes"]))
    elif not job["changes"]:
        typer.echo(_say("unchanged"))
    else:
        door.post("/api/actions/assets.import", {"import_id": job["id"]})
        typer.echo(_say("done", changes=job["changes"], seconds=time.monotonic() - began, id=job["id"]))


def _files(source: str, folder: Path, mapping: Path | None, known: dict[str, Any]) -> tuple[dict[str, Path], str]:
    """Return the files to upload and the mapping: its name, its text, or nothing to have one proposed."""
    names = ", ".join(known)
    if not source and mapping is not None and str(mapping) in known:
        source, mapping = str(mapping), None
    text = _mapping_text(mapping, names)
    if not source:
        if not text:
            raise ImportRefusedError("nothing_asked", names=names)
        return _named(_files_of(text), folder), text
    path = Path(source)
    if source in known and not path.is_file():
        return _named(known[source]["files"], folder), source
    if path.is_dir():
        return {file.name: file for file in sorted(path.iterdir()) if file.is_file() and file.suffix != ".md"}, text
    if not path.is_file():
        raise ImportRefusedError("no_file", name=source, names=names)
    return {path.name: path}, text


def _mapping_text(mapping: Path | None, names: str) -> str:
    if mapping is None:
        return ""
    try:
        return mapping.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefusedError("no_mapping", name=str(mapping), names=names, detail=str(error)) from error


def _files_of(text: str) -> list[str]:
    """Return the files that a mapping names; the core says what is wrong with one that cannot be read."""
    import tomllib

    try:
        layers = tomllib.loads(text).get("layer", [])
        return list(dict.fromkeys(str(layer["file"]) for layer in layers))
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise ImportRefusedError("bad_mapping", detail=str(error)) from error


def _named(names: list[str], folder: Path) -> dict[str, Path]:
    """Return the files of those names, in a folder that holds them all."""
    wanted = {name: folder / name for name in names}
    missing = [name for name, file in wanted.items() if not file.is_file()]
    if missing:
        raise ImportRefusedError("missing", folder=str(folder.absolute()), files=", ".join(missing))
    return wanted


def _wait(door: Door, job: dict[str, Any], title: str) -> dict[str, Any]:
    """Follow a job until it is ready or failed, its progress drawn."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        while job["state"] == "reading":
            time.sleep(POLL_S)
            job = door.get(f"/api/assets/imports/{job['id']}")
            progress.update(task, completed=job["progress"], description=job["stage"] or title)
    return job


def _show(job: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_say("columns").split("|"), title=job["title"])
    for column in table.columns[2:]:
        column.justify = "right"
    for count in job["counts"]:
        numbers = [str(count[name]) for name in ("created", "updated", "unchanged", "refused", "ignored")]
        table.add_row(count["target"], count["file"], *numbers)
    console = Console(highlight=False)
    console.print(table)
    for notice in job["notices"]:
        console.print(f"· {notice['file']} : {notice['text']}", markup=False)


def _tell_refused(door: Door, job: dict[str, Any], path: Path | None, *, quiet: bool = False) -> None:
    """Show the first refused rows and write them all; `quiet` writes no file that nobody asked for."""
    if not job["refused"]:
        return
    for one in job["refusals"][:5]:
        typer.echo(f"  {one['file']}:{one['line']}  {one['text']}  [{one['excerpt']}]")
    if quiet and path is None:
        typer.echo(_say("refused_preview", count=job["refused"]))
        return
    chosen = path or Path(f"refus-{job['id']}.csv")
    chosen.write_bytes(door.ask("GET", f"/api/assets/imports/{job['id']}/refused.csv"))
    typer.echo(_say("refused", count=job["refused"], path=str(chosen)))


def _undo(door: Door, import_id: str) -> None:
    job = _wait(door, door.post(f"/api/assets/imports/{import_id}/undo", {}), import_id)
    if job["state"] == "failed":
        raise ImportRefusedError("failed", text=job["error"]["text"])
    door.post("/api/actions/assets.undo_import", {"import_id": import_id})
    _tell_refused(door, job, None)
    typer.echo(_say("undone", changes=job["changes"], refused=job["refused"]))


def _list(door: Door) -> None:
    from datetime import UTC, datetime

    from beffroi.server.cli.user import show_table

    rows = []
    for row in door.get("/api/assets/imports"):
        record = row["record"]
        when = datetime.fromtimestamp(record["at"] / 1e6, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        changes = sum(count["created"] + count["updated"] for count in record["counts"])
        state = _say("undone_state" if record["state"] == "undone" else "committed")
        # `--undo` wants the identifier whole, however narrow the terminal: the title goes under it
        rows.append((f"{record['id']}\n  {record['title']}", when, state, str(changes)))
    show_table(_say("list_columns").split("|"), rows)
