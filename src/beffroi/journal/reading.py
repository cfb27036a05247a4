"""Verifying an export from its zip, its folder or its JSON lines alone: no server, no database."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from beffroi.journal.codec import JournalError
from beffroi.journal.export import HEADS, LINES, MANIFEST, PUBLIC, SIGNATURE, TABLE, ExportBody, ExportLine, Manifest
from beffroi.journal.signing import PublicKey, SignedHead
from beffroi.journal.types import Body, Head
from beffroi.journal.verify import Checked, Report, Verifier

LONGEST_LINE = 16 << 20
SMALL_FILE = 64 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, RuntimeError, OverflowError)
"""What a spoilt zip makes the standard library raise (an unknown compression is a RuntimeError too)."""
_LINE = msgspec.json.Decoder(ExportLine).decode
T = TypeVar("T")
Opener = Callable[[str], IO[bytes]]


def verify_export(
    path: Path, trusted: Sequence[PublicKey] = (), progress: Callable[[int], None] | None = None
) -> Report:
    """Return the report of an export.

    Without a trusted key the export's own is used: the report names it, to be compared with the one the city published.
    Raises JournalError when the path holds no export at all.
    """
    if path.is_file() and path.suffix == ".jsonl":
        return _verify_bare(path, progress)
    try:
        with _opened(path) as (opener, names):
            return _verify_signed(opener, names, trusted, progress)
    except BROKEN as error:
        raise JournalError("journal.file_unreadable", file=path.name, detail=str(error)) from error


def _verify_bare(path: Path, progress: Callable[[int], None] | None) -> Report:
    with path.open("rb") as file:
        first = next(read_lines(file, path.name), None)
    with path.open("rb") as file:
        start = Head(first.position - 1, b"") if first else None
        return _walk(Verifier(start=start, progress=progress, free_start=True), read_lines(file, path.name))


def _verify_signed(
    opener: Opener, names: set[str], trusted: Sequence[PublicKey], progress: Callable[[int], None] | None
) -> Report:
    missing = [name for name in (MANIFEST, SIGNATURE, PUBLIC, LINES) if name not in names]
    if missing:
        raise JournalError("journal.not_an_export", missing=", ".join(missing))
    content = _small(opener, MANIFEST)
    manifest = _decoded(content, Manifest, MANIFEST)
    keys = list(trusted) or [_own_key(opener)]
    start = Head(manifest.start.position, _hex(manifest.start.hash)) if manifest.start else None
    heads = _read_heads(opener) if HEADS in names else []
    verifier = Verifier(start=start, heads=heads, keys=keys, progress=progress)
    signature = _small(opener, SIGNATURE).decode("ascii", "replace").strip()
    if not any(key.signed(content, signature) for key in keys):
        verifier.report.add("journal.manifest_forged", 0, key=manifest.key_id)
    for name in (LINES, TABLE, HEADS):
        _check_file(verifier.report, manifest, opener, name, names)
    with opener(LINES) as file:
        report = _walk(verifier, read_lines(file, LINES))
    if (report.lines, report.last, report.head) != (manifest.lines, manifest.last, manifest.head.hash):
        report.add("journal.export_incomplete", report.last, lines=report.lines, promised=manifest.lines)
    return report


def _walk(verifier: Verifier, lines: Iterator[Checked]) -> Report:
    try:
        return verifier.lines(lines)
    except JournalError as error:
        verifier.report.add(error.code, verifier.report.last, **error.params)
        return verifier.finish()


def read_lines(file: IO[bytes], name: str) -> Iterator[Checked]:
    """Give the lines of an export's JSON lines; raises JournalError at the first that is not one."""
    number = 0
    while True:
        try:
            text = file.readline(LONGEST_LINE)
        except BROKEN as error:
            raise JournalError("journal.file_unreadable", file=name, detail=str(error)) from error
        if not text:
            return
        number += 1
        try:
            line = _LINE(text)
            digest = bytes.fromhex(line.hash)
            bodies = tuple(_body(line.position, body) for body in line.bodies)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise JournalError("journal.file_unreadable", file=name, line=number, detail=str(error)) from error
        yield Checked(line.position, bytes(line.line), digest, None, bodies)


def _body(position: int, body: ExportBody) -> Body:
    salt = None if body.salt is None else bytes.fromhex(body.salt)
    return Body(position, body.field, body.purpose, 0, salt, body.text, body.erased_at)


def _check_file(report: Report, manifest: Manifest, opener: Opener, name: str, names: set[str]) -> None:
    proof = manifest.files.get(name)
    if proof is None or name not in names:
        report.add("journal.file_missing", 0, file=name)
        return
    digest = sha256()
    try:
        with opener(name) as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except BROKEN as error:
        report.add("journal.file_unreadable", 0, file=name, detail=str(error))
        return
    if digest.hexdigest() != proof.sha256:
        report.add("journal.file_altered", 0, file=name)


def _read_heads(opener: Opener) -> list[SignedHead]:
    return [_decoded(line, SignedHead, HEADS) for line in _small(opener, HEADS).splitlines() if line]


def _own_key(opener: Opener) -> PublicKey:
    return PublicKey.of(_hex(_small(opener, PUBLIC).decode("ascii", "replace").strip()))


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise JournalError("journal.not_an_export", missing=text[:80]) from error


def _small(opener: Opener, name: str) -> bytes:
    with opener(name) as file:
        return file.read(SMALL_FILE)


def _decoded(content: bytes, cls: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(content, type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalError("journal.file_unreadable", file=name, detail=str(error)) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Opener, set[str]]]:
    if path.is_dir():
        yield (lambda name: (path / name).open("rb")), {item.name for item in path.iterdir()}
        return
    try:
        pack = zipfile.ZipFile(path)
    except BROKEN as error:
        raise JournalError("journal.not_an_export", missing=MANIFEST) from error
    with pack:
        yield pack.open, set(pack.namelist())
