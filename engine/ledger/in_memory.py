"""A ledger in memory, for as long as its file cannot be used: with all that can be read of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from engine.domain.files import address_of
from engine.domain.mistakes import has_no_room
from engine.domain.notices import Notice
from engine.ledger.prepared import prepare
from engine.ledger.schema import VERSION
from engine.ledger.versions import NewerLedger, WrongTables, is_busy, version_of

MEMORY = ":memory:"
_HELD_OPEN = 32
"""ERROR_SHARING_VIOLATION: on Windows a file that another process has open keeps its name."""

Opened = tuple[sqlite3.Connection, tuple[Notice, ...]]
"""A connection, and what the user should know about it."""


def empty() -> sqlite3.Connection:
    """Return an empty ledger in memory."""
    return prepare(sqlite3.connect(MEMORY, check_same_thread=False))


def open_in_memory(path: str, error: Exception) -> Opened:
    """Go on without writing the file: with what can be read of it, kept for this run only."""
    memory = empty()
    if not os.path.isfile(path):
        return memory, (memory_notice(path, error),)
    for mode in ("mode=ro", "immutable=1"):
        try:
            address = address_of(path, mode)
            with closing(sqlite3.connect(address, timeout=0, uri=True)) as file:
                if 0 < version_of(file) <= VERSION:
                    memory = copied(file, memory)
            break
        except sqlite3.Error as failure:
            if is_busy(failure):
                break
    return memory, (memory_notice(path, error),)


def copied(source: sqlite3.Connection, memory: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a ledger into memory; what cannot be copied is begun anew."""
    try:
        source.backup(memory)
        return prepare(memory)
    except sqlite3.Error:
        memory.close()
        return empty()


def memory_notice(path: str, error: Exception) -> Notice:
    """Say why the ledger is kept in memory, and what would help."""
    reason = str(error) if isinstance(error, sqlite3.Error) else getattr(error, "strerror", None)
    hint = "give another place with --ledger"
    if isinstance(error, NewerLedger):
        hint = f"bring this ccmon up to date, or {hint}"
    elif isinstance(error, WrongTables):
        pass
    elif "lock" in str(error) or getattr(error, "winerror", None) == _HELD_OPEN:
        hint = f"close the other process or {hint}"
    elif "full" in str(error) or has_no_room(error):
        hint = f"make room or {hint}"
    text = (
        f"The ledger {path} cannot be used ({reason or error}): figures are kept in memory for "
        f"this run; {hint}."
    )
    return Notice("error", text)


def returned_notice(path: str) -> Notice:
    """Say that a ledger is no longer kept in memory."""
    return Notice("information", f"The ledger {path} can be used again: figures are kept in it.")
