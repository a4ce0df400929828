"""Copies a ledger into a file that is whole or not there at all, as before its tables change."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from glob import escape, glob

from engine.domain.files import replace
from engine.ledger.schema import VERSION
from engine.ledger.versions import version_of

_DRAFT = "ccmon-copy-"
_OF_VERSION = ".of-version-"


def copy_before_migration(connection: sqlite3.Connection, path: str) -> None:
    """Copy a ledger whose tables are about to change; of earlier copies none is kept.

    Raises `sqlite3.Error` or `OSError` where there is no room: then the tables must stay.
    """
    with draft_beside(path) as draft:
        copy_into(connection, draft)
        version = _version_at(draft)
        if version >= VERSION:
            return  # another process has brought it up to date meanwhile, after a copy
        kept = f"{path}{_OF_VERSION}{version}"
        replace(draft, kept)
    for earlier in glob(f"{escape(path)}{_OF_VERSION}*"):
        if earlier != kept:
            os.unlink(earlier)


def copy_into(connection: sqlite3.Connection, draft: str) -> None:
    """Write a whole copy into an empty file, and wait until the disk has it."""
    connection.execute("VACUUM INTO ?", (draft,))
    with open(draft, "rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def draft_beside(path: str) -> Iterator[str]:
    """Yield the path of an empty file beside another, for its user's eyes only."""
    handle, draft = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=_DRAFT)
    os.close(handle)
    try:
        yield draft
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                os.unlink(draft + suffix)


def _version_at(path: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return version_of(connection)
