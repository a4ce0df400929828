"""Opens a ledger file; sets a damaged or newer one aside, never overwriting it."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from engine.ledger.schema import TABLES, VERSION
from engine.reports import Notice

MEMORY = ":memory:"
BUSY_SECONDS = 5.0
"""How long a writer waits for its turn."""


class LedgerError(Exception):
    """The ledger cannot be used; the text is one sentence for the user."""


class _SetAside(Exception):
    """The file is not a ledger this version can use; the text says why."""


def open_ledger(path: str) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Open or make a ledger; return what the user should know about it.

    A file that is damaged or of a newer version is renamed and a new ledger begun; where
    no file can be written the ledger lives in memory for this run.
    """
    if path == MEMORY:
        return _prepare(sqlite3.connect(MEMORY, check_same_thread=False)), ()
    try:
        return _open_file(path), ()
    except _SetAside as reason:
        return _begin_anew(path, str(reason))
    except (sqlite3.Error, OSError) as error:
        return _open_in_memory(path, error)


def _open_file(path: str) -> sqlite3.Connection:
    parent = Path(path).parent
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        return _prepare(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise _SetAside(f"was damaged ({error})") from error
    except _SetAside:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Set the connection up and bring the tables to this version."""
    connection.isolation_level = None
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise _SetAside(f"was written by a newer ccmon (its version {version}, ours {VERSION})")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if version == 0:
        _create(connection)
    connection.execute("SELECT revision FROM clock").fetchone()
    return connection


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just done so."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _begin_anew(path: str, reason: str) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Rename the file with its companions and open a new ledger in its place."""
    aside = f"{path}.set-aside-{time.strftime('%Y%m%d-%H%M%S')}"
    try:
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.replace(path + suffix, aside + suffix)
        connection = _open_file(path)
    except (sqlite3.Error, OSError, _SetAside) as error:
        return _open_in_memory(path, error)
    text = (
        f"The ledger {path} {reason}: it was kept as {aside}, and a new one is being built from "
        "the transcripts that are still there."
    )
    return connection, (Notice("warning", text),)


def _open_in_memory(path: str, error: Exception) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Go on without a file: right figures for what is on disk, kept for this run only."""
    connection = _prepare(sqlite3.connect(MEMORY, check_same_thread=False))
    return connection, (memory_notice(path, error),)


def memory_notice(path: str, error: Exception) -> Notice:
    """Say why the ledger is kept in memory, and what would help."""
    reason = str(error) if isinstance(error, sqlite3.Error) else getattr(error, "strerror", None)
    hint = "close the other process or give another place with --ledger"
    if "lock" not in str(error):
        hint = "make room or give another place with --ledger"
    text = (
        f"The ledger {path} cannot be used ({reason or error}): figures are kept in memory for "
        f"this run; {hint}."
    )
    return Notice("error", text)
