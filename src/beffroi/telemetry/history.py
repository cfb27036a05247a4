"""Rows of the history: how a batch of readings is written whole, and how marks are read back after a restart."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from beffroi.model.time import DAY, HOUR, Micros
from beffroi.telemetry.fold import Readings
from beffroi.telemetry.late import Surroundings
from beffroi.telemetry.machine import Sample, Standing
from beffroi.telemetry.rules import Bools, Floats, Ints, RuleSet

WRITER_LOCK = 0x62_66_69_6E_74
"""The advisory lock of the one intake that writes: "bfint" in ASCII."""

LOOK_BACK = 64
LOOK_AHEAD = 256
"""Readings read before and after late ones: enough for a rule to forget how it began."""

CLOSE = HOUR
"""Late readings of a series nearer than this to each other are judged together, however much is held between them."""

_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("series_size", ">i4"),
        ("series", ">i4"),
        ("time_size", ">i4"),
        ("time", ">i8"),
        ("value_size", ">i4"),
        ("value", ">f8"),
    ]
)
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"

CrossingRow = tuple[UUID, str, str, Micros, float, bool]
"""(asset, alarm class, edge, at, value, late)."""


Standings = dict[tuple[int, str], Standing]
"""Where rules stand, by (series, alarm class)."""


class StandingNote(msgspec.Struct, frozen=True, array_like=True):
    """Where the rules that one batch moved stand: columns of one row a rule, as bytes of little-endian numbers.

    The classes are named in the note: the next version of the program may number them otherwise.
    """

    classes: tuple[str, ...]
    of_class: bytes
    series: bytes
    condition: bytes
    active: bytes
    since: bytes

    def standings(self) -> Standings:
        """Return what the note says."""
        series, of_class = np.frombuffer(self.series, "<i4"), np.frombuffer(self.of_class, "<i2")
        names = [self.classes[number] for number in of_class.tolist()]
        columns = (
            np.frombuffer(self.condition, "?").tolist(),
            np.frombuffer(self.active, "?").tolist(),
            np.frombuffer(self.since, "<i8").tolist(),
        )
        return dict(zip(zip(series.tolist(), names, strict=True), map(Standing, *columns), strict=True))


def note_standings(rules: RuleSet, numbers: Ints) -> StandingNote | None:
    """Return where some rules stand, or nothing for none."""
    if not len(numbers):
        return None
    return StandingNote(
        tuple(item.name for item in rules.classes),
        rules.of_class[numbers].astype("<i2").tobytes(),
        rules.series[numbers].astype("<i4").tobytes(),
        rules.condition[numbers].tobytes(),
        rules.active[numbers].tobytes(),
        rules.since[numbers].astype("<i8").tobytes(),
    )


class BatchRows(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one transaction of the intake writes. `id` grows with each batch."""

    id: int
    samples: Readings
    touched: bytes
    crossings: Sequence[CrossingRow] = ()
    standings: StandingNote | None = None
    due_series: Ints
    due_hour: Ints
    episodes: Sequence[tuple[str, Micros]] = ()


def encode_samples(readings: Readings) -> bytes:
    """Return readings in PostgreSQL's binary COPY format: 34 bytes a row."""
    rows = np.empty(len(readings), _ROW)
    rows["fields"], rows["series_size"], rows["time_size"], rows["value_size"] = 3, 4, 8, 8
    rows["series"], rows["time"], rows["value"] = readings.series, readings.at, readings.value
    return _HEADER + rows.tobytes() + _TRAILER


