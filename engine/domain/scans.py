"""How far a transcript was read, and whether there is more of it."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from msgspec import Struct

from engine.ingest.discover import Found

Mark = tuple[int, int, int, int]
"""Device, inode, size and mtime (nanoseconds): where they are as they were, nothing is new."""

mark_of: Callable[[Found | Cursor], Mark] = attrgetter("device", "inode", "size", "mtime")
"""Returns the mark of a transcript as it is now, or as it was read."""


class Cursor(Struct, frozen=True, gc=False):
    """How far one transcript was read; kept in the ledger with what it gave."""

    device: int
    inode: int
    size: int
    mtime: int
    offset: int
    """Where the first line begins that is not finished."""
    fingerprint: int
    lines: int
    bad: int
    """Lines that could not be read."""


def is_new(found: Found, cursor: Cursor | None) -> bool:
    """Say whether a transcript may hold something unread."""
    return cursor is None or mark_of(found) != mark_of(cursor)
