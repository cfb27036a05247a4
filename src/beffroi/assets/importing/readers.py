"""Files as people have them: CSV of any separator and encoding, GeoJSON, zipped or not, as rows with line numbers."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
import shapely

MAX_BYTES = 512 * 1024 * 1024
"""A file that unpacks to more is refused: a city's register is a hundred times smaller."""
SEPARATORS = ",;\t|"
_MOJIBAKE = re.compile(
    "[\u00c3\u00c2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MAX_COLUMNS = 1_000


class ReadError(Exception):
    """A file that cannot be read at all: code and parameters of the sentence that says what to do."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


class Notice(msgspec.Struct, frozen=True):
    """Something that the importer understood by itself and tells."""

    code: str
    params: dict[str, str | int | float] = {}
    file: str = ""


class Table(msgspec.Struct):
    """A file as rows: `lines` are line numbers of the file (or ranks of features), `shapes` a geometry per row or none.

    `broken` lists (line, excerpt) of rows that could not be read.
    """

    columns: list[str]
    lines: list[int]
    rows: list[dict[str, Any]]
    shapes: Any = None
    notices: list[Notice] = []
    broken: list[tuple[int, str]] = []
    declared_crs: str = ""


def read_table(name: str, content: bytes) -> Table:
    """Return the rows of a CSV or GeoJSON file, zipped or not; ReadError when it is neither."""
    inner, data = unpack(name, content)
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return _read_geojson(data)
    if not data.strip():
        raise ReadError("assets.file_empty", file=inner)
    return _read_csv(inner, data)


def unpack(name: str, content: bytes) -> tuple[str, bytes]:
    """Return the name and bytes of what a .gz or .zip holds, or the file itself; bounded by MAX_BYTES."""
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as stream:
                return name.removesuffix(".gz"), _bounded(stream.read(MAX_BYTES + 1), name)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError("assets.file_damaged", file=name, problem=str(error)) from None
    if content.startswith(b"PK\x03\x04"):
        return _unzip(name, content)
    return name, _bounded(content, name)


def _unzip(name: str, content: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            useful = [
                info
                for info in archive.infolist()
                if info.filename.lower().endswith((".csv", ".geojson", ".json", ".txt", ".tsv"))
                and not info.filename.startswith("__MACOSX")
            ]
            if len(useful) != 1:
                raise ReadError("assets.zip_members", file=name, count=str(len(useful)))
            with archive.open(useful[0]) as stream:
                return useful[0].filename, _bounded(stream.read(MAX_BYTES + 1), name)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise ReadError("assets.file_damaged", file=name, problem=str(error)) from None


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise ReadError("assets.file_too_big", file=name, limit=str(MAX_BYTES // 1024 // 1024))
    return data


def decode_text(data: bytes) -> tuple[str, list[Notice]]:
    """Return a text whatever its encoding: UTF-8, UTF-16 with a mark, else Windows-1252; twice-encoded is repaired."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            return text, [] if encoding == "utf-8-sig" else [Notice("assets.notice_encoding", {"encoding": "UTF-16"})]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        return text, [Notice("assets.notice_encoding", {"encoding": "Windows-1252"})]
    if _MOJIBAKE.search(text):
        return _repair(text)
    return text, []


def _repair(text: str) -> tuple[str, list[Notice]]:
    """Undo, line by line, a text read as Windows-1252 then written as UTF-8: « Ã© » was « é »."""
    lines = text.split("\n")
    repaired = 0
    for number, line in enumerate(lines):
        if not _MOJIBAKE.search(line):
            continue
        try:
            lines[number] = line.encode("cp1252").decode("utf-8")
            repaired += 1
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    notices = [Notice("assets.notice_mojibake", {"lines": repaired})] if repaired else []
    return "\n".join(lines), notices


def find_separator(text: str) -> str:
    """Return the separator that cuts the first lines into the most columns, always the same number of them."""
    sample = text[:65_536].splitlines()[:50]
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=separator) if row]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        if (score := (round(same, 2), widths[0])) > best_score:
            best, best_score = separator, score
    return best


def _read_csv(name: str, data: bytes) -> Table:
    text, notices = decode_text(data)
    text = text.replace("\x00", "")
    separator = find_separator(text)
    if separator != ",":
        notices.append(Notice("assets.notice_separator", {"separator": {"\t": "tabulation"}.get(separator, separator)}))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = next(reader, [])
        columns = _header(name, header)
        lines, rows, broken = _csv_rows(reader, columns)
    except csv.Error as error:
        raise ReadError("assets.file_damaged", file=name, problem=str(error)) from None
    return Table(columns, lines, rows, notices=notices, broken=broken)


def _header(name: str, header: Sequence[str]) -> list[str]:
    columns = [column.strip().lstrip("\ufeff") for column in header]
    if len(columns) > MAX_COLUMNS or not any(columns):
        raise ReadError("assets.file_no_header", file=name)
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise ReadError("assets.file_same_columns", file=name, columns=", ".join(sorted(twice)))
    return columns


def _csv_rows(reader: Any, columns: list[str]) -> tuple[list[int], list[dict[str, Any]], list[tuple[int, str]]]:
    lines: list[int] = []
    rows: list[dict[str, Any]] = []
    broken: list[tuple[int, str]] = []
    start = reader.line_num + 1
    for cells in reader:
        line, start = start, reader.line_num + 1
        if not any(cells):
            continue
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            broken.append((line, " | ".join(cells)[:120]))
            continue
        lines.append(line)
        rows.append(dict(zip(columns, cells, strict=False)))
    return lines, rows, broken


class _Feature(msgspec.Struct):
    geometry: msgspec.Raw = msgspec.Raw(b"null")
    properties: dict[str, Any] | None = None
    id: str | int | float | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: Any = None


def _read_geojson(data: bytes) -> Table:
    text, notices = decode_text(data)
    try:
        collection = msgspec.json.decode(text, type=_Collection)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ReadError("assets.file_not_geojson", problem=str(error)) from None
    rows = [_properties(feature) for feature in collection.features]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shapes = shapely.from_geojson([bytes(feature.geometry).decode() for feature in collection.features], "ignore")
    return Table(
        columns,
        list(range(1, len(rows) + 1)),
        rows,
        shapes=shapely.force_2d(shapes),
        notices=notices,
        declared_crs=_declared(collection.crs),
    )


def _properties(feature: _Feature) -> dict[str, Any]:
    row = feature.properties or {}
    if feature.id is not None:
        row.setdefault("id", feature.id)
    return row


def _declared(crs: Any) -> str:
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    match = re.search(r"EPSG:*(?::[\d.]*:)?(\d{4,5})", str(name))
    return f"EPSG:{match[1]}" if match else ""
