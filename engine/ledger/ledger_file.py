"""Opens a ledger file; sets a damaged one aside, and leaves alone what is not this ccmon's."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from engine.domain.notices import Notice
from engine.ledger.aside import identity_of, is_sound, move_aside, was_ledger
from engine.ledger.in_memory import (
    MEMORY,
    Opened,
    copied,
    empty,
    memory_notice,
    open_in_memory,
    returned_notice,
)
from engine.ledger.prepared import prepare
from engine.ledger.turn import alone_at, among_others_at, leave_mark
from engine.ledger.versions import WrongTables, is_busy, is_damage

BUSY_SECONDS = 5.0
"""How long a writer waits for its turn."""

Identity = tuple[int, int] | None


def open_ledger(path: str) -> Opened:
    """Open or make a ledger; return what the user should know about it.

    A file that is damaged is renamed and a new ledger begun. Where no file can be written,
    where a newer ccmon wrote it, or where it never was a ledger, it stays as it is, and the
    ledger lives in memory for this run.
    """
    if path == MEMORY:
        return empty(), ()
    found = identity_of(path)
    try:
        return _open_file(path), ()
    except sqlite3.Error as error:
        return _replace(path, found, error) if is_damage(error) else open_in_memory(path, error)
    except OSError as error:
        return open_in_memory(path, error)


def _open_file(path: str) -> sqlite3.Connection:
    with among_others_at(path):
        return _open_in_turn(path)


def _open_in_turn(path: str) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        _prepare_in_turn(connection, path)
    except (sqlite3.Error, OSError):
        connection.close()
        raise
    leave_mark(path)
    return connection


def _connect(path: str) -> sqlite3.Connection:
    """Connect to a file, which is made where there is none, for its user's eyes only."""
    Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError(0, "it is not a regular file")
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def open_another(
    path: str, failing: sqlite3.Connection, identity: Identity, error: sqlite3.Error
) -> Opened:
    """Return what to go on with where an open ledger fails, and close that one.

    `identity` is that of the file it was opened as. A damaged file is set aside and a new
    ledger begun; where another file is in its place by now, that is opened; else all that can
    be read of the ledger goes on in memory.
    """
    is_moved = identity_of(path) not in (None, identity)
    if is_damage(error) or is_moved:
        close_in_turn(failing, path)
        return _replace(path, identity, error) if is_damage(error) else open_ledger(path)
    with closing(failing):
        return copied(failing, empty()), (memory_notice(path, error),)


def close_in_turn(connection: sqlite3.Connection, path: str) -> None:
    """Close a connection while nobody replaces the file at its path.

    Who closes a file last takes away its log by name: renamed meanwhile, that would be the new
    ledger's.
    """
    with among_others_at(path):
        connection.close()


def open_fresh(path: str, error: sqlite3.Error) -> Opened:
    """Return an empty ledger in memory, where nothing else is left."""
    return empty(), (memory_notice(path, error),)


def open_again(path: str) -> sqlite3.Connection | None:
    """Open a file that could not be used before, `None` where it still cannot be."""
    try:
        return _open_file(path)
    except (sqlite3.Error, OSError):
        return None


def write_again(path: str, deleted: sqlite3.Connection) -> Opened:
    """Write a ledger whose file was deleted while it was open once more, and close that one.

    Where another process has begun a new one in its place, or is about to, that is opened: while
    a damaged ledger is set aside there is none at its path.
    """
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone_at(path):
            if not os.path.exists(path):
                return _write_again_alone(path, deleted)
    except OSError as error:
        with closing(deleted):
            return copied(deleted, empty()), (memory_notice(path, error),)
    close_in_turn(deleted, path)
    return open_ledger(path)


def _write_again_alone(path: str, deleted: sqlite3.Connection) -> Opened:
    with closing(deleted):
        try:
            connection = _written(path, deleted)
        except (sqlite3.Error, OSError) as error:
            return copied(deleted, empty()), (memory_notice(path, error),)
    text = f"The ledger {path} was deleted while it was open: it was written again, whole."
    return connection, (Notice("information", text),)


def _written(path: str, source: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a ledger into a new file."""
    connection = _connect(path)
    try:
        source.backup(connection)
        return prepare(connection, path)
    except sqlite3.Error:
        connection.close()
        raise


def _prepare_in_turn(connection: sqlite3.Connection, path: str) -> None:
    """Prepare a file that others may be preparing: SQLite does not wait to turn on its WAL."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            prepare(connection, path)
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _replace(path: str, damaged: Identity, error: sqlite3.Error) -> Opened:
    """Begin a new ledger in the place of a damaged one, which others may have found so too.

    One process alone does that. A file that never was a ledger stays where it is.
    """
    try:
        if not was_ledger(path):
            strange = WrongTables("it is another program's file, and stays as it is")
            return empty(), (memory_notice(path, strange),)
        with alone_at(path) as is_alone:
            if not is_alone:
                return open_in_memory(path, error)
            return _replace_alone(path, damaged, error)
    except sqlite3.Error as failure:
        return open_in_memory(path, failure)
    except OSError as failure:
        return open_in_memory(path, failure)


def _replace_alone(path: str, damaged: Identity, error: sqlite3.Error) -> Opened:
    """Begin a new ledger unless another process has, or the file proves sound.

    SQLite tells of damage also where bytes cannot be read, so the file is looked at whole: one
    that cannot be read, or is busy, stays where it is.
    """
    if identity_of(path) != damaged:
        return _open_in_turn(path), (_aside_notice(path, "was set aside", error),)
    try:
        if is_sound(path, BUSY_SECONDS):
            return _open_in_turn(path), ()
    except sqlite3.Error as failure:
        if not is_damage(failure):
            raise
    aside = move_aside(path)
    return _open_in_turn(path), (_aside_notice(path, f"was kept as {aside}", error),)


def _aside_notice(path: str, became: str, error: sqlite3.Error) -> Notice:
    """Say what became of a damaged ledger."""
    text = (
        f"The ledger {path} was damaged ({error}): it {became}, and a new one is being built from "
        "the transcripts that are still there."
    )
    return Notice("warning", text)


__all__ = [
    "BUSY_SECONDS",
    "MEMORY",
    "open_again",
    "open_another",
    "open_fresh",
    "open_ledger",
    "returned_notice",
    "write_again",
]
