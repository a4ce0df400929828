"""Reads many files, newest first, in batches that a ledger takes one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from engine.agents.base import Kind
from engine.domain.packed_responses import Pack
from engine.domain.scans import Cursor, Found, Root, Scan
from engine.domain.snapshots import Progress
from engine.ingest.chunk_reader import ChunkAnswer, FileAnswer, Task
from engine.ingest.packer import Packer
from engine.pricing.table import PriceTable

_FIRST_BATCH = 4 << 20
"""The first batch is small: it holds the active window."""
_BATCH = 192 << 20
_MOST_RESPONSES = 25_000
"""A later batch ends with so many bytes, or responses that are not packed: fewer cost more, more
need memory."""
_WORTH_WORKERS = 48 << 20
"""With less than this to read, starting processes takes longer than it saves."""
_CHUNK = 8 << 20
LONGEST_STATE = 4_000
"""Bytes of what reading a store's file on needs to know; with more it is read here."""
_LONGEST_TASKS = 48_000
"""Bytes of tasks in a chunk: a pipe holds them all while an answer is being written."""


class Waiting(Struct, frozen=True):
    """A file that may hold something unread."""

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
    """Scans to be booked together, by root, with the packs of what they gave."""

    scans: dict[Root, list[Scan]]
    progress: Progress
    packs: dict[Root, list[Pack]] = {}


class _Part(Struct):
    """What was read of some files of one root together."""

    root: Root
    scans: list[tuple[Waiting, Scan]]
    packs: list[Pack] = []


class Source(Protocol):
    """Knows how files are read of which there may be many."""

    def scans(self, waiting: Waiting) -> Iterator[Scan]:
        """Yield what is unread in a file, in pieces where it is large."""

    def task(self, waiting: Waiting) -> Task | None:
        """Return what another process is to be asked for, `None` for what is read here."""

    def take(self, waiting: Waiting, answer: FileAnswer) -> None:
        """Note what another process said of a file."""


class Loader:
    """Reads on in all of some files."""

    def __init__(self, source: Source, prices: Callable[[], PriceTable]) -> None:
        """`prices` gives those in force, by which other processes price."""
        self._source = source
        self._prices = prices

    def batches(
        self, waiting: list[Waiting], is_stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Batch]:
        """Yield what is new, the files written last first."""
        meter = _Meter(waiting)
        batch = Batch({}, meter.progress())
        pending, responses, most = 0, 0, _FIRST_BATCH
        newest_first = sorted(waiting, key=lambda each: -each.found.mtime)
        for part in self._parts_of(newest_first):
            batch.scans.setdefault(part.root, []).extend(scan for _, scan in part.scans)
            batch.packs.setdefault(part.root, []).extend(part.packs)
            for each, scan in part.scans:
                pending += meter.note(scan, each)
                responses += len(scan.sightings)
            if pending >= most or responses >= _MOST_RESPONSES:
                batch.progress = meter.progress()
                yield batch
                batch = Batch({}, batch.progress)
                pending, responses, most = 0, 0, _BATCH
            if is_stopped():
                return
        if batch.scans:
            batch.progress = meter.progress()
            yield batch

    def _parts_of(self, waiting: list[Waiting]) -> Iterator[_Part]:
        """Read the first files here, at once; of much more, the rest in other processes too."""
        near, size = 0, 0
        while near < len(waiting) and size < _FIRST_BATCH:
            size += waiting[near].unread
            near += 1
        rest = waiting[near:]
        if not are_worth_workers(rest):
            yield from self._parts_here(waiting)
            return
        yield from self._parts_beside(waiting[:near], _chunks(rest))

    def _parts_beside(self, near: list[Waiting], chunks: list[list[Waiting]]) -> Iterator[_Part]:
        """Read the first files here while other processes start on the rest."""
        from engine.ingest.workers import Workers, worker_count

        tasks = [[self._source.task(each) for each in chunk] for chunk in chunks]
        asked = [[task for task in chunk if task is not None] for chunk in tasks]
        with Workers(asked, worker_count(), self._prices()) as workers:
            yield from self._parts_here(near)
            for chunk, of_chunk, answer in zip(chunks, tasks, workers.answers(), strict=True):
                here = [each for each, task in zip(chunk, of_chunk, strict=True) if task is None]
                there = [
                    each for each, task in zip(chunk, of_chunk, strict=True) if task is not None
                ]
                yield self._part_answered(chunk[0].root, there, answer)
                yield from self._parts_packed(here)

    def _part_answered(self, root: Root, waiting: list[Waiting], answer: ChunkAnswer) -> _Part:
        """Return what a chunk's answer holds of some files."""
        part = _Part(root, [], answer.packs)
        for each, file in zip(waiting, answer.files, strict=True):
            self._source.take(each, file)
            if file.scan is not None:
                part.scans.append((each, file.scan))
        return part

    def _parts_packed(self, waiting: list[Waiting]) -> Iterator[_Part]:
        """Read files here and pack them: those that are too large for another process."""
        for piece in self._parts_here(waiting):
            packer = Packer(self._prices())
            for _, scan in piece.scans:
                before = len(packer)
                scan.sightings = packer.add(scan.sightings)
                scan.packed = len(packer) - before
            piece.packs = [packer.pack()]
            yield piece

    def _parts_here(self, waiting: list[Waiting]) -> Iterator[_Part]:
        for each in waiting:
            for scan in self._source.scans(each):
                yield _Part(each.root, [(each, scan)])


def are_worth_workers(waiting: list[Waiting]) -> bool:
    """Say whether other processes save more time with some files than they take to start."""
    return sum(each.unread for each in waiting) >= _WORTH_WORKERS


def _chunks(waiting: list[Waiting]) -> list[list[Waiting]]:
    """Divide files, in order, into chunks of a few megabytes, each of one root."""
    chunks: list[list[Waiting]] = []
    size, length = _CHUNK, 0
    for each in waiting:
        is_full = size >= _CHUNK or length >= _LONGEST_TASKS
        if is_full or chunks[-1][0].root != each.root:
            chunks.append([])
            size = length = 0
        chunks[-1].append(each)
        size += each.unread
        length += _task_size(each)
    return chunks


def _task_size(waiting: Waiting) -> int:
    """Return about how many bytes the task of a file is, rather more than fewer."""
    found, size = waiting.found, 200
    if waiting.kind is not None:
        size += 200 + 3 * len(waiting.root.path) + (LONGEST_STATE if waiting.cursor else 0)
    return size + 3 * (len(found.path) + len(found.relative))


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
        self._responses += scan.responses
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
