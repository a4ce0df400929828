"""Reads what is new in one transcript since its cursor, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from io import BufferedReader
from typing import TYPE_CHECKING, BinaryIO

from engine.agents.claude.places import place_of
from engine.domain.digest import blake2b
from engine.domain.files import open_regular
from engine.domain.responses import merge, response_id
from engine.domain.scans import Cursor, Found, Problem, Scan, is_new
from engine.domain.times import open_zone
from engine.ingest.finished_lines import Take, Taken, read_lines
from engine.ingest.pointers import LONGEST, pointer_in
from engine.ingest.usual_lines import UsualLines
from engine.native import native_chunk

if TYPE_CHECKING:
    from engine.ingest.told_lines import Seen
    from engine.native.scanner import Chunk

_BUFFER = 1 << 17
_FINGERPRINTED = 512
"""So many bytes before the offset tell whether a file is still the one that was read."""


def system_zone() -> tzinfo:
    """Return the zone in which Claude Code writes clock times here."""
    return open_zone(None, os.environ)[1]


class Tail:
    """Reads on in transcripts; remembers where unfinished lines were looked at.

    `zone` is asked for the zone of the clock times that a message writes without one, and
    `environment` says whether usual lines are read natively, where they can be.
    """

    def __init__(
        self,
        zone: Callable[[], tzinfo] = system_zone,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._zone = zone
        self._unfinished: dict[str, tuple[int, int]] = {}
        chunk = native_chunk(environment)
        self._usual = UsualLines(chunk) if chunk is not None else None

    def read(
        self,
        found: Found,
        cursor: Cursor | None,
        most_bytes: int = 1 << 62,
        into: Chunk | None = None,
    ) -> Scan | None:
        """Return what is new in a file, `None` where nothing is.

        Stops after the line that passes `most_bytes`. What a native reader takes goes `into` a
        chunk, if there is one, in place of the scan. Raises `OSError` where the file cannot be
        read.
        """
        if not is_new(found, cursor):
            return None
        with open_regular(found.path, _BUFFER) as file:
            start = self._start(file, found, cursor)
            if start is None:
                return None
            return self._scan(file, found, cursor, start, most_bytes, into)

    def _start(self, file: BinaryIO, found: Found, cursor: Cursor | None) -> int | None:
        """Return where to read from: the cursor if the file is still the same, else 0."""
        if cursor is None:
            return 0
        size = os.fstat(file.fileno()).st_size
        if size < cursor.offset:
            return 0
        if fingerprint(file, cursor.offset) != cursor.fingerprint:
            return 0
        offset, searched = self._unfinished.get(found.path, (0, 0))
        if offset == cursor.offset < searched <= size:
            file.seek(searched)
            if not _has_newline(file):
                self._unfinished[found.path] = (offset, file.tell())
                return None
        return cursor.offset

    def _scan(
        self,
        file: BufferedReader,
        found: Found,
        cursor: Cursor | None,
        start: int,
        most: int,
        into: Chunk | None,
    ) -> Scan:
        place = place_of(found.relative)
        is_anew = start == 0
        scan = Scan(place, NOTHING_READ, {}, [], is_anew, True)
        seen: Seen = {}
        take = self._taker(scan, seen)
        taken = Taken(0, 0, start)
        if self._usual is not None:
            taken = self._usual.read(file, start, start + most, scan, take, into)
        (lines, bad, offset), rest = read_lines(file, taken, start + most, scan, take)
        if rest is not None:
            if rest.line is not None:
                self._read_unfinished(rest.line, offset, scan, seen)
            if rest.size > _BUFFER:
                self._unfinished[found.path] = (offset, offset + rest.size)
        else:
            self._unfinished.pop(found.path, None)
        if is_anew and bad == lines and scan.problems and offset < LONGEST:
            _note_pointer(file, scan)
        for key, sighting in seen.items():
            id_ = response_id(key)
            known = scan.sightings.get(id_)
            scan.sightings[id_] = sighting if known is None else merge(known, sighting)
        before = cursor if cursor is not None and not is_anew else NOTHING_READ
        end = offset + (rest.size if rest is not None else 0)
        scan.cursor = Cursor(
            device=found.device,
            inode=found.inode,
            size=found.size if scan.is_finished and end >= found.size else end,
            mtime=found.mtime if scan.is_finished else 0,
            offset=offset,
            fingerprint=fingerprint(file, offset),
            lines=before.lines + lines,
            bad=before.bad + bad,
        )
        return scan

    def _read_unfinished(self, line: bytes, offset: int, scan: Scan, seen: Seen) -> None:
        from engine.ingest.told_lines import read_unfinished

        read_unfinished(line, offset, scan, seen, self._zone)

    def _taker(self, scan: Scan, seen: Seen) -> Take:
        """Return what takes a line; it is loaded with the first where few are not usual."""

        def take(line: bytes, offset: int) -> bool:
            from engine.ingest.told_lines import read_one

            return read_one(line, offset, scan, seen, self._zone)

        if self._usual is not None:
            return take
        from engine.ingest.told_lines import read_one

        return partial(read_one, scan=scan, seen=seen, zone=self._zone)


NOTHING_READ = Cursor(0, 0, 0, 0, 0, 0, 0, 0)


def fingerprint(file: BinaryIO, offset: int) -> int:
    """Return a number that stands for the bytes before an offset."""
    begin = max(0, offset - _FINGERPRINTED)
    if hasattr(os, "pread"):
        before = os.pread(file.fileno(), offset - begin, begin)
    else:
        file.seek(begin)
        before = file.read(offset - begin)
    return int.from_bytes(blake2b(before, digest_size=7).digest(), "big")


def _note_pointer(file: BinaryIO, scan: Scan) -> None:
    """Say of a file that only points to another that it does, in place of what its lines are."""
    file.seek(0)
    pointer = pointer_in(file.read(LONGEST))
    if pointer is not None:
        scan.problems = [Problem(0, pointer)]


def _has_newline(file: BinaryIO) -> bool:
    while chunk := file.read(_BUFFER):
        if b"\n" in chunk:
            return True
    return False
