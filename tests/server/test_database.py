"""Addresses of the database: a cut that says nothing is noticed."""

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict

from beffroi.server.database import NOTICED, dsn_app, dsn_owner, noticing
from beffroi.server.settings import Settings


def test_an_outside_database_is_watched_unless_its_address_says_otherwise() -> None:
    said = conninfo_to_dict(noticing("postgresql://app:secret@db.example/beffroi?tcp_user_timeout=5000"))
    assert (said["host"], said["user"], said["password"], said["dbname"]) == ("db.example", "app", "secret", "beffroi")
    assert said["tcp_user_timeout"] == "5000"
    assert said["keepalives_idle"] == NOTICED["keepalives_idle"]
    assert noticing("") == ""
    assert noticing("not = an = address") == "not = an = address"


def test_both_roles_are_watched_and_still_connect(database, _template: Settings) -> None:
    settings = msgspec.structs.replace(_template, database=database.app, database_owner="")
    for address in (dsn_app(settings), dsn_owner(settings)):
        assert NOTICED.items() <= conninfo_to_dict(address).items()
    with psycopg.connect(dsn_app(settings)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
