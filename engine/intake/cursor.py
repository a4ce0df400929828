"""How far a transcript was read, and whether there is more of it."""

from __future__ import annotations

from msgspec import Struct

from engine.intake.discover import Found


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
    return cursor is None or not (
        found.mtime == cursor.mtime
        and found.size == cursor.size
        and found.inode == cursor.inode
        and found.device == cursor.device
    )
