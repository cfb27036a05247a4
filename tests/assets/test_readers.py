"""Files as people have them: separators, encodings, decimal commas, archives, and rubbish."""

import csv
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.assets.importing.cells import characteristic_of, comma_numbers, date_of, measure_of, number_of
from beffroi.assets.importing.mapping import MappingError, compile_template, read_mapping
from beffroi.assets.importing.readers import ReadError, decode_text, read_table

HEADER = ["id", "nom", "lon", "lat"]
CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff", exclude_categories=["Cs", "Cc"]), max_size=12
)


def _csv(rows: list[list[str]], separator: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([HEADER, *rows])
    return out.getvalue()


@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|"),
    packed=st.sampled_from(["plain", "gz", "zip"]),
)
@settings(max_examples=150, deadline=None)
def test_what_a_csv_says_is_read_whatever_its_dress(rows: list[tuple[str, str]], separator: str, packed: str) -> None:
    content = _csv([[f"k{i}", f"{a} {b}", "3,5", "43,6"] for i, (a, b) in enumerate(rows)], separator).encode()
    name = "points.csv"
    if packed == "gz":
        name, content = "points.csv.gz", gzip.compress(content)
    elif packed == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("points.csv", content)
        name, content = "points.zip", out.getvalue()
    table = read_table(name, content)
    assert table.columns == HEADER
    assert [row["id"] for row in table.rows] == [f"k{i}" for i in range(len(rows))]
    assert not table.broken


def test_windows_text_is_read_and_told() -> None:
    table = read_table("a.csv", "id;nom\n1;Allée Œillets\n".encode("cp1252"))
    assert table.rows[0]["nom"] == "Allée Œillets"
    assert {notice.code for notice in table.notices} == {"assets.notice_encoding", "assets.notice_separator"}


@given(
    st.text("éèêàùçôîïâûœabc ’-", min_size=1, max_size=30).filter(lambda text: any(c in "éèêàùçôîïâû" for c in text))
)
def test_text_encoded_twice_is_repaired(text: str) -> None:
    twice = text.encode().decode("cp1252", errors="ignore")
    if twice.encode("cp1252", errors="ignore") != text.encode():
        return
    found, notices = decode_text(twice.encode())
    assert found == text
    assert [notice.code for notice in notices] == ["assets.notice_mojibake"]


@given(st.text("éèêàùçôîïâûœÃ©abcÉÀ", max_size=30))
def test_honest_text_is_left_alone_or_repaired_but_never_lost(text: str) -> None:
    found, _ = decode_text(text.encode())
    assert found == text or found.encode().decode("cp1252", errors="replace") == text or "Ã" in text


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3,879", 3.879),
        ("3.879", 3.879),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("-0,5", -0.5),
        (" 7 ", 7.0),
        ("", None),
        ("nc", None),
        ("12 rue", None),
        (True, None),
        (None, None),
    ],
)
def test_numbers_of_clerks(cell: object, value: float | None) -> None:
    assert number_of(cell) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_a_decimal_comma_changes_nothing(value: float) -> None:
    text = f"{value:.6f}"
    assert number_of(text.replace(".", ",")) == number_of(text) == float(text)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2004", "2004"),
        (2004, "2004"),
        (2004.0, "2004"),
        ("17/05/2019", "2019-05-17"),
        ("5/2019", "2019-05"),
        ("2019-05-17T10:00:00", "2019-05-17"),
        ("", ""),
        (None, ""),
        ("31/02/2019", None),
        ("hier", None),
        ("3019", None),
    ],
)
def test_dates_of_clerks(cell: object, value: str | None) -> None:
    assert date_of(cell) == value


def test_a_leading_zero_is_not_a_number() -> None:
    assert characteristic_of("007") == "007"
    assert characteristic_of("0.5") == 0.5
    assert characteristic_of("12") == 12
    assert characteristic_of(" ") is None


def test_a_cell_declared_a_number_is_one_or_is_refused() -> None:
    assert [measure_of(cell) for cell in ("40,5", "40.5", " 36 ", "1 234,5", 7, "007", "", None)] == [
        40.5, 40.5, 36, 1234.5, 7, 7, None, None,
    ]  # fmt: skip
    for cell in ("n/c", "40,5 W", True, [1]):
        with pytest.raises(ValueError):
            measure_of(cell)


def test_a_column_of_numbers_with_a_comma_is_told_from_words() -> None:
    assert comma_numbers(["40,5", "36", None, ""])
    assert not comma_numbers(["40.5", "36"])
    assert not comma_numbers(["40,5", "n/c"])


@given(st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_rubbish_is_refused_or_read_never_a_crash(data: bytes) -> None:
    for content in (data, b"\x1f\x8b" + data, b"PK\x03\x04" + data, b'{"features":[' + data, gzip.compress(data)):
        try:
            table = read_table("x", content)
        except ReadError as error:
            assert error.code.startswith("assets.")
        else:
            assert len(table.rows) == len(table.lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=200, deadline=None)
def test_strange_json_is_refused_or_read(value: object) -> None:
    for document in (value, {"features": value}, {"features": [{"geometry": value, "properties": {"a": value}}]}):
        try:
            table = read_table("x.geojson", json.dumps(document).encode())
        except ReadError as error:
            assert error.code.startswith("assets.")
        else:
            assert table.shapes is None or len(table.shapes) == len(table.rows)


def test_an_archive_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beffroi.assets.importing.readers.MAX_BYTES", 10_000)
    with pytest.raises(ReadError) as refused:
        read_table("bomb.csv.gz", gzip.compress(b"a" * 20_000))
    assert refused.value.code == "assets.file_too_big"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not toml", "assets.mapping_toml"),
        ('name = "a"', "assets.mapping_field"),
        ('name = "A B"\n[[layer]]\nfile="f"\nkind="k"\nfields.code="{a}"', "assets.mapping_name"),
        ('name = "a"\nlayer = []', "assets.mapping_empty"),
        ('name = "a"\n[[layer]]\nfile="f"', "assets.mapping_target"),
        ('name = "a"\n[[layer]]\nfile="f"\nlayer="moon"', "assets.mapping_layer"),
        ('name = "a"\n[[layer]]\nfile="f"\nkind="k"', "assets.mapping_no_code"),
        (
            'name = "a"\n[[layer]]\nfile="f"\nkind="k"\nfields.code="1"\nfields.watts="2"',
            "assets.mapping_unknown_field",
        ),
        ('name = "a"\n[[layer]]\nfile="f"\nkind="k"\ncolour="red"\nfields.code="1"', "assets.mapping_field"),
    ],
)
def test_a_mapping_says_what_is_wrong_with_it(text: str, code: str) -> None:
    with pytest.raises(MappingError) as refused:
        read_mapping(text)
    assert refused.value.code == code


def test_templates() -> None:
    row = {"id": 7, "nom": "Foch", "vide": "", "vrai": True, "x": 3.0}
    assert compile_template("{id}")(row) == 7
    assert compile_template("L{id:05}")(row) == "L00007"
    assert compile_template("Mairie de {nom}")(row) == "Mairie de Foch"
    assert compile_template("Mairie de {vide}")(row) == ""
    assert compile_template("fixe")(row) == "fixe"
    assert compile_template("{id}-{x}-{vrai}")(row) == "7-3-true"
