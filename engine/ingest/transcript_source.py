"""How Claude Code's transcripts are read, many or one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.scans import Cursor, Found, Scan
from engine.ingest.chunk_reader import FileAnswer, Task
from engine.ingest.loader import Waiting
from engine.ingest.tail import Tail

_PIECE = 32 << 20
"""A larger file is read in pieces, so that no batch is much larger than a piece."""


class TranscriptSource:
    """Reads on in transcripts; remembers which could not be read."""

    def __init__(self, tail: Tail) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of files that cannot be read now."""
        self._tail = tail

    def scans(self, waiting: Waiting) -> Iterator[Scan]:
        """Yield the unread pieces of one file that waits."""
        return self.read(waiting.found, waiting.cursor)

    def read(self, found: Found, cursor: Cursor | None) -> Iterator[Scan]:
        """Yield the unread pieces of one file."""
        while True:
            try:
                scan = self._tail.read(found, cursor, _PIECE)
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

    def task(self, waiting: Waiting) -> Task | None:
        """Return what another process is to be asked for: no file that is read in pieces."""
        return Task.of(waiting.found, waiting.cursor) if waiting.unread <= _PIECE else None

    def take(self, waiting: Waiting, answer: FileAnswer) -> None:
        """Note whether another process could read a file."""
        if answer.refused is None:
            self.refused.pop(waiting.found.path, None)
        else:
            self.refused[waiting.found.path] = answer.refused
