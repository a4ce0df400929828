"""Looks whether a ledger's file is damaged, and moves one that is out of the way, whole."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress

from engine.domain.files import address_of, numbers_of, open_regular, replace
from engine.ledger.turn import lock_of

_BESIDE = ("-wal", "-shm")
_TABLE = b"slot_totals"
"""A table that every ledger has, and hardly any other program's database."""
_LOOKED_THROUGH = 1 << 20


def identity_of(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another at its path, `None` where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return numbers_of(status)


def log_size(path: str) -> int:
    """Return the bytes of the log that SQLite keeps beside a ledger, 0 where there is none."""
    try:
        return os.stat(f"{path}-wal").st_size
    except OSError:
        return 0


def was_ledger(path: str) -> bool:
    """Say whether a file that cannot be opened is, or once was, a ledger.

    One that any ccmon opened lately has its lock beside it; else its tables are looked for in
    what is left of it. Raises `OSError` where that cannot be read.
    """
    if os.path.exists(lock_of(path)):
        return True
    for name in (path, f"{path}-wal"):
        with suppress(FileNotFoundError), open_regular(name) as file:
            if _TABLE in file.read(_LOOKED_THROUGH):
                return True
    return False


def is_sound(path: str, seconds: float) -> bool:
    """Say whether all of a file is a whole database, which others may be using.

    Raises `OSError` where it cannot be read, and `sqlite3.Error` where SQLite cannot tell, as
    when it is busy for so many seconds.
    """
    for name in (path, f"{path}-wal"):
        if os.path.exists(name):
            with open_regular(name) as file:
                while file.read(1 << 20):
                    pass
    address = address_of(path, "mode=rw")
    with closing(sqlite3.connect(address, timeout=seconds, uri=True)) as connection:
        try:
            found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except UnicodeDecodeError:
            return False  # Python cannot read the sentence, which quotes a damaged name
    return found == "ok"


def move_aside(path: str, why: str = "set-aside") -> str:
    """Give a ledger another name, with what SQLite keeps beside it; return that name.

    What is beside it bears the other name too before the ledger itself does, so that a kill
    at any point parts nothing from it. Raises `OSError`.
    """
    import shutil

    aside = free_name(f"{path}.{why}-{time.strftime('%Y%m%d-%H%M%S')}")
    beside = [suffix for suffix in _BESIDE if os.path.exists(path + suffix)]
    for suffix in beside:
        try:
            os.link(path + suffix, aside + suffix)
        except OSError:
            shutil.copyfile(path + suffix, aside + suffix)
    try:
        replace(path, aside)
    except OSError:
        for suffix in beside:
            with suppress(OSError):
                os.unlink(aside + suffix)
        raise
    for suffix in beside:
        with suppress(FileNotFoundError):
            os.unlink(path + suffix)
    return aside


def free_name(path: str) -> str:
    """Return a path at which no file is, so that nothing kept aside is written over."""
    name, number = path, 1
    while os.path.exists(name):
        number += 1
        name = f"{path}-{number}"
    return name