def days_of(at: Ints) -> list[int]:
    """List the days (since 1970, UTC) of some times."""
    if not len(at):
        return []
    first, last = int(at.min()) // DAY, int(at.max()) // DAY
    return [first] if first == last else [int(day) for day in np.unique(at // DAY)]


def day_of(number: int) -> date:
    """Return the date of a day counted since 1970."""
    return datetime.fromtimestamp(number * 86_400, UTC).date()


def ensure_days(connection: psycopg.Connection[Any], days: Iterable[int]) -> None:
    """Make the partitions of some days; each is ready before the next statement."""
    for day in days:
        connection.execute("SELECT telemetry_ensure_day(%s)", [day_of(day)])


def write_batch(connection: psycopg.Connection[Any], rows: BatchRows, *, staged: bool = False) -> None:
    """Write one batch in one transaction; `staged` leaves out the samples that are already there.

    Raises psycopg.errors.UniqueViolation when one is and `staged` is not asked.
    """
    with connection.transaction(), connection.cursor() as cursor:
        note = msgspec.msgpack.encode(rows.standings) if rows.standings else b""
        cursor.execute(
            "INSERT INTO intake_batch (id, series, standings) VALUES (%s, %s, %s)", [rows.id, rows.touched, note]
        )
        if len(rows.samples):
            _write_samples(cursor, rows.samples, staged)
        if rows.crossings:
            _write_crossings(cursor, rows.crossings)
        if len(rows.due_series):
            cursor.execute(
                "INSERT INTO rollup_due (series, time) SELECT * FROM unnest(%s::int[], %s::bigint[])",
                [rows.due_series.tolist(), rows.due_hour.tolist()],
            )
        for source, started_at in rows.episodes:
            cursor.execute(
                "INSERT INTO quota_episode (source, started_at, refused) VALUES (%s, %s, 0)", [source, started_at]
            )


def _write_samples(cursor: psycopg.Cursor[Any], samples: Readings, staged: bool) -> None:
    if not staged:
        with cursor.copy("COPY sample (series, time, value) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(encode_samples(samples))
        return
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS staged (series int, time bigint, value double precision) ON COMMIT DELETE ROWS"
    )
    with cursor.copy("COPY staged (series, time, value) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(encode_samples(samples))
    cursor.execute(
        "INSERT INTO sample SELECT * FROM staged WHERE NOT EXISTS"
        " (SELECT 1 FROM sample old WHERE old.series = staged.series AND old.time = staged.time)"
    )


def _write_crossings(cursor: psycopg.Cursor[Any], crossings: Sequence[CrossingRow]) -> None:
    with cursor.copy("COPY crossing (asset, alarm_class, edge, at, value, late) FROM STDIN") as copy:
        for row in crossings:
            copy.write_row(row)


def batch_is_there(connection: psycopg.Connection[Any], batch: int) -> bool:
    """Tell whether a batch of unknown fate was committed."""
    return connection.execute("SELECT 1 FROM intake_batch WHERE id = %s", [batch]).fetchone() is not None


def known_among(connection: psycopg.Connection[Any], readings: Readings) -> dict[tuple[int, Micros], float]:
    """Return the value that the history holds for each of these identities that it knows."""
    rows = connection.execute(
        "SELECT asked.series, asked.time, old.value FROM unnest(%s::int[], %s::bigint[]) AS asked (series, time)"
        " JOIN LATERAL (SELECT value FROM sample WHERE sample.series = asked.series AND sample.time = asked.time"
        " LIMIT 1) old ON true",
        [readings.series.tolist(), readings.at.tolist()],
    ).fetchall()
    return {(series, at): value for series, at, value in rows}


_AROUND = f"""
SELECT asked.place, around.time, around.value
FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[]) AS asked (place, series, first, last)
CROSS JOIN LATERAL (
    (SELECT time, value FROM sample WHERE sample.series = asked.series
        AND time < asked.first AND time >= asked.first - {DAY} ORDER BY time DESC LIMIT {LOOK_BACK})
    UNION ALL
    (SELECT time, value FROM sample WHERE sample.series = asked.series
        AND time >= asked.first AND time <= asked.last)
    UNION ALL
    (SELECT time, value FROM sample WHERE sample.series = asked.series
        AND time > asked.last ORDER BY time LIMIT {LOOK_AHEAD})
) around
"""


_HELD_BETWEEN = f"""
SELECT asked.series, asked.first, (SELECT count(*) FROM (SELECT FROM sample
    WHERE sample.series = asked.series AND sample.time > asked.first AND sample.time < asked.last
    LIMIT {LOOK_BACK + LOOK_AHEAD + 1}) held)
FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS asked (series, first, last)
"""


def surroundings(connection: psycopg.Connection[Any], late: Readings, marks: Ints) -> list[tuple[int, Surroundings]]:
    """Return what each series of some late readings held around them; `marks` are the newest times by series.

    Readings so far apart that what is around them does not touch come apart, in order of time: two of them months away
    from each other must not have everything between read and judged again.
    """
    clusters = _clusters(connection, late)
    asked = [(place, series, mine[0].at, mine[-1].at) for place, (series, mine) in enumerate(clusters)]
    known: list[list[Sample]] = [[] for _ in clusters]
    for place, at, value in connection.execute(_AROUND, [list(column) for column in zip(*asked, strict=True)]):
        known[place].append(Sample(at, value))
    return [
        (series, Surroundings(sorted(held), mine, bool(held) and max(held).at >= int(marks[series])))
        for (series, mine), held in zip(clusters, known, strict=True)
    ]


def _clusters(connection: psycopg.Connection[Any], late: Readings) -> list[tuple[int, list[Sample]]]:
    """Part the late readings of each series where more is held between two than is looked at around them."""
    mine: dict[int, list[Sample]] = {}
    for series, at, value in zip(late.series.tolist(), late.at.tolist(), late.value.tolist(), strict=True):
        mine.setdefault(series, []).append(Sample(at, value))
    gaps = [
        (series, one.at, other.at)
        for series, samples in mine.items()
        for one, other in pairwise(sorted(samples))
        if other.at - one.at > CLOSE
    ]
    held = connection.execute(_HELD_BETWEEN, [list(column) for column in zip(*gaps, strict=True)]) if gaps else ()
    far = {(series, first) for series, first, count in held if count > LOOK_BACK + LOOK_AHEAD}
    clusters: list[tuple[int, list[Sample]]] = []
    for series, samples in mine.items():
        cluster: list[Sample] = []
        clusters.append((series, cluster))
        for sample in sorted(samples):
            if cluster and (series, cluster[-1].at) in far:
                cluster = []
                clusters.append((series, cluster))
            cluster.append(sample)
    return clusters


def read_marks(connection: psycopg.Connection[Any], series_count: int) -> tuple[Ints, Floats, Bools]:
    """Return the true (time, value) of the newest reading of each series, and whether `latest` still lacks it.

    `latest` is a checkpoint about a second old; what was committed since is asked of the history itself.
    """
    at, value = np.zeros(series_count, np.int64), np.zeros(series_count, np.float64)
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute("SELECT series, time, value FROM latest WHERE series < %s", [series_count]).fetchall()
        _put(at, value, rows)
        pieces = cursor.execute("SELECT series FROM intake_batch").fetchall()
        touched = np.unique(np.concatenate([_no_series(), *(np.frombuffer(piece, "<i4") for (piece,) in pieces)]))
        newer = cursor.execute(
            "SELECT asked.series, newest.time, newest.value"
            " FROM unnest(%s::int[], %s::bigint[]) AS asked (series, time) CROSS JOIN LATERAL ("
            "SELECT time, value FROM sample WHERE sample.series = asked.series AND sample.time > asked.time"
            " ORDER BY time DESC LIMIT 1) newest",
            [touched.tolist(), at[touched].tolist()],
        ).fetchall()
        _put(at, value, newer)
    unsaved = np.zeros(series_count, np.bool_)
    unsaved[[series for series, *_ in newer]] = True
    return at, value, unsaved


def _no_series() -> NDArray[np.int32]:
    return np.empty(0, np.int32)


def _put(at: Ints, value: Floats, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        series, times, values = zip(*rows, strict=True)
        index = np.array(series, np.int64)
        at[index], value[index] = times, values


def read_standings(connection: psycopg.Connection[Any]) -> tuple[Standings, Standings]:
    """Return where every rule that ever moved stands, and those of them that `rule_state` does not have yet."""
    rows = connection.execute("SELECT series, alarm_class, condition, active, since FROM rule_state").fetchall()
    known = {(series, alarm_class): Standing(*standing) for series, alarm_class, *standing in rows}
    unsaved: Standings = {}
    notes = connection.execute("SELECT standings FROM intake_batch WHERE standings <> '' ORDER BY id").fetchall()
    for (note,) in notes:
        unsaved |= msgspec.msgpack.decode(note, type=StandingNote).standings()
    return known | unsaved, unsaved


def checkpoint_standings(connection: psycopg.Connection[Any], standings: Standings) -> None:
    """Bring committed standings into `rule_state`."""
    rows = [(*key, *standing) for key, standing in standings.items()]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(
        "INSERT INTO rule_state (series, alarm_class, condition, active, since)"
        " SELECT * FROM unnest(%s::int[], %s::text[], %s::bool[], %s::bool[], %s::bigint[])"
        " ON CONFLICT (series, alarm_class) DO UPDATE SET condition = excluded.condition,"
        " active = excluded.active, since = excluded.since",
        columns,
    )


def checkpoint(connection: psycopg.Connection[Any], newest: Readings) -> None:
    """Bring committed readings, one a series, into `latest`."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS newest (series int, time bigint, value double precision)"
            " ON COMMIT DELETE ROWS"
        )
        with cursor.copy("COPY newest (series, time, value) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(encode_samples(newest))
        cursor.execute(
            "INSERT INTO latest SELECT * FROM newest"
            " ON CONFLICT (series) DO UPDATE SET time = excluded.time, value = excluded.value"
        )


def forget_batches(connection: psycopg.Connection[Any], upto: int) -> None:
    """Forget the batches whose readings and standings are all in their checkpoints."""
    with connection.transaction():
        connection.execute("DELETE FROM intake_batch WHERE id <= %s", [upto])


def days_of_partitions(connection: psycopg.Connection[Any]) -> list[int]:
    """List the days (since 1970, UTC) that have a partition, the oldest first."""
    rows = connection.execute(
        "SELECT substring(inhrelid::regclass::text FROM 'sample_([0-9]{8})') FROM pg_inherits"
        " WHERE inhparent = 'sample'::regclass ORDER BY 1"
    ).fetchall()
    epoch = date(1970, 1, 1).toordinal()
    return [datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).toordinal() - epoch for (text,) in rows if text]


def drop_day(connection: psycopg.Connection[Any], day: int) -> None:
    """Drop the partition of a day."""
    connection.execute("SELECT telemetry_drop_day(%s)", [day_of(day)])
