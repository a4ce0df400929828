"""Claude Code: by what signs a line of its transcripts may tell of a response."""

from __future__ import annotations

KEY = b'"usage"'
"""Stands in each line that tells of a response."""
_BOUNDARY = b'compact_boundary"'
"""How the `subtype` of a line ends that tells of a compaction."""
_HEAD = 1_024
"""Within so many bytes from its start."""
MOST_PATIENCE = 32 << 20
"""Bytes at the end of a line that are read patiently: that takes ten times the memory."""


def is_worth_reading(line: bytes) -> bool:
    """Say cheaply whether a line may tell of a response, or is damaged.

    Quotes inside JSON strings are escaped, so the bytes looked for can only be a key, which
    stands near the line's end. The line's head does not help: a damaged line can begin with one
    record and end with another. Of a compaction it tells what it is. The native reader says the
    same (`engine/native/piece.h`).
    """
    if line.rfind(KEY) >= 0 or line[:1] != b"{" or line[-2:-1] != b"}":
        return True
    return _BOUNDARY in line[:_HEAD]
