"""Opens another program's SQLite database so that reading leaves no trace and no lock.

What is opened here is in use: an agent may be writing to it at this moment, in WAL mode,
with all of its rows still beside the database in `-wal`.
"""

from __future__ import annotations

import os
import sqlite3

from engine.domain.files import address_of, open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    import tempfile

BUSY = 0.25
"""Seconds to wait for a lock that another program holds: the next reading comes soon."""

_HEADER = 20
_WAL_VERSION = 2


def open_read_only(path: str) -> sqlite3.Connection:
    """Open a database that is not ours; raises `sqlite3.Error` where it cannot be opened.

    Nothing is made or changed beside it. A database in WAL mode whose `-wal` is absent is opened
    `immutable`: the database itself is all there is then, and should a writer come at that very
    moment, its rows are read the next time. One with a `-wal` is read with `readonly_shm`: the
    index in `-shm` is used as it is where a writer is alive, and made anew in memory where none
    is, which `mode=ro` alone would write into the file. Where `-shm` is absent SQLite would have
    to make it, so that a copy is read instead. `query_only` makes certain that no statement of
    ours can write. Each SELECT is a transaction of its own. Text that is not UTF-8 is repaired
    rather than refused.
    """
    alone = "&immutable=1" if _is_wal(path) else ""
    if not os.path.exists(f"{path}-wal"):
        return _connected(path, alone)
    try:
        return _connected(path, "&readonly_shm=1")
    except sqlite3.Error as error:
        if _code(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
        return _copied(path) if _has_log(path) else _connected(path, alone)


class _Copy(sqlite3.Connection):
    """A connection to a copy, which goes with it."""

    place: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Close the connection and remove the copy."""
        super().close()
        if self.place is not None:
            self.place.cleanup()


def _copied(path: str) -> sqlite3.Connection:
    """Open a copy of a database and of the log beside it."""
    import shutil
    import tempfile

    place = tempfile.TemporaryDirectory(prefix="ccmon-store-", ignore_cleanup_errors=True)
    copy = os.path.join(place.name, "store.db")
    try:
        for suffix in ("", "-wal"):
            shutil.copyfile(path + suffix, copy + suffix)
        connection = _connected(copy, "", _Copy)
    except OSError as error:
        place.cleanup()
        failure = sqlite3.OperationalError(f"unable to open database file ({error.strerror})")
        failure.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise failure from error
    except sqlite3.Error:
        place.cleanup()
        raise
    assert isinstance(connection, _Copy)
    connection.place = place
    return connection


def _connected(
    path: str, how: str, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    address = address_of(path, f"mode=ro{how}")
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY, isolation_level=None, factory=factory
    )
    connection.text_factory = _text
    try:
        connection.execute("PRAGMA query_only = ON")
        if how == "&readonly_shm=1":
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _has_log(path: str) -> bool:
    """Say whether there is anything in the log that SQLite keeps beside a database."""
    try:
        return os.stat(f"{path}-wal").st_size > 0
    except OSError:
        return False


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
        with open_regular(path) as file:
            header = file.read(_HEADER)
    except OSError:
        return False
    return len(header) == _HEADER and header[19] == _WAL_VERSION


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
