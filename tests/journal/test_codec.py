from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal.samples import ASSET, DECODER, DIJON, Lit, Moved, Told, make_line, sample_lines

from beffroi.journal import GENESIS, Head, JournalError, encode_lines
from beffroi.journal.codec import chain, hidden_fields, read_envelope, salted_hash
from beffroi.model.actor import Actor, Cause
from beffroi.model.scope import Scope

micros = st.integers(-(2**62), 2**62)
actors = st.builds(
    Actor,
    kind=st.sampled_from(["person", "machine", "reaction", "system"]),
    id=st.none() | st.uuids(),
    name=st.none() | st.text(),
)
events = st.one_of(
    st.builds(
        Lit,
        asset=st.uuids(),
        scope=st.builds(Scope, st.text(), st.text(), st.text()),
        level_pct=st.floats(allow_nan=False, allow_infinity=False),
        names=st.frozensets(st.text()),
    ),
    st.builds(Told, text=st.text(), caller=st.none() | st.text()),
    st.builds(Moved, metres=st.integers(-(2**63), 2**63 - 1)),
)


@given(
    st.lists(
        st.tuples(
            events, actors, micros, micros, st.none() | st.builds(Cause, st.integers(1, 2**62), st.integers(1, 8))
        ),
        max_size=8,
    ),
    st.integers(0, 2**40),
    st.binary(min_size=32, max_size=32),
)
def test_a_line_decodes_to_itself_and_the_chain_follows(parts: list[Any], start: int, previous: bytes) -> None:
    lines = [
        make_line(start + rank, event, actor=actor, recorded_at=recorded, happened_at=happened, cause=cause)
        for rank, (event, actor, recorded, happened, cause) in enumerate(parts, 1)
    ]
    rows, bodies, head = encode_lines(lines, Head(start, previous))
    texts: dict[int, dict[str, str | None]] = {}
    for body in bodies:
        texts.setdefault(body.position, {})[body.field] = body.text
    assert [DECODER.line(row.content, texts.get(row.position)) for row in rows] == lines
    for row in rows:
        previous = chain(previous, row.content)
        assert row.hash == previous
    assert head == Head(start + len(lines), previous)


def test_the_stored_bytes_are_canonical_and_stay_for_ever(counted_salt: Callable[[], bytes]) -> None:
    lines = [
        make_line(1, Lit(asset=ASSET, scope=DIJON, level_pct=40.0, names=frozenset({"b", "a"}))),
        make_line(2, Told(text="Fils à nu"), cause=Cause(1), actor=Actor("reaction", name="sample")),
    ]
    rows, _, head = encode_lines(lines, GENESIS, salt=counted_salt)
    assert rows[0].content.decode() == (
        '{"actor":{"id":"01890a5d-ac96-774b-bcce-b302099a8058","kind":"person"},"cause":null,'
        '"data":{"asset":"01890a5d-ac96-774b-bcce-b302099a8057","level_pct":40.0,"names":["a","b"],'
        '"scope":["21231","lighting","street_light"],"type":"sample.lit"},"happened_at":1750535400000000,'
        '"position":1,"recorded_at":1750535400000001,"type":"sample.lit","version":1}'
    )
    assert rows[1].content.decode() == (
        '{"actor":{"kind":"reaction","name":"sample"},"cause":{"depth":1,"position":1},'
        '"data":{"caller":null,"scope":["","",""],'
        '"text":{"#":"' + salted_hash((1).to_bytes(16, "big"), '"Fils à nu"') + '"},"type":"sample.told"},'
        '"happened_at":1750535400000000,"position":2,"recorded_at":1750535400000002,"type":"sample.told","version":1}'
    )
    assert head.hash.hex() == "d8dfc21b050d1b452e5af0b37cead6dd1672bfacd54caf3ab3fe12a1a6f660af"


def test_columns_repeat_what_searches_need() -> None:
    row = encode_lines([make_line(1, Lit(asset=ASSET, scope=DIJON, level_pct=1), cause=Cause(7, 2))], Head(0, b"x"))[0][
        0
    ]
    assert (row.type, row.version, row.asset, row.cause, row.depth) == ("sample.lit", 1, ASSET, 7, 2)
    assert (row.commune, row.trade, row.kind) == ("21231", "lighting", "street_light")


def test_personal_words_are_nowhere_in_the_hashed_bytes() -> None:
    rows, bodies, _ = encode_lines(sample_lines(8), GENESIS)
    assert not any(b"Ancelin" in row.content or "Écriture".encode() in row.content for row in rows)
    assert {(body.field, body.purpose) for body in bodies} == {("text", "logbook"), ("caller", "personal.caller")}
    assert len({body.salt for body in bodies}) == len(bodies)


def test_an_erased_field_reads_as_empty_text() -> None:
    rows, _, _ = encode_lines([make_line(1, Told(text="à oublier", caller="Mme Ancelin"))], GENESIS)
    assert DECODER.line(rows[0].content).event == Told(text="", caller="")


def test_lines_out_of_order_are_refused() -> None:
    with pytest.raises(JournalError, match="out_of_order"):
        encode_lines(sample_lines(2, first=5), GENESIS)


@pytest.mark.parametrize(
    ("version", "data", "metres"), [(1, {"feet": 9}, 3), (2, {"yards": 100}, 91), (3, {"metres": 7}, 7)]
)
def test_an_old_version_is_brought_up_step_by_step(version: int, data: dict[str, Any], metres: int) -> None:
    assert DECODER.line(_written("sample.moved", version, data)).event == Moved(metres=metres)


@pytest.mark.parametrize(
    ("type_", "version", "data", "code"),
    [
        ("sample.moved", 4, {"metres": 7}, "journal.newer_version"),
        ("sample.unknown", 1, {}, "journal.unknown_type"),
        ("sample.lit", 0, {}, "journal.no_upcaster"),
        ("sample.moved", 3, {"metres": "far"}, "journal.unreadable"),
    ],
)
def test_what_this_code_cannot_read_is_said(type_: str, version: int, data: dict[str, Any], code: str) -> None:
    with pytest.raises(JournalError) as error:
        DECODER.line(_written(type_, version, data))
    assert error.value.code == code


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line_or_a_clear_error(content: bytes) -> None:
    try:
        hidden_fields(read_envelope(content))
        DECODER.line(content)
    except JournalError:
        pass


@given(st.data())
def test_any_altered_byte_of_a_line_is_a_line_or_a_clear_error(data: st.DataObject) -> None:
    content = bytearray(encode_lines(sample_lines(2), GENESIS)[0][1].content)
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        DECODER.line(bytes(content), {"text": '"x"'})
    except JournalError:
        pass


def _written(type_: str, version: int, data: dict[str, Any]) -> bytes:
    import msgspec

    line = {
        "actor": {"kind": "system"},
        "cause": None,
        "data": {"type": type_, **data},
        "happened_at": 1,
        "position": 1,
        "recorded_at": 1,
        "type": type_,
        "version": version,
    }
    return msgspec.json.encode(line, order="sorted")


def test_the_asset_column_takes_identifiers_only() -> None:
    class Odd(Lit, frozen=True, tag="sample.odd"):
        """An event whose `asset` is something else."""

    row = encode_lines([make_line(1, Odd(asset="A045", scope=DIJON, level_pct=1))], GENESIS)[0][0]  # type: ignore[arg-type]
    assert row.asset is None
    assert isinstance(ASSET, UUID)
