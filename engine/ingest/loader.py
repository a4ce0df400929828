"""Reads many transcripts, newest first, in batches that a ledger takes one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec import Struct

from engine.agents.base import Kind
from engine.domain.scans import Cursor, Found, Root, Scan
from engine.domain.snapshots import Progress
from engine.ingest.tail import Tail
from engine.ingest.worker import Answer, Task, task_size

_FIRST_BATCH = 4 << 20
"""The first batch is small: it holds the active window."""
_BATCH = 96 << 20
_MOST_RESPONSES = 25_000
"""A later batch ends with so many bytes or responses: fewer cost more, more need memory."""
_PIECE = 32 << 20
"""A larger file is read in pieces, so that no batch is much larger than a piece."""
_WORTH_WORKERS = 48 << 20
"""With less than this to read, starting processes takes longer than it saves."""
_CHUNK = 8 << 20
_LONGEST_TASKS = 48_000
"""Bytes of tasks in a chunk: a pipe holds them all while an answer is being written."""


class Waiting(Struct, frozen=True):
    """A transcript that may hold something unread."""

    root: Root
    found: Found
    cursor: Cursor | None
    kind: Kind | None = None
    """How a file of another agent's store grows."""

    @property
    def unread(self) -> int:
        """Bytes that are not read yet."""
        return self.found.size - min(self.cursor.offset if self.cursor else 0, self.found.size)


def newest_within(waiting: list[Waiting], most_bytes: int) -> list[Waiting]:
    """Return the files written last whose unread bytes are no more than so many together.

    The very last is among them however long it is, so that reading again goes on.
    """
    if sum(each.unread for each in waiting) <= most_bytes:
        return waiting
    kept: list[Waiting] = []
    for each in sorted(waiting, key=lambda each: -each.found.mtime):
        most_bytes -= each.unread
        if most_bytes < 0 and kept:
            break
        kept.append(each)
    return kept


class Batch(Struct):
    """Scans to be booked together, by root."""

    scans: dict[Root, list[Scan]]
    progress: Progress


class Loader:
    """Reads on in all of some files; remembers which could not be read."""

    def __init__(self, tail: Tail) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of files that cannot be read now."""
        self._tail = tail

    def batches(
        self, waiting: list[Waiting], is_stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Batch]:
        """Yield what is new, the files written last first."""
        meter = _Meter(waiting)
        scans: dict[Root, list[Scan]] = {}
        pending, responses, most = 0, 0, _FIRST_BATCH
        newest_first = sorted(waiting, key=lambda each: -each.found.mtime)
        for each, scan in self._scans_of(newest_first):
            scans.setdefault(each.root, []).append(scan)
            pending += meter.note(scan, each)
            responses += len(scan.sightings)
            if pending >= most or responses >= _MOST_RESPONSES:
                yield Batch(scans, meter.progress())
                scans, pending, responses, most = {}, 0, 0, _BATCH
            if is_stopped():
                return
        if scans:
            yield Batch(scans, meter.progress())

    def _scans_of(self, waiting: list[Waiting]) -> Iterator[tuple[Waiting, Scan]]:
        """Read the first files here, at once; of much more, the rest in other processes too."""
        near, size = 0, 0
        while near < len(waiting) and size < _FIRST_BATCH:
            size += waiting[near].unread
            near += 1
        rest = waiting[near:]
        if sum(each.unread for each in rest) < _WORTH_WORKERS:
            yield from self._scans_here(waiting)
            return
        yield from self._scans_beside(waiting[:near], _chunks(rest))

    def _scans_beside(
        self, near: list[Waiting], chunks: list[list[Waiting]]
    ) -> Iterator[tuple[Waiting, Scan]]:
        """Read the first files here while other processes start on the rest."""
        from engine.ingest.workers import Workers, worker_count

        tasks = [
            [Task.of(each.found, each.cursor) for each in chunk if each.unread <= _PIECE]
            for chunk in chunks
        ]
        with Workers(tasks, worker_count()) as workers:
            yield from self._scans_here(near)
            for chunk, answers in zip(chunks, workers.answers(), strict=True):
                yield from self._scans_answered(chunk, iter(answers))

    def _scans_answered(
        self, chunk: list[Waiting], answers: Iterator[Answer]
    ) -> Iterator[tuple[Waiting, Scan]]:
        """Yield what a chunk's answers hold; the largest files are read here, in pieces."""
        for each in chunk:
            if each.unread > _PIECE:
                yield from self._scans_here([each])
                continue
            answer = next(answers)
            self._note_refused(each.found.path, answer.refused)
            if answer.scan is not None:
                yield each, answer.scan

    def _scans_here(self, waiting: list[Waiting]) -> Iterator[tuple[Waiting, Scan]]:
        for each in waiting:
            for scan in self.scans(each.found, each.cursor):
                yield each, scan

    def _note_refused(self, path: str, reason: str | None) -> None:
        if reason is None:
            self.refused.pop(path, None)
        else:
            self.refused[path] = reason

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


def _chunks(waiting: list[Waiting]) -> list[list[Waiting]]:
    """Divide files, in order, into chunks of a few megabytes."""
    chunks: list[list[Waiting]] = []
    size, length = _CHUNK, 0
    for each in waiting:
        if size >= _CHUNK or length >= _LONGEST_TASKS:
            chunks.append([])
            size = length = 0
        chunks[-1].append(each)
        size += each.unread
        length += task_size(each.found)
    return chunks


class _Meter:
    """Counts how far a load is, and how long it will take."""

    def __init__(self, waiting: list[Waiting]) -> None:
        self._files_total = len(waiting)
        self._bytes_total = sum(each.unread for each in waiting)
        self._files = self._bytes = self._responses = 0
        self._begun = time.monotonic()
        self._offsets: dict[str, int] = {}

    def note(self, scan: Scan, each: Waiting) -> int:
        """Count a scan; return the bytes that it read."""
        path = each.found.path
        before = self._offsets.get(path, each.cursor.offset if each.cursor else 0)
        read = max(scan.cursor.offset - before, 0)
        self._offsets[path] = scan.cursor.offset
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
