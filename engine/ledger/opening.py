"""Opens a ledger file; sets a damaged or newer one aside, never overwriting it."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from engine.domain.reports import Notice
from engine.ledger.schema import TABLES, VERSION

MEMORY = ":memory:"
BUSY_SECONDS = 5.0
"""How long a writer waits for its turn."""


_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NOT_OUR_TABLES = sqlite3.SQLITE_ERROR


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
    except sqlite3.Error as error:
        return _open_damaged(path, error) if is_damage(error) else _open_in_memory(path, error)
    except OSError as error:
        return _open_in_memory(path, error)


def _open_file(path: str) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        return _prepare_in_turn(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        if _code(error) != _NOT_OUR_TABLES:
            raise
        raise _SetAside(f"was damaged ({error})") from error
    except UnicodeDecodeError as error:
        connection.close()
        raise _SetAside("was damaged (it names its tables in no text)") from error
    except _SetAside:
        connection.close()
        raise


def _connect(path: str) -> sqlite3.Connection:
    """Connect to a file, which is made where there is none, for its user's eyes only."""
    Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether an error means that the file is damaged, not that it is busy or full."""
    return _code(error) in _DAMAGE


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, 0 where it has none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def open_another(
    path: str, failing: sqlite3.Connection, error: sqlite3.Error
) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Return what to go on with where an open ledger fails, and close that one.

    A damaged file is set aside and a new ledger begun; else all that can be read of the
    ledger goes on in memory.
    """
    if is_damage(error):
        failing.close()
        return _open_damaged(path, error)
    memory = _prepare(sqlite3.connect(MEMORY, check_same_thread=False))
    with closing(failing):
        return _copied(failing, memory), (memory_notice(path, error),)


def open_fresh(path: str, error: sqlite3.Error) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Return an empty ledger in memory, where nothing else is left."""
    memory = _prepare(sqlite3.connect(MEMORY, check_same_thread=False))
    return memory, (memory_notice(path, error),)


def open_again(path: str) -> sqlite3.Connection | None:
    """Open a file that could not be used before, `None` where it still cannot be."""
    try:
        return _open_file(path)
    except (sqlite3.Error, OSError, _SetAside):
        return None


def write_again(
    path: str, deleted: sqlite3.Connection
) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Write a ledger whose file was deleted while it was open once more, and close that one.

    Where another process has begun a new one in its place, that is opened.
    """
    if os.path.exists(path):
        deleted.close()
        return open_ledger(path)
    with closing(deleted):
        try:
            connection = _written(path, deleted)
        except (sqlite3.Error, OSError) as error:
            memory = _prepare(sqlite3.connect(MEMORY, check_same_thread=False))
            return _copied(deleted, memory), (memory_notice(path, error),)
    text = f"The ledger {path} was deleted while it was open: it was written again, whole."
    return connection, (Notice("information", text),)


def _prepare_in_turn(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Prepare a file that others may be preparing: SQLite does not wait to turn on its WAL."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return _prepare(connection)
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Set the connection up and bring the tables to this version."""
    connection.isolation_level = None
    version = _version(connection)
    if version > VERSION:
        raise _SetAside(f"was written by a newer ccmon (its version {version}, ours {VERSION})")
    if version:
        connection.execute("SELECT revision FROM clock").fetchone()
    elif connection.execute("SELECT 1 FROM sqlite_master").fetchone() and not _version(connection):
        raise _SetAside("was another program's database")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=4000")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if version == 0:
        _create(connection)
    elif version < VERSION:
        from engine.ledger.migrating import migrate

        migrate(connection)
    return connection


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of a ledger's tables, 0 where there are none."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just done so."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == 0:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _open_damaged(path: str, error: sqlite3.Error) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Begin a new ledger in a damaged one's place, unless it is the disk that fails.

    SQLite tells of damage where bytes cannot be read, so the file is looked at whole: one
    that proves sound is used on, one that cannot be read stays where it is.
    """
    try:
        if _is_sound(path):
            return _open_file(path), ()
    except OSError as failure:
        return _open_in_memory(path, failure)
    except (sqlite3.Error, _SetAside):
        pass
    return _begin_anew(path, f"was damaged ({error})")


def _is_sound(path: str) -> bool:
    """Say whether all of a file is a whole database; raises `OSError` where it cannot be read."""
    for name in (path, f"{path}-wal"):
        if os.path.exists(name):
            with open(name, "rb") as file:
                while file.read(1 << 20):
                    pass
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return found == "ok"


def _begin_anew(path: str, reason: str) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Rename the file with its companions and open a new ledger in its place."""
    try:
        aside = _free_name(f"{path}.set-aside-{time.strftime('%Y%m%d-%H%M%S')}")
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.rename(path + suffix, aside + suffix)
        connection = _open_file(path)
    except (sqlite3.Error, OSError, _SetAside) as error:
        return _open_in_memory(path, error)
    text = (
        f"The ledger {path} {reason}: it was kept as {aside}, and a new one is being built from "
        "the transcripts that are still there."
    )
    return connection, (Notice("warning", text),)


def _free_name(path: str) -> str:
    """Return a path at which no file is, so that nothing kept aside is written over."""
    name, number = path, 1
    while os.path.exists(name):
        number += 1
        name = f"{path}-{number}"
    return name


def _written(path: str, source: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a ledger into a new file."""
    connection = _connect(path)
    try:
        source.backup(connection)
        return _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise


def _open_in_memory(path: str, error: Exception) -> tuple[sqlite3.Connection, tuple[Notice, ...]]:
    """Go on without writing the file: with what can be read of it, kept for this run only."""
    from urllib.parse import quote

    memory = _prepare(sqlite3.connect(MEMORY, check_same_thread=False))
    for mode in ("mode=ro", "immutable=1"):
        try:
            address = f"file:{quote(os.path.abspath(path))}?{mode}"
            with closing(sqlite3.connect(address, timeout=0, uri=True)) as file:
                if 0 < _version(file) <= VERSION:
                    memory = _copied(file, memory)
            break
        except sqlite3.Error as failure:
            if _code(failure) == sqlite3.SQLITE_BUSY:
                break
    return memory, (memory_notice(path, error),)


def _copied(source: sqlite3.Connection, memory: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a ledger into memory; what cannot be copied is begun anew."""
    try:
        source.backup(memory)
        return _prepare(memory)
    except (sqlite3.Error, _SetAside):
        memory.close()
        return _prepare(sqlite3.connect(MEMORY, check_same_thread=False))


def memory_notice(path: str, error: Exception) -> Notice:
    """Say why the ledger is kept in memory, and what would help."""
    reason = str(error) if isinstance(error, sqlite3.Error) else getattr(error, "strerror", None)
    hint = "give another place with --ledger"
    if "lock" in str(error):
        hint = f"close the other process or {hint}"
    elif "full" in str(error) or getattr(error, "errno", None) == errno.ENOSPC:
        hint = f"make room or {hint}"
    text = (
        f"The ledger {path} cannot be used ({reason or error}): figures are kept in memory for "
        f"this run; {hint}."
    )
    return Notice("error", text)


def returned_notice(path: str) -> Notice:
    """Say that a ledger is no longer kept in memory."""
    return Notice("information", f"The ledger {path} can be used again: figures are kept in it.")
