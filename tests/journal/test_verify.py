"""The verifier finds whatever was done to a journal behind its back, with and without a database."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.journal.samples import START, make_line, sample_lines

from beffroi.journal import GENESIS, Body, Head, StoredLine, encode_lines, store
from beffroi.journal.database import walk
from beffroi.journal.signing import (
    HEADS_FOLDER,
    PublicKey,
    SignedHead,
    SigningKey,
    keep_head,
    list_heads,
    load_key,
    read_heads,
    read_public_keys,
    write_head,
)
from beffroi.journal.verify import MOST_PROBLEMS, Checked, Report, Verifier

KEY = SigningKey(bytes(range(32)))
COUNT = 30


class Kept:
    """A journal in memory that a test may spoil."""

    def __init__(self, count: int = COUNT) -> None:
        numbers = iter(range(1, 1_000))
        salt: Callable[[], bytes] = lambda: next(numbers).to_bytes(16, "big")  # noqa: E731
        self.rows, self.bodies, self.head = encode_lines(sample_lines(count), GENESIS, salt=salt)

    def checked(self) -> list[Checked]:
        bodies: dict[int, list[Body]] = {}
        for body in self.bodies:
            bodies.setdefault(body.position, []).append(body)
        return [
            Checked(row.position, row.content, row.hash, row, tuple(bodies.get(row.position, ()))) for row in self.rows
        ]

    def verify(self, *heads: SignedHead) -> Report:
        return Verifier(start=GENESIS, heads=heads, keys=[KEY.public]).lines(self.checked())


def codes(report: Report) -> set[str]:
    return {problem.code for problem in report.problems}


def test_a_sound_journal_is_sound() -> None:
    kept = Kept()
    report = kept.verify(KEY.sign_head(kept.head, START), KEY.sign_head(Head(7, kept.rows[6].hash), START))
    assert report.sound
    assert (report.lines, report.first, report.last) == (COUNT, 1, COUNT)
    assert (report.head, report.heads_checked, report.signed_until) == (kept.head.hash.hex(), 2, COUNT)
    assert report.bodies == len(kept.bodies)


@given(st.data())
def test_any_altered_byte_of_any_line_is_found(data: st.DataObject) -> None:
    kept = Kept(9)
    rank = data.draw(st.integers(0, 8))
    row = kept.rows[rank]
    spoilt = bytearray(row.content)
    place = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[place] ^= data.draw(st.integers(1, 255))
    kept.rows[rank] = replace(row, content=bytes(spoilt))
    report = kept.verify()
    assert "journal.altered" in codes(report)
    assert rank + 1 in {problem.position for problem in report.problems}


@given(st.data())
def test_any_altered_byte_of_a_hash_is_found(data: st.DataObject) -> None:
    kept = Kept(9)
    rank = data.draw(st.integers(0, 8))
    spoilt = bytearray(kept.rows[rank].hash)
    spoilt[data.draw(st.integers(0, 31))] ^= data.draw(st.integers(1, 255))
    kept.rows[rank] = replace(kept.rows[rank], hash=bytes(spoilt))
    assert not kept.verify().sound


@given(st.sampled_from(StoredLine.__struct_fields__[1:-2]), st.integers(0, 8), st.data())
def test_a_column_that_no_longer_says_what_the_line_says_is_found(name: str, rank: int, data: st.DataObject) -> None:
    kept = Kept(9)
    value = getattr(kept.rows[rank], name)
    others = st.none() | st.integers(0, 100) | st.text(max_size=3) | st.uuids()
    kept.rows[rank] = replace(kept.rows[rank], **{name: data.draw(others.filter(lambda other: other != value))})
    assert "journal.column_altered" in codes(kept.verify())


@given(st.integers(0, 7))
def test_a_missing_line_is_found(rank: int) -> None:
    kept = Kept(9)
    del kept.rows[rank]
    kept.bodies = [body for body in kept.bodies if body.position != rank + 1]
    assert codes(kept.verify()) == {"journal.lines_missing"}


@given(st.integers(0, 8))
def test_a_truncation_is_found_by_a_signed_head(kept_lines: int) -> None:
    kept = Kept(9)
    head = KEY.sign_head(kept.head, START)
    kept.rows = kept.rows[:kept_lines]
    kept.bodies = [body for body in kept.bodies if body.position <= kept_lines]
    assert kept.verify().sound
    assert codes(kept.verify(head)) == {"journal.truncated"}


@given(st.integers(1, 8))
def test_a_rewritten_tail_is_found_by_a_signed_head(first: int) -> None:
    kept = Kept(9)
    head = KEY.sign_head(kept.head, START)
    before = kept.rows[first - 1]
    lines = [replace(line, recorded_at=line.recorded_at + 1) for line in sample_lines(9 - first, first + 1)]
    rows, bodies, _ = encode_lines(lines, Head(before.position, before.hash))
    kept.rows[first:] = rows
    kept.bodies = [body for body in kept.bodies if body.position <= first] + bodies
    assert kept.verify().sound
    assert codes(kept.verify(head)) == {"journal.rewritten"}


def test_two_lines_exchanged_or_repeated_are_found() -> None:
    kept = Kept(9)
    kept.rows[2], kept.rows[3] = kept.rows[3], kept.rows[2]
    assert "journal.out_of_sequence" in codes(kept.verify())
    kept = Kept(9)
    kept.rows.insert(4, kept.rows[3])
    assert "journal.out_of_sequence" in codes(kept.verify())


def test_a_forged_head_or_an_unknown_key_is_not_believed() -> None:
    kept = Kept(9)
    stranger = SigningKey(bytes(32)).sign_head(kept.head, START)
    moved = replace(KEY.sign_head(kept.head, START), position=5)
    assert codes(kept.verify(stranger)) == {"journal.head_forged"}
    assert codes(kept.verify(moved)) == {"journal.head_forged"}


def test_texts_altered_added_or_gone_are_found() -> None:
    kept = Kept(9)
    first = kept.bodies[0]
    for spoilt, code in (
        ([replace(first, text='"autre"'), *kept.bodies[1:]], "journal.body_altered"),
        ([replace(first, salt=bytes(16)), *kept.bodies[1:]], "journal.body_altered"),
        ([replace(first, field="inconnu"), *kept.bodies], "journal.body_unknown"),
        (kept.bodies[1:], "journal.body_missing"),
    ):
        kept.bodies = spoilt
        assert codes(kept.verify()) == {code}
        kept = Kept(9)


def test_a_text_erased_without_an_order_in_the_journal_is_found() -> None:
    kept = Kept(9)
    kept.bodies[0] = replace(kept.bodies[0], text=None, salt=None, erased_at=START + 5)
    report = kept.verify()
    assert codes(report) == {"journal.erased_unordered"}
    assert report.erased == {kept.bodies[0].purpose: 1}


def test_many_problems_are_counted_and_the_first_ones_kept() -> None:
    kept = Kept(MOST_PROBLEMS + 20)
    kept.rows = [replace(row, type="autre") for row in kept.rows]
    report = kept.verify()
    assert report.problem_count == MOST_PROBLEMS + 20
    assert len(report.problems) == MOST_PROBLEMS


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=80), st.binary(max_size=40)), max_size=6))
def test_any_lines_whatever_give_a_report(found: list[tuple[int, bytes, bytes]]) -> None:
    lines = [Checked(position, content, digest) for position, content, digest in found]
    report = Verifier(start=GENESIS, heads=[], keys=[]).lines(lines)
    assert report.sound is (not found)


def test_the_signing_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    key = load_key(tmp_path / "keys")
    assert (tmp_path / "keys" / "journal.ed25519").stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path / "keys").public == key.public
    assert read_public_keys(tmp_path / "keys") == [key.public]
    with pytest.raises(Exception, match="bad_key"):
        PublicKey.of(b"short")


def test_heads_written_outside_are_read_back(tmp_path: Path) -> None:
    folder = tmp_path / HEADS_FOLDER
    head = KEY.sign_head(Head(3, bytes(32)), START)
    write_head(folder, head, hourly=True)
    write_head(folder, KEY.sign_head(Head(4, bytes(32)), START), hourly=False)
    (folder / "broken.json").write_text("{")
    found = dict(read_heads(folder))
    assert {name for name, read in found.items() if read is None} == {"broken.json"}
    assert found["latest.json"] == KEY.sign_head(Head(4, bytes(32)), START)
    assert head in found.values()
    assert len(found) == 3


def test_the_application_may_add_to_the_journal_and_nothing_else(database: Any, connection: Any) -> None:
    write_all(connection, sample_lines(6))
    for forbidden in (
        "UPDATE journal_line SET type = 'x'",
        "DELETE FROM journal_line",
        "TRUNCATE journal_line CASCADE",
        "UPDATE journal_head SET position = 1",
        "DELETE FROM journal_head",
        "UPDATE journal_body SET text = NULL",
        "DELETE FROM journal_body",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden)
        connection.rollback()


def test_a_journal_in_a_database_is_verified_and_its_alteration_found(database: Any, connection: Any) -> None:
    head = write_all(connection, sample_lines(40))
    keep_head(connection, KEY.sign_head(head, START))
    connection.commit()
    heads = list_heads(connection)
    assert heads == [KEY.sign_head(head, START)]
    report = Verifier(start=GENESIS, heads=heads, keys=[KEY.public]).lines(walk(connection))
    assert report.sound
    assert report.lines == 40
    with psycopg.connect(database.owner) as owner:
        owner.execute("UPDATE journal_line SET bytes = set_byte(bytes, 30, 88) WHERE position = 17")
    report = Verifier(start=GENESIS, heads=heads, keys=[KEY.public]).lines(walk(connection))
    assert {problem.position for problem in report.problems} == {17}


def test_lines_come_back_from_the_database_as_they_were(connection: Any) -> None:
    from tests.journal.samples import DECODER

    lines = sample_lines(25)
    write_all(connection, lines)
    assert store.read(connection, 0, 100, DECODER) == lines
    assert store.read(connection, 10, 5, DECODER) == lines[10:15]
    assert store.head(connection).position == 25
    with connection.cursor() as cursor:
        assert store.erase_before(cursor, "logbook", START + 5, START + 99) == 2
        assert store.erase_line(cursor, 8, START + 99) == 2
    texts = [getattr(line.event, "text", None) for line in store.read(connection, 0, 10, DECODER)]
    assert texts == [None, "", None, "", None, lines[5].event.text, None, "", None, lines[9].event.text]  # type: ignore[attr-defined]


def write_all(connection: psycopg.Connection[Any], lines: Iterable[Any]) -> Head:
    with connection.cursor() as cursor:
        head = store.write(cursor, list(lines), GENESIS)
    connection.commit()
    return head


def test_erasing_twice_changes_nothing_more(connection: Any) -> None:
    write_all(connection, [make_line(1, sample_lines(2)[1].event)])
    with connection.cursor() as cursor:
        assert store.erase_line(cursor, 1, START) == 1
        assert store.erase_line(cursor, 1, START + 1) == 0
