"""The verifier: reads a chain from wherever it is and says everything that is wrong with it; needs no server."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from beffroi.journal.codec import JournalError, RawEnvelope, hidden_fields, read_envelope, salted_hash
from beffroi.journal.signing import PublicKey, SignedHead, is_signed
from beffroi.journal.types import Body, Head, StoredLine
from beffroi.model.time import Micros

MOST_PROBLEMS = 200


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong: a code of the catalogue, the position it concerns, its params."""

    code: str
    position: int
    params: dict[str, str] = {}


class Checked(msgspec.Struct, frozen=True):
    """One line as found: its claimed position and hash, its bytes, the columns beside if any, its bodies."""

    position: int
    content: bytes
    hash: bytes
    row: StoredLine | None = None
    bodies: tuple[Body, ...] = ()


class Report(msgspec.Struct):
    """What a verification found. `sound` is the one word that counts; `erased` counts texts gone by purpose, `withheld`
    those that an export left out."""

    lines: int = 0
    first: int = 0
    last: int = 0
    head: str = ""
    heads_checked: int = 0
    signed_until: int = 0
    key_ids: list[str] = []
    erased: dict[str, int] = {}
    withheld: int = 0
    bodies: int = 0
    problems: list[Problem] = []
    problem_count: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return self.problem_count == 0

    def add(self, code: str, position: int, **params: object) -> None:
        """Note a problem; the first ones are kept whole, the others counted."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, position, {name: str(value) for name, value in params.items()}))


class _Place(msgspec.Struct):
    scope: Any = None
    asset: Any = None


class _Erasure(msgspec.Struct):
    purpose: str | None = None
    position: int | None = None


ERASURES = frozenset({"journal.erased", "journal.line_erased"})
_ERASURE = msgspec.json.Decoder(_Erasure).decode
_PLACE = msgspec.json.Decoder(_Place).decode
_COLUMNS = (
    *("recorded_at", "happened_at", "type", "version", "actor_kind", "actor", "actor_name"),
    *("cause", "depth", "asset", "commune", "trade", "kind"),
)


class Verifier:
    """Walks a chain line by line. `start` is the head before the first line; a filtered export has none.

    `free_start` takes the first line as it is: nothing is known of what was before it.
    After a broken link it goes on from the hash that the line claims, so that each wrong line is told once.
    """

    def __init__(
        self,
        *,
        start: Head | None,
        heads: Iterable[SignedHead] = (),
        keys: Iterable[PublicKey] = (),
        progress: Callable[[int], None] | None = None,
        free_start: bool = False,
    ) -> None:
        self._keys = list(keys)
        self._contiguous = start is not None
        self._previous = start.hash if start else b""
        self._position = start.position if start else 0
        self._start = self._position
        self._free = free_start
        self._progress = progress
        self.report = Report(key_ids=[key.id for key in self._keys])
        self._gone: dict[tuple[Micros, str], list[int]] = {}
        self._erasures: dict[Micros, list[tuple[str | None, int | None]]] = {}
        self._heads = self._trusted(heads)
        self._expected: dict[int, list[SignedHead]] = {}
        for head in self._heads:
            self._expected.setdefault(head.position, []).append(head)

    def lines(self, found: Iterable[Checked]) -> Report:
        """Verify every line and then the end; return the report."""
        for line in found:
            self.line(line)
            if self._progress and self.report.lines % 10_000 == 0:
                self._progress(self.report.lines)
        return self.finish()

    def line(self, line: Checked) -> None:
        """Verify the next line."""
        report = self.report
        report.lines += 1
        if report.lines == 1:
            report.first = line.position
        if self._contiguous:
            self._check_link(line)
        elif line.position <= self._position:
            report.add("journal.out_of_sequence", line.position)
        self._position, self._previous = line.position, line.hash
        try:
            envelope = read_envelope(line.content)
            if envelope.position != line.position:
                report.add("journal.wrong_position", line.position, found=envelope.position)
            if line.row is not None:
                self._check_columns(envelope, line.row)
            self._check_bodies(envelope, line)
            if envelope.type in ERASURES:
                erasure = _ERASURE(envelope.data)
                self._erasures.setdefault(envelope.recorded_at, []).append((erasure.purpose, erasure.position))
        except (JournalError, msgspec.DecodeError, UnicodeDecodeError) as error:
            report.add("journal.line_unreadable", line.position, detail=str(error)[:200])
        for head in self._expected.pop(line.position, ()):
            self._check_head(head, line.hash)

    def finish(self) -> Report:
        """Verify what only the end shows: lines that signed heads promise and that are not there."""
        report = self.report
        report.last, report.head = self._position, self._previous.hex()
        if self._contiguous:
            for head in self._heads:
                if head.position > self._position:
                    report.add("journal.truncated", self._position, signed=head.position, signed_at=head.signed_at)
            self._check_erasures()
        if self._progress:
            self._progress(report.lines)
        return report

    def _check_erasures(self) -> None:
        """Hold every erased text against the line of the journal that ordered it."""
        for (at, purpose), positions in self._gone.items():
            orders = self._erasures.get(at, [])
            whole = any(ordered == purpose for ordered, _ in orders)
            singles = {position for _, position in orders if position is not None}
            for position in positions:
                if not whole and position not in singles:
                    self.report.add("journal.erased_unordered", position, purpose=purpose)

    def _trusted(self, heads: Iterable[SignedHead]) -> list[SignedHead]:
        trusted = []
        for head in heads:
            if is_signed(head, self._keys):
                trusted.append(head)
            else:
                self.report.add("journal.head_forged", head.position, key=head.key_id)
        return trusted

    def _check_link(self, line: Checked) -> None:
        expected = self._position + 1
        if line.position != expected:
            code = "journal.lines_missing" if line.position > expected else "journal.out_of_sequence"
            self.report.add(code, line.position, expected=expected)
            if line.position > expected:
                return  # the hash before it is on a line that is gone
        if self._free:
            self._free = False
        elif sha256(self._previous + line.content).digest() != line.hash:
            self.report.add("journal.altered", line.position)

    def _check_head(self, head: SignedHead, digest: bytes) -> None:
        self.report.heads_checked += 1
        if head.hash == digest.hex():
            self.report.signed_until = max(self.report.signed_until, head.position)
        else:
            self.report.add("journal.rewritten", head.position, signed_at=head.signed_at)

    def _check_columns(self, envelope: RawEnvelope, row: StoredLine) -> None:
        columns, said = _columns(row), _said(envelope)
        if columns != said:
            for name, column, value in zip(_COLUMNS, columns, said, strict=True):
                if column != value:
                    self.report.add("journal.column_altered", row.position, column=name)

    def _check_bodies(self, envelope: RawEnvelope, line: Checked) -> None:
        hidden = hidden_fields(envelope)
        if not hidden and not line.bodies:
            return
        for body in line.bodies:
            promised = hidden.pop(body.field, None)
            self._check_body(body, promised)
        for field in hidden:
            self.report.add("journal.body_missing", line.position, field=field)

    def _check_body(self, body: Body, promised: str | None) -> None:
        report = self.report
        if promised is None:
            report.add("journal.body_unknown", body.position, field=body.field)
        elif body.erased_at is not None:
            report.erased[body.purpose] = report.erased.get(body.purpose, 0) + 1
            self._gone.setdefault((body.erased_at, body.purpose), []).append(body.position)
        elif body.text is None or body.salt is None:
            report.withheld += 1
        elif salted_hash(body.salt, body.text) != promised:
            report.add("journal.body_altered", body.position, field=body.field)
        else:
            report.bodies += 1


def _columns(row: StoredLine) -> tuple[Any, ...]:
    return (
        *(row.recorded_at, row.happened_at, row.type, row.version, row.actor_kind, row.actor, row.actor_name),
        *(row.cause, row.depth, row.asset, row.commune, row.trade, row.kind),
    )


def _said(envelope: RawEnvelope) -> tuple[Any, ...]:
    """Return what the columns of a line ought to say, from its bytes."""
    actor, cause = envelope.actor, envelope.cause
    place = _PLACE(envelope.data)
    scope = place.scope if isinstance(place.scope, list) and len(place.scope) == 3 else ("", "", "")
    return (
        *(
            envelope.recorded_at,
            envelope.happened_at,
            envelope.type,
            envelope.version,
            actor.kind,
            actor.id,
            actor.name,
        ),
        *(cause.position if cause else None, cause.depth if cause else None, _uuid(place.asset), *scope),
    )


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
