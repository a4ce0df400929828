"""Opens another program's SQLite database so that reading leaves no trace and no lock.

What is opened here is in use: an agent may be writing to it at this moment, in WAL mode,
with all of its rows still beside the database in `-wal`.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

BUSY = 0.25
"""Seconds to wait for a lock that another program holds: the next reading comes soon."""

_HEADER = 20
_WAL_VERSION = 2


def open_read_only(path: str) -> sqlite3.Connection:
    """Open a database that is not ours; raises `sqlite3.Error` where it cannot be opened.

    `mode=ro` reads the rows in `-wal` too and takes no lock that a writer in WAL mode waits
    for. A database in WAL mode that nobody has open has no `-wal`, and then `mode=ro` would
    make one, and a `-shm`, and leave both behind (SQLite 3.40): only that one is opened
    `immutable`, which makes no files, as the database itself is all there is then. Should a
    writer come at that very moment, its rows are read the next time. `query_only` makes
    certain that no statement of ours can write. Each SELECT is a transaction of its own.
    Text that is no UTF-8 is repaired rather than refused.
    """
    uri = Path(os.path.abspath(path)).as_uri() + "?mode=ro"
    if _is_wal(path) and not os.path.exists(f"{path}-wal"):
        uri += "&immutable=1"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY, isolation_level=None)
    connection.text_factory = _text
    try:
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def columns_of(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """Return the names of a table's columns, none for a table that is not there."""
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return frozenset(name for (name,) in rows)


def selected(alias: str, there: frozenset[str], wanted: tuple[str, ...]) -> str:
    """Return columns for a SELECT, with NULL for those that a table does not have."""
    return ", ".join(f"{alias}.{name}" if name in there else "NULL" for name in wanted)


def _is_wal(path: str) -> bool:
    """Say whether a database's header names WAL mode (file format, section 1.3)."""
    try:
        with open(path, "rb") as file:
            header = file.read(_HEADER)
    except OSError:
        return False
    return len(header) == _HEADER and header[19] == _WAL_VERSION


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
