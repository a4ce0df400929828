"""Sets a connection up and brings its tables to this version; tells damage from what is not."""

from __future__ import annotations

import sqlite3

from engine.ledger.schema import TABLES, VERSION

OWN_VERSION = "0.1.0"
"""The version of ccmon, as in `tui`, which the engine does not know; asking the package for it
would take longer than making a ledger."""
WRITTEN_BY = "written_by"
"""The setting that names the ccmon which made the tables or brought them to their version."""

_WAL_KEPT = 16 << 20
"""Bytes to which the log beside the ledger shrinks once no long reader needs more of it."""
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class NewerLedger(sqlite3.DatabaseError):
    """A ledger that a newer ccmon wrote; the text names that one."""


class WrongTables(sqlite3.DatabaseError):
    """A database whose tables are not a ledger's; the text says why."""


def code_of(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, 0 where it has none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether an error means that the file is damaged, not that it is busy or full."""
    return isinstance(error, WrongTables) or code_of(error) in _DAMAGE


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of a ledger's tables, 0 where there are none."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(connection: sqlite3.Connection) -> int:
    """Return the version of the tables; raises `NewerLedger` for one that is not known here."""
    version = version_of(connection)
    if version > VERSION:
        raise NewerLedger(f"it was written by a newer ccmon{_named(connection)}")
    return version


def _named(connection: sqlite3.Connection) -> str:
    """Return which ccmon wrote a ledger, as far as it says so."""
    try:
        row = connection.execute(
            "SELECT value FROM settings WHERE name = ?", (WRITTEN_BY,)
        ).fetchone()
    except sqlite3.Error:
        row = None
    if row:
        return f", {row[0]}; this one is {OWN_VERSION}"
    return f" than this one, {OWN_VERSION}"


def prepare(connection: sqlite3.Connection, path: str | None = None) -> sqlite3.Connection:
    """Set the connection up and bring the tables to this version.

    The file at `path` is copied before its tables are changed; what lives in memory has none.
    Raises `NewerLedger`, or `WrongTables` for what is no ledger.
    """
    connection.isolation_level = None
    version = _checked(connection)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute(f"PRAGMA journal_size_limit={_WAL_KEPT}")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if version == 0:
        _create(connection)
    elif version < VERSION:
        _migrate(connection, path)
    return connection


def _checked(connection: sqlite3.Connection) -> int:
    """Return the version of a ledger's tables, 0 of a file that is empty."""
    try:
        version = check_version(connection)
        if version < 0:
            raise WrongTables("it is of no version that ever was")
        if version:
            connection.execute("SELECT revision FROM clock").fetchone()
        elif connection.execute("SELECT 1 FROM sqlite_master").fetchone() and not version_of(
            connection
        ):
            raise WrongTables("its tables are another program's")
    except UnicodeDecodeError as error:
        raise WrongTables("it names its tables in no text") from error
    except sqlite3.OperationalError as error:
        raise _wrong(error) from error
    return version


def _wrong(error: sqlite3.OperationalError) -> sqlite3.Error:
    """Return what an error means: that a statement does not fit the tables, or what it says."""
    return WrongTables(str(error)) if code_of(error) == sqlite3.SQLITE_ERROR else error


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just done so."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version_of(connection) == 0:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            note_writer(connection)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, path: str | None) -> None:
    from engine.ledger.copies import copy_before_migration
    from engine.ledger.migrating import migrate

    if path is not None:
        copy_before_migration(connection, path)
    try:
        migrate(connection)
    except sqlite3.OperationalError as error:
        raise _wrong(error) from error


def note_writer(connection: sqlite3.Connection) -> None:
    """Note in the transaction that is open that this ccmon made the tables what they are."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (WRITTEN_BY, OWN_VERSION))
