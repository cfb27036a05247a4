"""The engines as they really run: roles, durability settings, who may do what."""

import psycopg
import pytest

from beffroi.server.engines import nats as broker
from beffroi.server.settings import Settings


def test_application_role_owns_nothing(database) -> None:
    with psycopg.connect(database.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE intruder (id int)")


def test_application_role_cannot_forget_migrations(database) -> None:
    with psycopg.connect(database.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM migration")


def test_each_test_has_its_own_database(database) -> None:
    with psycopg.connect(database.owner) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (database.name,)


def test_broker_is_healthy_and_keeps_sessions(nats: Settings) -> None:
    assert broker.healthy(nats)
    assert "default_max_consumers: -1" in broker.nats_config(nats)
