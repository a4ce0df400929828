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

with suppress(ImportError):  # there is none on Windows
    import pwd

_SECONDS = 30


def programs() -> Path | None:
    """Return where PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb")
    return found[-1].parent if found else Path(known).parent if known else None


class Cluster:
    """A server on a free port of loopback, which may be stopped, killed and started again."""

    def __init__(self, *options: str) -> None:
        found = programs()
        if found is None:
            pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
        pytest.importorskip("psycopg", reason="psycopg is not installed (pip install -e '.[dev]')")
        self._programs = found
        self.place = Path(tempfile.mkdtemp(prefix="ccmon-pg-"))
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
        self._run("initdb", "-D", str(self._data), "-U", "owner", "-A", "trust", "-N", "-E", "UTF8")
        with_options = (*options, "fsync=off", f"port={self.port}", "listen_addresses='127.0.0.1'")
        settings = [*with_options, f"unix_socket_directories='{self.place}'", "shared_buffers=64MB"]
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("\n".join(settings) + "\n")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.place / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", "-t", str(_SECONDS), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is as if it had crashed."""
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

    def ask(self, statement: str, role: str = "owner", database: str = "usage") -> list[Any]:
        """Return what a statement answers."""
        with self.connect(role, database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def fresh(self, *people: str) -> None:
        """Have the database `usage` empty, with a writer for each person, and a reader `boss`."""
        from engine.machines.team.push import init
        from engine.machines.team.schema import TABLES

        if self.ask("SELECT 1 FROM pg_database WHERE datname = 'usage'", database="postgres"):
            self.ask("; ".join(f"DELETE FROM ccmon.{table}" for table in TABLES))
        else:
            self.ask("CREATE DATABASE usage", database="postgres")
            init(self.address())
        self.let_in(dict.fromkeys(people, "ccmon_writer") | {"boss": "ccmon_reader"})

    def let_in(self, groups: dict[str, str]) -> None:
        """Have roles, each in a group."""
        for role, group in groups.items():
            if not self.ask(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
                self.ask(f"CREATE ROLE {role} LOGIN IN ROLE {group}")

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


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
