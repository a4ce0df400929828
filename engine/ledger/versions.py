"""Which version a ledger's tables are of, who wrote them, and what SQLite's errors mean."""

from __future__ import annotations

import sqlite3

from engine.ledger.schema import VERSION

OWN_VERSION = "0.1.0"
"""The version of ccmon, as in `tui`, which the engine does not know; asking the package for it
would take longer than making a ledger."""
WRITTEN_BY = "written_by"
"""The setting that names the ccmon which made the tables or brought them to their version."""
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


def is_busy(error: sqlite3.Error) -> bool:
    """Say whether an error means that it is another's turn."""
    return code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


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


def wrong_tables(error: sqlite3.OperationalError) -> sqlite3.Error:
    """Return what an error means: that a statement does not fit the tables, or what it says."""
    return WrongTables(str(error)) if code_of(error) == sqlite3.SQLITE_ERROR else error


def note_writer(connection: sqlite3.Connection) -> None:
    """Note in the transaction that is open that this ccmon made the tables what they are."""
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (WRITTEN_BY, OWN_VERSION))
