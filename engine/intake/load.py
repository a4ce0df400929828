"""Reads many transcripts, newest first, in batches that a ledger takes one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from engine.intake.discover import Found
from engine.intake.tail import Cursor, Scan, Tail
from engine.reports import Progress

_FIRST_BATCH = 4 << 20
"""The first batch is small: it holds the active window."""
_BATCH = 24 << 20
_PIECE = 32 << 20
"""A larger file is read in pieces, so that no batch is much larger than a piece."""


class Batch(Struct):
    """Scans to be booked together."""

    scans: list[Scan]
    progress: Progress


class Loader:
    """Reads on in all of some files; remembers which could not be read."""

    def __init__(self, tail: Tail) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of files that cannot be read now."""
        self._tail = tail

    def batches(
        self,
        files: list[Found],
        cursors: Mapping[str, Cursor],
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Batch]:
        """Yield what is new, the files written last first."""
        waiting = [found for found in files if self.is_new(found, cursors.get(found.relative))]
        waiting.sort(key=lambda found: -found.mtime)
        meter = _Meter(waiting, cursors)
        scans: list[Scan] = []
        pending, most = 0, _FIRST_BATCH
        for found in waiting:
            for scan in self.scans(found, cursors.get(found.relative)):
                scans.append(scan)
                read = meter.note(scan, found)
                pending += read
                if pending >= most:
                    yield Batch(scans, meter.progress())
                    scans, pending, most = [], 0, _BATCH
                if is_stopped():
                    return
        if scans:
            yield Batch(scans, meter.progress())

    def is_new(self, found: Found, cursor: Cursor | None) -> bool:
        """Say whether a file may hold something unread."""
        return cursor is None or (found.size, found.mtime, found.inode, found.device) != (
            cursor.size,
            cursor.mtime,
            cursor.inode,
            cursor.device,
        )

    def scans(self, found: Found, cursor: Cursor | None) -> Iterator[Scan]:
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


class _Meter:
    """Counts how far a load is, and how long it will take."""

    def __init__(self, waiting: list[Found], cursors: Mapping[str, Cursor]) -> None:
        self._files_total = len(waiting)
        self._bytes_total = sum(
            found.size - min(_offset(cursors.get(found.relative)), found.size) for found in waiting
        )
        self._files = self._bytes = self._responses = 0
        self._begun = time.monotonic()
        self._offsets: dict[str, int] = {
            found.relative: _offset(cursors.get(found.relative)) for found in waiting
        }

    def note(self, scan: Scan, found: Found) -> int:
        """Count a scan; return the bytes that it read."""
        read = max(scan.cursor.offset - self._offsets[found.relative], 0)
        self._offsets[found.relative] = scan.cursor.offset
        self._bytes += read
        self._files += scan.is_finished
        self._responses += len(scan.sightings)
        return read

    def progress(self) -> Progress:
        """Return how far reading is; no time left is known in its first moments."""
        elapsed = time.monotonic() - self._begun
        total = max(self._bytes_total, self._bytes)
        left = (total - self._bytes) * elapsed / self._bytes if self._bytes else None
        return Progress(
            files_done=self._files,
            files_total=self._files_total,
            bytes_done=self._bytes,
            bytes_total=total,
            responses=self._responses,
            seconds_left=left if elapsed > 0.3 else None,
            share=self._bytes / total if total else 1.0,
        )


def _offset(cursor: Cursor | None) -> int:
    return cursor.offset if cursor is not None else 0
