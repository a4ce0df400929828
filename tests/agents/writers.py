"""Databases of agents as tests need them: being written, left in `-wal`, locked, damaged.

Run as a program it is the agent: `writers.py DATABASE SECONDS` writes messages into an
OpenCode database, each first begun and then grown, and prints what it wrote.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

SESSION = (
    "CREATE TABLE session(id text PRIMARY KEY, project_id text NOT NULL, parent_id text, "
    "directory text NOT NULL, summary_diffs text, time_created integer NOT NULL, "
    "time_updated integer NOT NULL)"
)
MESSAGE = (
    "CREATE TABLE message(id text PRIMARY KEY, session_id text NOT NULL, "
    "time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL)"
)
SECOND_LAYOUT = (
    "CREATE TABLE session_message(id text PRIMARY KEY, session_id text NOT NULL, "
    "type text NOT NULL, seq integer NOT NULL, time_created integer NOT NULL, "
    "time_updated integer NOT NULL, data text NOT NULL)"
)
TABLES = (
    SESSION,
    MESSAGE,
    SECOND_LAYOUT,
    "CREATE INDEX message_session_time_created_id_idx ON message(session_id, time_created, id)",
    "CREATE TABLE part(id text PRIMARY KEY, message_id text NOT NULL, data text NOT NULL)",
)


def create(path: Path, tables: tuple[str, ...] = TABLES) -> sqlite3.Connection:
    """Make a database in WAL mode and return a connection that writes to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    for table in tables:
        connection.execute(table)
    return connection


def add_session(
    connection: sqlite3.Connection, name: str, *, created: int = 0, parent: str | None = None
) -> None:
    connection.execute(
        "INSERT INTO session VALUES(?, 'prj', ?, '/home/u/alpha', NULL, ?, ?)",
        (name, parent, created, created),
    )


def put_message(
    connection: sqlite3.Connection, name: str, session: str, data: dict[str, Any], updated: int
) -> None:
    """Write a message, or write it anew, as OpenCode does."""
    connection.execute(
        "INSERT INTO message VALUES(?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE "
        "SET data = excluded.data, time_updated = excluded.time_updated",
        (name, session, data["time"]["created"], updated, json.dumps(data)),
    )


def assistant(created: int, **given: Any) -> dict[str, Any]:
    """Return a finished assistant's message of 100 + 20 tokens; every field may be given."""
    plain: dict[str, Any] = {
        "role": "assistant",
        "modelID": "gpt-5.2",
        "providerID": "openai",
        "mode": "build",
        "path": {"cwd": "/home/u/alpha", "root": "/home/u/alpha"},
        "cost": 0,
        "tokens": counted(100, 20),
        "time": {"created": created, "completed": created + 4_000},
        "finish": "stop",
    }
    return {**plain, **given}


def counted(given: int, output: int, reasoning: int = 0, read: int = 0, write: int = 0) -> Any:
    return {
        "input": given,
        "output": output,
        "reasoning": reasoning,
        "cache": {"read": read, "write": write},
        "total": given + output + reasoning + read + write,
    }


def leave_in_wal(path: Path, number: int) -> None:
    """Let another process write messages and die: all rows stay in `-wal`."""
    subprocess.run([sys.executable, __file__, str(path), f"-{number}"], check=True)


@contextmanager
def writing(path: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Let another process write messages for some seconds; it prints what it wrote."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a database so that nobody else can read it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE IF NOT EXISTS held(a)")
        yield
        connection.execute("ROLLBACK")


def damage(path: Path) -> None:
    """Overwrite all of a database but its header."""
    data = bytearray(path.read_bytes())
    data[100:] = b"\x5a" * (len(data) - 100)
    path.write_bytes(data)


def _write(path: Path, seconds: float) -> dict[str, int]:
    """Write messages until the time is over; each grows once, a few are forked."""
    written = {"responses": 0, "tokens": 0, "errors": 0}
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        add_session(connection, "ses_2", created=2_000_000_000_000)
        end = time.monotonic() + seconds
        begun = int(time.time() * 1000)
        while time.monotonic() < end:
            number = written["responses"]
            created = begun + number
            growing = assistant(created, time={"created": created}, tokens=counted(100, 1))
            final = assistant(created, tokens=counted(100, 20 + number % 7, 5, 300))
            try:
                put_message(connection, f"m{number}", "ses_1", growing, _now())
                time.sleep(0.002)
                put_message(connection, f"m{number}", "ses_1", final, _now())
                if number % 10 == 0:
                    put_message(connection, f"f{number}", "ses_2", final, _now())
            except sqlite3.Error:
                written["errors"] += 1
                continue
            written["responses"] += 1
            written["tokens"] += 425 + number % 7
    return written


def _now() -> int:
    return int(time.time() * 1000)


def _write_and_die(path: Path, number: int) -> None:
    connection = create(path, ())
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    for table in TABLES:
        connection.execute(table)
    add_session(connection, "ses_1")
    for each in range(number):
        put_message(connection, f"m{each}", "ses_1", assistant(1_777_629_600_000 + each), _now())
    os._exit(0)


if __name__ == "__main__":
    amount = float(sys.argv[2])
    if amount < 0:
        _write_and_die(Path(sys.argv[1]), round(-amount))
    print(json.dumps(_write(Path(sys.argv[1]), amount)))
