"""How Claude Code's transcripts are read where there are many."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.scans import Scan
from engine.ingest.chunk_reader import FileAnswer, Task
from engine.ingest.loader import Waiting
from engine.ingest.pieces import Pieces


class TranscriptSource:
    """Reads on in transcripts here, and says what other processes are to read."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def scans(self, waiting: Waiting) -> Iterator[Scan]:
        """Yield the unread pieces of one file."""
        return self._pieces.scans(waiting.found, waiting.cursor)

    def task(self, waiting: Waiting) -> Task | None:
        """Return what another process is to be asked for: no file that is read in pieces."""
        is_small = waiting.unread <= self._pieces.most
        return Task.of(waiting.found, waiting.cursor) if is_small else None

    def take(self, waiting: Waiting, answer: FileAnswer) -> None:
        """Note whether another process could read a file."""
        if answer.refused is None:
            self._pieces.refused.pop(waiting.found.path, None)
        else:
            self._pieces.refused[waiting.found.path] = answer.refused
