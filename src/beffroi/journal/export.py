"""Signed exports: one zip with JSON lines, CSV, a manifest, its signature and the public key."""

import csv
import tempfile
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import msgspec

from beffroi.journal.codec import read_data, read_envelope, revealed
from beffroi.journal.render import Catalogue, sentence
from beffroi.journal.signing import SignedHead, SigningKey
from beffroi.journal.types import Head, is_personal, is_secret
from beffroi.journal.verify import Checked
from beffroi.model.time import Micros, to_iso

FORMAT = "beffroi-journal-export/1"
LINES = "journal.jsonl"
TABLE = "journal.csv"
HEADS = "heads.jsonl"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PUBLIC = "public.key"
_LANG = "fr"
WITHHELD = "[retenu]"

COLUMNS = ("position", "saisie_utc", "faits_utc", "type", "version", "auteur", "cause", "phrase", "champs", "empreinte")


class ExportBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """One erasable field as exported; without text nor `erased_at` it was withheld."""

    field: str
    purpose: str
    salt: str | None = None
    text: str | None = None
    erased_at: Micros | None = None


class ExportLine(msgspec.Struct, frozen=True):
    """One line as exported: `line` is exactly the bytes that the hash covers."""

    position: int
    hash: str
    line: msgspec.Raw
    sentence: str
    bodies: tuple[ExportBody, ...] = ()


class FileProof(msgspec.Struct, frozen=True):
    """What the manifest promises of a file."""

    sha256: str
    bytes: int


class Link(msgspec.Struct, frozen=True):
    """A head, its hash in hex."""

    position: int
    hash: str


class Manifest(msgspec.Struct, frozen=True):
    """What an export is. `start` is the head before the first line when no line is missing between first and last."""

    format: str
    made_at: Micros
    made_by: str
    lines: int
    first: int
    last: int
    start: Link | None
    head: Link
    filters: dict[str, str]
    files: dict[str, FileProof]
    key_id: str


class Wanted(msgspec.Struct, frozen=True):
    """How an export is made: `start` unset when lines are filtered out, `bodies` "all", "plain" (no personal data)."""

    made_at: Micros
    made_by: str
    start: Head | None
    filters: dict[str, str]
    with_personal: bool = False


class ExportWriter:
    """Writes lines as they come to two files, then the zip; a context that leaves nothing behind but the zip."""

    def __init__(self, target: Path, wanted: Wanted, key: SigningKey, catalogue: Catalogue) -> None:
        self._target = target
        self._wanted = wanted
        self._key = key
        self._catalogue = catalogue
        self._folder = tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent)
        self._lines: IO[bytes] = (Path(self._folder.name) / LINES).open("wb")
        self._table = (Path(self._folder.name) / TABLE).open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._table, delimiter=";")
        self._rows.writerow(COLUMNS)
        self._count, self._first, self._last, self._hash = 0, 0, 0, b""

    def __enter__(self) -> "ExportWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._table.close()
        self._folder.cleanup()

    def add(self, found: Iterable[Checked]) -> None:
        """Write some lines, in order."""
        for line in found:
            self._first = self._first or line.position
            self._last, self._hash = line.position, line.hash
            self._count += 1
            self._add(line)

    def _add(self, line: Checked) -> None:
        bodies = tuple(_export_body(body, with_personal=self._wanted.with_personal) for body in line.bodies)
        envelope = read_envelope(line.content)
        data = _readable(read_data(envelope), bodies)
        phrase = sentence(self._catalogue, _LANG, envelope.type, data)
        row = ExportLine(line.position, line.hash.hex(), msgspec.Raw(line.content), phrase, bodies)
        self._lines.write(msgspec.json.encode(row) + b"\n")
        data.pop("type", None)
        author = envelope.actor
        self._rows.writerow(
            [
                line.position,
                to_iso(envelope.recorded_at),
                to_iso(envelope.happened_at),
                envelope.type,
                envelope.version,
                " ".join(part for part in (author.kind, str(author.id or ""), author.name or "") if part),
                envelope.cause.position if envelope.cause else "",
                _cell(phrase),
                msgspec.json.encode(data).decode(),
                line.hash.hex(),
            ]
        )

    def finish(self, heads: Iterable[SignedHead]) -> Manifest:
        """Write the zip with the signed heads that concern these lines, and return its manifest."""
        self._lines.close()
        self._table.close()
        kept = [head for head in heads if self._first <= head.position <= self._last]
        folder = Path(self._folder.name)
        (folder / HEADS).write_bytes(b"".join(msgspec.json.encode(head) + b"\n" for head in kept))
        wanted = self._wanted
        start = wanted.start
        manifest = Manifest(
            format=FORMAT,
            made_at=wanted.made_at,
            made_by=wanted.made_by,
            lines=self._count,
            first=self._first,
            last=self._last,
            start=Link(start.position, start.hash.hex()) if start else None,
            head=Link(self._last, self._hash.hex()),
            filters=wanted.filters,
            files={name: _proof(folder / name) for name in (LINES, TABLE, HEADS)},
            key_id=self._key.public.id,
        )
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (folder / MANIFEST).write_bytes(content)
        (folder / SIGNATURE).write_text(self._key.sign(content), encoding="ascii")
        (folder / PUBLIC).write_text(self._key.public.raw.hex(), encoding="ascii")
        waiting = folder / "export.zip"
        with zipfile.ZipFile(waiting, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as pack:
            for name in (MANIFEST, SIGNATURE, PUBLIC, HEADS, LINES, TABLE):
                pack.write(folder / name, name)
        waiting.replace(self._target)
        return manifest


def _export_body(body: Any, *, with_personal: bool) -> ExportBody:
    if body.erased_at is not None:
        return ExportBody(body.field, body.purpose, erased_at=body.erased_at)
    if is_secret(body.purpose) or (is_personal(body.purpose) and not with_personal):
        return ExportBody(body.field, body.purpose)
    return ExportBody(body.field, body.purpose, body.salt.hex(), body.text)


def _readable(data: dict[str, Any], bodies: tuple[ExportBody, ...]) -> dict[str, Any]:
    texts: dict[str, str | None] = {body.field: body.text for body in bodies if body.text is not None}
    shown = revealed({name: value for name, value in data.items() if name in texts}, texts)
    withheld = {body.field: WITHHELD for body in bodies if body.text is None and body.erased_at is None}
    return {**data, **shown, **withheld}


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text


def _proof(path: Path) -> FileProof:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return FileProof(digest.hexdigest(), path.stat().st_size)
