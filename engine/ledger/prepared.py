"""Sets a connection up and brings its tables to this version."""

from __future__ import annotations

import sqlite3

from engine.domain.files import is_remote
from engine.ledger.schema import TABLES, VERSION
from engine.ledger.versions import (
    WrongTables,
    check_version,
    note_writer,
    version_of,
    wrong_tables,
)

_WAL_KEPT = 16 << 20
"""Bytes to which the log beside the ledger shrinks once no long reader needs more of it."""


def prepare(connection: sqlite3.Connection, path: str | None = None) -> sqlite3.Connection:
    """Set the connection up and bring the tables to this version.

    The file at `path` is copied before its tables are changed; what lives in memory has none.
    Raises `NewerLedger`, or `WrongTables` for what is not a ledger.
    """
    connection.isolation_level = None
    version = _checked(connection)
    _set_journal(connection, path)
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute(f"PRAGMA journal_size_limit={_WAL_KEPT}")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if version == 0:
        _create(connection)
    elif version < VERSION:
        _migrate(connection, path)
    return connection


def _set_journal(connection: sqlite3.Connection, path: str | None) -> None:
    """Write ahead where that holds: on a drive of another machine it may damage the ledger."""
    wanted = "DELETE" if path is not None and is_remote(path) else "WAL"
    (mode,) = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()
    connection.execute(f"PRAGMA synchronous={'FULL' if mode == 'delete' else 'NORMAL'}")


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
        raise wrong_tables(error) from error
    return version


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
    from engine.ledger.drafts import copy_before_migration
    from engine.ledger.migrations import migrate

    if path is not None:
        copy_before_migration(connection, path)
    try:
        migrate(connection)
    except sqlite3.OperationalError as error:
        raise wrong_tables(error) from error
