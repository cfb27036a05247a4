"""Signed exports: what they hold, and that any tampering is found with the file alone."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journal.samples import START, sample_lines

from beffroi.journal import GENESIS, Head, JournalError, encode_lines
from beffroi.journal.export import LINES, MANIFEST, PUBLIC, SIGNATURE, TABLE, ExportWriter, Wanted
from beffroi.journal.reading import verify_export
from beffroi.journal.render import sentence
from beffroi.journal.signing import SigningKey
from beffroi.journal.types import Body
from beffroi.journal.verify import Checked

KEY = SigningKey(bytes(range(32)))
CATALOGUE = {"sample.told": {"fr": "Écrit : {text} ({caller})", "en": "Written: {text}"}}


def make(target: Path, *, count: int = 12, start: Head | None = GENESIS, personal: bool = False, keep: int = 0) -> Path:
    """Write an export of sample lines, the first `keep` left out."""
    rows, bodies, head = encode_lines(sample_lines(count), GENESIS)
    by_line: dict[int, list[Body]] = {}
    for body in bodies:
        by_line.setdefault(body.position, []).append(body)
    lines = [Checked(row.position, row.content, row.hash, row, tuple(by_line.get(row.position, ()))) for row in rows]
    wanted = Wanted(START, "essai", start, {}, with_personal=personal)
    with ExportWriter(target, wanted, KEY, CATALOGUE) as writer:
        for first in range(keep, count, 5):
            writer.add(lines[first : min(first + 5, count)])
        writer.finish([KEY.sign_head(head, START), KEY.sign_head(Head(99, bytes(32)), START)])
    return target


def test_an_export_is_sound_with_its_own_key_and_with_the_city_s(tmp_path: Path) -> None:
    path = make(tmp_path / "e.zip")
    for keys in ([], [KEY.public]):
        report = verify_export(path, keys)
        assert report.sound, report.problems
        assert (report.lines, report.last, report.signed_until, report.key_ids) == (12, 12, 12, [KEY.public.id])
    assert [path.name for path in tmp_path.iterdir()] == ["e.zip"]


def test_a_stranger_s_export_is_not_the_city_s(tmp_path: Path) -> None:
    report = verify_export(make(tmp_path / "e.zip"), [SigningKey(bytes(32)).public])
    assert {problem.code for problem in report.problems} == {"journal.manifest_forged", "journal.head_forged"}


def test_an_export_reads_in_french_in_a_spreadsheet(tmp_path: Path) -> None:
    with zipfile.ZipFile(make(tmp_path / "e.zip")) as pack:
        rows = list(csv.DictReader(io.StringIO(pack.read(TABLE).decode("utf-8-sig")), delimiter=";"))
        manifest = json.loads(pack.read(MANIFEST))
    assert rows[1]["phrase"] == "Écrit : Écriture n° 2 « été » (–)"
    assert rows[0]["phrase"].startswith("sample.lit : ")
    assert rows[3]["phrase"] == "Écrit : Écriture n° 4 « été » ([retenu])"
    assert rows[0]["saisie_utc"] == "2025-06-21T19:50:00.000001Z"
    assert (manifest["lines"], manifest["first"], manifest["last"]) == (12, 1, 12)


def test_personal_words_leave_only_when_asked(tmp_path: Path) -> None:
    for personal in (False, True):
        path = make(tmp_path / f"{personal}.zip", personal=personal)
        with zipfile.ZipFile(path) as pack:
            content = b"".join(pack.read(name) for name in pack.namelist())
        assert (b"Mme Ancelin" in content) is personal
        report = verify_export(path)
        assert report.sound
        assert report.withheld == (0 if personal else 3)


def test_a_part_of_the_journal_is_followed_from_its_start(tmp_path: Path) -> None:
    rows, _, _ = encode_lines(sample_lines(4), GENESIS)
    sound = make(tmp_path / "a.zip", start=None, keep=4)
    assert verify_export(sound).sound
    wrong_start = make(tmp_path / "b.zip", start=Head(4, bytes(32)), keep=4)
    assert {problem.code for problem in verify_export(wrong_start).problems} == {"journal.altered"}
    assert rows[-1].position == 4


def test_the_folder_and_the_lines_alone_are_verified_too(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with zipfile.ZipFile(make(tmp_path / "e.zip")) as pack:
        pack.extractall(folder)
    assert verify_export(folder, [KEY.public]).sound
    assert verify_export(folder / LINES).lines == 12
    text = (folder / LINES).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / LINES).write_text("".join(text[:5] + text[6:]), encoding="utf-8")
    assert {problem.code for problem in verify_export(folder / LINES).problems} == {"journal.lines_missing"}
    found = {problem.code for problem in verify_export(folder, [KEY.public]).problems}
    assert found == {"journal.lines_missing", "journal.file_altered", "journal.export_incomplete"}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    with zipfile.ZipFile(make(folder / "e.zip", count=6)) as pack:
        pack.extractall(folder / "out")
    return folder / "out"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_any_altered_byte_of_any_file_is_found(exported: Path, tmp_path: Path, data: st.DataObject) -> None:
    copy = shutil.copytree(exported, tmp_path / "copy", dirs_exist_ok=True)
    name = data.draw(st.sampled_from([LINES, TABLE, MANIFEST, SIGNATURE, PUBLIC]))
    content = bytearray((copy / name).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (copy / name).write_bytes(content)
    try:
        assert not verify_export(copy).sound or _same_hex(exported, copy, name)
    except JournalError as error:
        assert error.code in {"journal.not_an_export", "journal.file_unreadable", "journal.bad_key"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_a_spoilt_zip_is_a_report_or_a_clear_error(exported: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for file in sorted(exported.iterdir()):
            pack.write(file, file.name)
    content = bytearray(path.read_bytes())
    cut = data.draw(st.integers(0, len(content)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[:cut] if data.draw(st.booleans()) else content)
    try:
        verify_export(path)
    except JournalError as error:
        assert error.code.startswith("journal.")


@given(st.binary(max_size=200))
def test_any_file_is_a_report_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.jsonl"
    path.write_bytes(content)
    try:
        verify_export(path)
    except JournalError as error:
        assert error.code == "journal.file_unreadable"
    path = path.rename(path.with_suffix(".zip"))
    with pytest.raises(JournalError, match="not_an_export"):
        verify_export(path)


def _same_hex(before: Path, after: Path, name: str) -> bool:
    """Tell whether a change of letter case or blank left the same signature or key."""
    if name not in {SIGNATURE, PUBLIC}:
        return False
    texts = [(folder / name).read_bytes().decode("ascii", "replace").strip().lower() for folder in (before, after)]
    return texts[0] == texts[1]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{text}", "dit"),
        ("{absent}", "–"),
        ("{", "{"),
        ("{0}", "{0}"),
        ("{gone}", "[effacé]"),
        ("{many}", "1, 2, 3, 4, 5 … (7)"),
        ("{place}, {nowhere}", "lieu à préciser, –"),
    ],
)
def test_a_sentence_never_fails(template: str, expected: str) -> None:
    data = {"text": "dit", "gone": {"#": "00"}, "many": [1, 2, 3, 4, 5, 6, 7], "place_fr": "lieu à préciser"}
    assert sentence({"x": {"fr": template}}, "fr", "x", data) == expected
