"""How a root's files were when they were read, packed: there may be tens of thousands."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from engine.domain.scans import Found, Mark, mark_of

_MARK = struct.Struct("<4q")


class KnownFiles:
    """The marks at which files were read, by path below the root's base.

    A path stands here by its hash. Of two with one hash only one is known: the other one is read
    on, which finds nothing new. Marks are whole, so that no change is missed.
    """

    def __init__(self, files: Iterable[tuple[str, Mark]]) -> None:
        """Know some files; of a path that is given twice the later mark."""
        self._marks = {hash(path): _MARK.pack(*mark) for path, mark in files}

    def __contains__(self, path: str) -> bool:
        return hash(path) in self._marks

    def is_as_read(self, found: Found) -> bool:
        """Say whether a file is as it was when it was read."""
        return self._marks.get(hash(found.relative)) == _MARK.pack(*mark_of(found))
