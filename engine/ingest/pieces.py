"""Reads on in one transcript, in pieces; remembers which could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.scans import Cursor, Found, Scan
from engine.ingest.tail import Tail


class Pieces:
    """Reads what is unread of transcripts, one after the other."""

    most = 32 << 20
    """Bytes of a piece; a larger file is read in several, so that no batch is much larger."""

    def __init__(self, tail: Tail) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of files that cannot be read now."""
        self._tail = tail

    def scans(self, found: Found, cursor: Cursor | None) -> Iterator[Scan]:
        """Yield the unread pieces of one file."""
        while True:
            try:
                scan = self._tail.read(found, cursor, self.most)
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    self.refused[found.path] = error.strerror or "could not be read"
                return
            self.refused.pop(found.path, None)
            if scan is None:
                return
            yield scan
            if scan.is_finished:
                return
            cursor = scan.cursor
