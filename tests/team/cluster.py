"""A PostgreSQL of the test's own: Debian's programs, a directory that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.quick_place import quick_place

with suppress(ImportError):  # there is none on Windows
    import pwd

_SECONDS = 30
_CARELESS = (
    *("fsync=off", "full_page_writes=off", "wal_level=minimal"),
    *("max_wal_senders=0", "autovacuum=off", "shared_buffers=64MB"),
)
"""What nobody misses of whom only the server is killed, never the machine."""


def programs() -> Path | None:
    """Return where PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb")
    return found[-1].parent if found else Path(known).parent if known else None


class Cluster:
    """A server on a free port of loopback, which may be stopped, killed and started again."""

    def __init__(self, *options: str, below: Path | None = None) -> None:
        """Start one; `below` is where its files are, in memory where there is room for them."""
        found = programs()
        if found is None:
            pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
        pytest.importorskip("psycopg", reason="psycopg is not installed (pip install -e '.[dev]')")
        self._programs = found
        self.place = Path(tempfile.mkdtemp(prefix="ccmon-pg-", dir=below or quick_place()))
        self._owner: Any = None
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            owner = next(
                (pwd.getpwnam(name) for name in ("postgres", "nobody") if _is_user(name)), None
            )
            if owner is None:
                pytest.skip("there is no user but root to run PostgreSQL as")
            os.chown(self.place, owner.pw_uid, owner.pw_gid)
            self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._data = self.place / "data"
        words = ["-D", str(self._data), "-U", "owner", "-A", "trust", "-N", "-E", "UTF8"]
        self._run("initdb", *words, "--locale=C")
        own = (f"port={self.port}", "listen_addresses='127.0.0.1'")
        settings = [*_CARELESS, *own, f"unix_socket_directories='{self.place}'", *options]
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("\n".join(settings) + "\n")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.place / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-t", str(_SECONDS), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is as if it had crashed."""
        self._hang_up()
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop the server and leave nothing behind."""
        with suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self.place, ignore_errors=True)

    def address(self, role: str = "owner", database: str = "usage", port: int = 0) -> str:
        """Return the address of a database for a role."""
        return f"postgresql://{role}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, role: str = "owner", database: str = "usage") -> Any:
        """Return a connection that commits each statement."""
        import psycopg

        return psycopg.connect(self.address(role, database), autocommit=True)

    def ask(self, statement: str, role: str = "owner") -> list[Any]:
        """Return what a statement answers; the owner's all go through one connection."""
        if role != "owner":
            with self.connect(role) as connection:
                return _answer(connection, statement)
        if self._owner is None:
            self._owner = self.connect()
        return _answer(self._owner, statement)

    def fresh(self, *people: str) -> None:
        """Have the database `usage` empty, with a writer for each person, and a reader `boss`."""
        from engine.machines.team.push import init
        from engine.machines.team.schema import TABLES

        with self.connect(database="postgres") as connection:
            if _answer(connection, "SELECT 1 FROM pg_database WHERE datname = 'usage'"):
                self.ask("; ".join(f"DELETE FROM ccmon.{table}" for table in TABLES))
            else:
                connection.execute("CREATE DATABASE usage")
                init(self.address())
        self.let_in(dict.fromkeys(people, "ccmon_writer") | {"boss": "ccmon_reader"})

    def let_in(self, groups: dict[str, str]) -> None:
        """Have roles, each in a group."""
        known = {role for (role,) in self.ask("SELECT rolname FROM pg_roles")}
        for role, group in groups.items():
            if role not in known:
                self.ask(f"CREATE ROLE {role} LOGIN IN ROLE {group}")

    def _hang_up(self) -> None:
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        subprocess.run(
            command,
            check=True,
            cwd=self.place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=2 * _SECONDS,
            **self._user,
        )


def _answer(connection: Any, statement: str) -> list[Any]:
    cursor = connection.execute(statement)
    return cursor.fetchall() if cursor.description else []


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
