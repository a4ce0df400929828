"""The schema scales out on what exists, and libpq's own files say where and who."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.machines.team import schema
from engine.machines.team.connection import open_checked, shown
from engine.machines.team.schema import DISTRIBUTED, TABLES
from tests.team.checks import PEOPLE
from tests.team.cluster import Cluster

psycopg = pytest.importorskip("psycopg")
SECRET = "hunter2"
_ROOM = Path(schema.__file__).parent


def test_every_table_can_be_distributed_by_person(cluster: Cluster) -> None:
    cluster.fresh(*PEOPLE)
    keys = cluster.ask(
        "SELECT i.indrelid::regclass::text, array_agg(a.attname::text) FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)"
        " WHERE c.relnamespace = 'ccmon'::regnamespace AND i.indisunique"
        " AND c.relname <> 'version' GROUP BY i.indexrelid, 1"
    )
    assert {f"ccmon.{table}" for table in TABLES} <= {table for table, _ in keys}
    assert [table for table, columns in keys if "person" not in columns] == []
    of_kind = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'ccmon'::regnamespace"
    assert cluster.ask(f"{of_kind} AND contype = 'f'") == [(0,)]
    assert cluster.ask(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'ccmon'::regnamespace AND relkind = 'S'"
    ) == [(0,)]
    assert cluster.ask(
        "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = 'ccmon'::regnamespace"
    ) == [(0,)]


def test_what_distributes_it_is_told_and_can_be_read(cluster: Cluster) -> None:
    page = (_ROOM / "README.md").read_text("utf-8")
    cluster.fresh(*PEOPLE)
    cluster.ask(
        "CREATE OR REPLACE FUNCTION pg_temp.create_distributed_table(regclass, text,"
        " colocate_with text DEFAULT 'default') RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS"
        " (SELECT 1 FROM pg_attribute WHERE attrelid = $1 AND attname = $2)"
        " AND (colocate_with = 'default' OR to_regclass(colocate_with) IS NOT NULL) $$"
    )
    for statement in DISTRIBUTED:
        assert f"{statement};" in page
        assert cluster.ask(statement.replace("SELECT create", "SELECT pg_temp.create")) == [(True,)]


@pytest.fixture
def asks_for_a_password(cluster: Cluster) -> Iterator[None]:
    """Have the server ask Ana for a password."""
    cluster.fresh(*PEOPLE)
    rules = cluster.place / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"host usage ana 127.0.0.1/32 scram-sha-256\n{before}")
    cluster.ask(f"ALTER ROLE ana PASSWORD '{SECRET}'")
    cluster.ask("SELECT pg_reload_conf()")
    _await(lambda: not _is_let_in(cluster))
    yield
    rules.write_text(before)
    cluster.ask("SELECT pg_reload_conf()")
    _await(lambda: _is_let_in(cluster))


def _is_let_in(cluster: Cluster) -> bool:
    try:
        cluster.ask("SELECT 1", "ana")
    except psycopg.OperationalError:
        return False
    return True


def _await(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1_200):
        if is_so():
            return
        pause.wait(0.05)
    pytest.fail("the server did not read its rules")


@pytest.mark.usefixtures("asks_for_a_password")
def test_passwords_and_services_stand_in_files_of_libpq(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords, services = tmp_path / "pgpass", tmp_path / "pg_service.conf"
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    services.write_text(f"[team]\nhost=127.0.0.1\nport={cluster.port}\nuser=ana\ndbname=usage\n")
    places = (cluster.address("ana"), "postgresql://?service=team")
    for address in places:
        with pytest.raises(SettingsError, match=r"~/\.pgpass"):
            open_checked(address)
    passwords.write_text(f"127.0.0.1:{cluster.port}:usage:ana:{SECRET}\n")
    passwords.chmod(0o600)
    for address in places:
        connection = open_checked(address)
        assert connection.execute("SELECT current_user").fetchone() == ("ana",)
        connection.close()
    assert shown(places[1]) == "the service team"
