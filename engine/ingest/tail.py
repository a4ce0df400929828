"""Reads what is new in one transcript since its cursor, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from io import BufferedReader
from typing import TYPE_CHECKING, BinaryIO

from msgspec import DecodeError

from engine.agents.claude import transcripts
from engine.agents.claude.transcripts import Keyed, Unreadable
from engine.domain.digest import blake2b
from engine.domain.files import open_regular
from engine.domain.hits import MARK
from engine.domain.responses import Sighting, merge, response_id
from engine.domain.scans import Cursor, Found, Problem, Scan, is_new
from engine.domain.times import open_zone
from engine.domain.workplaces import MAIN, SIDE, note, workplace
from engine.ingest.finished_lines import Taken, read_lines
from engine.ingest.pointers import LONGEST, pointer_in
from engine.ingest.usual_lines import UsualLines
from engine.native import native_chunk

if TYPE_CHECKING:
    from engine.native.scanner import Chunk

_BUFFER = 1 << 17
_FINGERPRINTED = 512
"""So many bytes before the offset tell whether a file is still the one that was read."""
MOST_PROBLEMS = 100
"""So many unreadable lines of one file are kept with their places; all are counted."""


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
        place = transcripts.place_of(found.relative)
        is_anew = start == 0
        scan = Scan(place, NOTHING_READ, {}, [], is_anew, True)
        seen: _Seen = {}
        take = partial(_read_one, scan=scan, seen=seen, zone=self._zone)
        taken = Taken(0, 0, start)
        if self._usual is not None:
            taken = self._usual.read(file, start, start + most, scan, take, into)
        (lines, bad, offset), rest = read_lines(file, taken, start + most, scan, take)
        if rest is not None:
            if rest.line is not None:
                _read_unfinished(rest.line, offset, scan, seen, self._zone)
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


_Seen = dict[str, Sighting]
"""Sightings by what names their response."""
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


def _read_one(
    line: bytes, offset: int, scan: Scan, seen: _Seen, zone: Callable[[], tzinfo]
) -> bool:
    """Take what one line tells; return whether all of it could be read.

    A line that the strict reader takes tells of a response or of a hit, never of both.
    """
    reason: str | None = None
    try:
        sightings, cwd = transcripts.read_line(line, offset, scan.place)
        _add(sightings, cwd, scan, seen)
        if not sightings:
            _add_hits(line, offset, scan, zone)
    except Unreadable as error:
        reason = str(error)
        _add_hits(line, offset, scan, zone)
    except (DecodeError, ValueError, RecursionError):
        said, reason = transcripts.read_patiently(line, offset, scan.place)
        for sightings, cwd in said:
            _add(sightings, cwd, scan, seen)
        _add_hits(line, offset, scan, zone)
    if reason is not None and len(scan.problems) < MOST_PROBLEMS:
        scan.problems.append(Problem(offset, reason))
    return reason is None


def _add(sightings: list[Keyed], cwd: str | None, scan: Scan, seen: _Seen) -> None:
    for key, sighting in sightings:
        known = seen.get(key)
        seen[key] = sighting if known is None else merge(known, sighting)
    if sightings:
        _note_workplace(sightings, cwd, scan)


def _note_workplace(sightings: list[Keyed], cwd: str | None, scan: Scan) -> None:
    """Note where a line's session works.

    Nearly always the session's first line has told what holds.
    """
    sighting, place = sightings[0][1], scan.place
    known, side = scan.workplaces.get(sighting.session), sighting.is_sidechain
    if known is not None and known.rank == (SIDE if side else MAIN) and known.time < sighting.time:
        return
    is_empty = not any(each.total or each.recorded for _, each in sightings)
    told = workplace(cwd, place.project, sighting.time, is_sidechain=side, is_empty=is_empty)
    note(scan.workplaces, {sighting.session: told})


def _add_hits(line: bytes, offset: int, scan: Scan, zone: Callable[[], tzinfo]) -> None:
    if len(line) > transcripts.MOST_PATIENCE or MARK not in line:
        return
    from engine.agents.claude.limit_messages import hits_in

    place = scan.place
    scan.hits += hits_in(line, offset, place.path, place.session, zone)


def _read_unfinished(
    tail: bytes, offset: int, scan: Scan, seen: _Seen, zone: Callable[[], tzinfo]
) -> None:
    """Count a last line that is whole but for its newline; leave the cursor before it."""
    if not tail.rstrip(b" \t\r").endswith(b"}") or b'"usage"' not in tail:
        return
    try:
        said = [transcripts.read_line(tail, offset, scan.place)]
    except Unreadable:
        return
    except (DecodeError, ValueError, RecursionError):
        said, reason = transcripts.read_patiently(tail, offset, scan.place)
        if reason is not None:
            return
    for sightings, cwd in said:
        _add(sightings, cwd, scan, seen)
    if not any(sightings for sightings, _ in said):
        _add_hits(tail, offset, scan, zone)
