"""Decisions about sources, and rows that say what the journal says."""

from uuid import UUID

import psycopg
import pytest

from beffroi.model.actor import Actor
from beffroi.model.scope import Rights
from beffroi.telemetry import TRADE
from beffroi.telemetry import actions as asked
from beffroi.telemetry import events as happened
from beffroi.telemetry.types import NewSource
from beffroi.trade.context import Context
from beffroi.trade.line import Line
from beffroi.trade.rejected import Rejected


class _Ids:
    def new(self):
        return UUID(int=1)


CONTEXT = Context(
    now=1_000,
    happened_at=1_000,
    actor=Actor(kind="system"),
    rights=Rights(),
    ids=_Ids(),
    city=None,  # type: ignore[arg-type]
)


def source(name="gw-1", secret="a" * 64, **fields):
    return NewSource(name=name, secret=secret, **fields)


class Register:
    """The trade's state, with the lines that made it."""

    def __init__(self):
        self.state = TRADE.empty()
        self.lines = []

    def ask(self, action):
        events = TRADE.decide(self.state, action, CONTEXT)
        for event in events:
            line = Line(len(self.lines) + 1, 1_000, 1_000, Actor(kind="system"), None, event)
            self.lines.append(line)
            TRADE.apply(self.state, line)
        return [type(event).event_type() for event in events]


@pytest.fixture
def register():
    return Register()


def refused(register, action):
    with pytest.raises(Rejected) as error:
        register.ask(action)
    return error.value.code


def test_a_source_lives(register):
    assert register.ask(asked.CreateSource(source=source())) == ["telemetry.source_created"]
    assert register.ask(asked.SetAssets(name="gw-1", assets=("A045-*",))) == ["telemetry.assets_set"]
    assert register.ask(asked.SetQuota(name="gw-1", rate=5, burst=50)) == ["telemetry.quota_set"]
    assert register.ask(asked.RenewSecret(name="gw-1", secret="b" * 64)) == ["telemetry.source_secret_renewed"]
    assert register.ask(asked.DisableSource(name="gw-1")) == ["telemetry.source_disabled"]
    held = register.state.sources["gw-1"]
    assert (held.state, held.secret, held.assets, held.rate, held.burst) == ("disabled", "b" * 64, ("A045-*",), 5, 50)
    assert register.ask(asked.EnableSource(name="gw-1")) == ["telemetry.source_enabled"]


def test_what_is_already_so_changes_nothing(register):
    register.ask(asked.CreateSource(source=source()))
    assert register.ask(asked.EnableSource(name="gw-1")) == []
    assert register.ask(asked.SetAssets(name="gw-1", assets=())) == []
    assert register.ask(asked.CreateSources(sources=(source(),))) == []


def test_names_and_secrets_are_unique(register):
    register.ask(asked.CreateSource(source=source()))
    assert refused(register, asked.CreateSource(source=source(secret="b" * 64))) == "telemetry.source_exists"
    assert refused(register, asked.CreateSource(source=source("gw-2"))) == "telemetry.secret_taken"
    assert refused(register, asked.CreateSource(source=source("intake", "b" * 64))) == "telemetry.reserved_name"
    twice = (source("gw-3", "c" * 64), source("gw-4", "c" * 64))
    assert refused(register, asked.CreateSources(sources=twice)) == "telemetry.secret_taken"
    assert refused(register, asked.RenewSecret(name="gw-1", secret="a" * 64)) == "telemetry.secret_taken"
    assert list(register.state.sources) == ["gw-1"]


def test_an_unknown_source_is_not_found(register):
    for action in (asked.DisableSource(name="no"), asked.RenewSecret(name="no", secret="a" * 64)):
        assert refused(register, action) == "telemetry.source.not_found"


def test_no_screen_row_carries_a_secret(register):
    register.ask(asked.CreateSource(source=source()))
    (row,) = TRADE.snapshot(register.state, None)
    assert "secret" not in row.data.__struct_fields__
    assert list(TRADE.touched(register.lines[0])) == [("sources", "gw-1")]
    assert TRADE.row(register.state, "sources", "gw-1", None).data == row.data
    assert TRADE.row(register.state, "sources", "gone", None) is None


def test_rows_say_what_the_journal_says(register, database):
    register.ask(asked.CreateSources(sources=(source(), source("gw-2", "b" * 64, assets=("*",), simulated=True))))
    register.ask(asked.AdoptSource(client="box-7", source=source("box-7", "c" * 64, label="essai")))
    register.ask(asked.SetQuota(name="gw-2", rate=1, burst=2))
    register.ask(asked.SetAssets(name="gw-1", assets=("B*",)))
    register.ask(asked.RenewSecret(name="gw-1", secret="d" * 64))
    register.ask(asked.DisableSource(name="gw-2"))
    register.ask(asked.NoteQuotaEpisode(name="gw-1", started_at=5))
    with psycopg.connect(database.app) as connection:
        connection.execute("INSERT INTO unknown_source VALUES ('box-7', 0, 0, 1, '[]')")
        TRADE.write(connection.cursor(), register.lines)
        loaded = TRADE.load(connection)
        assert connection.execute("SELECT count(*) FROM unknown_source").fetchone() == (0,)
    assert loaded.sources == register.state.sources
    assert loaded.secrets == register.state.secrets


def test_every_event_and_refusal_has_its_sentence_in_both_languages():
    codes = [event.event_type() for event in TRADE.events] + [
        "telemetry.source_exists",
        "telemetry.secret_taken",
        "telemetry.reserved_name",
        "telemetry.not_found",
    ]
    for code in codes:
        assert set(TRADE.texts[code]) == {"fr", "en"}
    assert happened.SourceCreated in TRADE.events
