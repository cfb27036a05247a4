"""The engines as they really run: roles, durability settings, who may do what."""

import os
from pathlib import Path

import psycopg
import pytest

from beffroi.server.cli.words import say
from beffroi.server.engines import EngineError, prepare_home, service_user
from beffroi.server.engines import nats as broker
from beffroi.server.engines import postgres as postgres_engine
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


def test_start_killed_during_the_first_initialisation_leaves_nothing_to_repair(data_folder: Path) -> None:
    settings = Settings(data=data_folder, unsafe_fast=True)
    user = service_user(settings)
    half = prepare_home(settings, user) / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres_engine.prepare(settings, user)
    assert not half.exists()
    assert (postgres_engine.data_folder(settings) / "global" / "pg_control").exists()


def test_data_of_another_major_is_refused_with_the_command_to_type(data_folder: Path) -> None:
    settings = Settings(data=data_folder)
    folder = prepare_home(settings, service_user(settings)) / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("12\n")
    with pytest.raises(EngineError) as refusal:
        postgres_engine.find_binaries(settings)
    assert refusal.value.code == "postgres.major_mismatch"
    assert "apt-get install postgresql-12" in say(refusal.value.code, **refusal.value.params)


def test_lock_of_a_server_whose_number_was_given_to_another_is_forgotten(data_folder: Path) -> None:
    settings = Settings(data=data_folder, unsafe_fast=True)
    user = service_user(settings)
    postgres_engine.prepare(settings, user)
    lock = postgres_engine.data_folder(settings) / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")
    postgres_engine.prepare(settings, user)
    assert not lock.exists()
