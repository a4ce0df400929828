"""What is new in a file of another agent's store.

A file of lines is read on from its cursor, a document and a database whenever they have
changed; what an agent tells of one of them is a `Scan`, as of a transcript.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from typing import BinaryIO

from msgspec import DecodeError
from msgspec.structs import replace

from engine.agents.base import Agent, Lines, Place, Told, UnknownStore, Unreadable
from engine.agents.opened import open_read_only
from engine.domain.files import open_regular
from engine.domain.long_lines import PIECE, TOO_LONG, LongLine, look_through
from engine.domain.responses import merge, response_id
from engine.domain.scans import Cursor, Found, Problem, Root, Scan, WindowUse
from engine.domain.scans import Place as Where
from engine.domain.times import DAY
from engine.ingest.pointers import LONGEST, pointer_in
from engine.ingest.store_files import Stored
from engine.ingest.tail import NOTHING_READ, fingerprint
from engine.ingest.told_lines import MOST_PROBLEMS

_KEPT_USES = 8 * DAY
"""What was said of a window longer ago tells nothing of one that is running."""

_LARGEST_DOCUMENT = 512 << 20

_BLANK = b"\xef\xbb\xbf\x00 \t\r\n"

_RECORDS = ((b"{", b"}"), (b"[", b"]"))
"""How a line begins and ends that is a JSON record."""


class StoreUnreadable(OSError):
    """A store that cannot be read now; the text is for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)


def read_store(
    agent: Agent, root: Root, stored: Stored, cursor: Cursor | None, state: bytes, now: int
) -> Scan:
    """Return what is new in a file since its cursor.

    `state` is what reading it gave before. Raises `OSError` where it cannot be read now, with
    the reason as its `strerror`.
    """
    found = stored.found
    told = Told(agent.name)
    place = Place(root.path, found.relative, now)
    if stored.kind == "document":
        scan = _read_document(agent, place, found, state, told)
    else:
        read = _read_lines if stored.kind == "lines" else _read_database
        scan = read(agent, place, found, cursor, state, told)
    scan.withdrawn = {response_id(key) for key in told.withdrawn}
    for key, sighting in told.standing():
        id_ = response_id(key)
        known = scan.sightings.get(id_)
        scan.sightings[id_] = merge(known, sighting) if known else sighting
    scan.workplaces = told.workplaces
    scan.problems += [Problem(where, reason) for where, reason in told.problems]
    del scan.problems[MOST_PROBLEMS:]
    scan.cursor = replace(scan.cursor, bad=scan.cursor.bad + len(told.problems))
    scan.uses = _newest_uses(told, now)
    return scan


def _newest_uses(told: Told, now: int) -> list[WindowUse]:
    """Return what was said lately of windows, each share of each once: when it was said first."""
    kept: dict[tuple[object, ...], WindowUse] = {}
    for use in told.uses:
        if use.time >= now - _KEPT_USES:
            kept.setdefault((use.window, use.resets_at, use.percent, use.plan), use)
    return list(kept.values())


def _begun(found: Found, state: bytes, *, is_anew: bool) -> Scan:
    cursor = Cursor(found.device, found.inode, found.size, found.mtime, 0, 0, 0, 0)
    where = Where(found.relative, "", "")
    return Scan(where, cursor, {}, [], is_anew, True, state=state)


def _read_document(agent: Agent, place: Place, found: Found, state: bytes, told: Told) -> Scan:
    """Read a whole file; one that is being written comes again when it has changed.

    Its state holds for whatever file is at its place: writers put a new one there.
    """
    if found.size > _LARGEST_DOCUMENT:
        raise StoreUnreadable("it is larger than 512 MB")
    with open_regular(found.path) as file:
        data = file.read()
    pointer = pointer_in(data) if len(data) < LONGEST else None
    try:
        if pointer is not None:
            raise Unreadable(pointer)
        state = agent.document(data, place, state, told)
    except (Unreadable, DecodeError, ValueError, RecursionError) as error:
        told.problem(0, _said(error))
    scan = _begun(found, state, is_anew=True)
    records = len(told.sightings) + len(told.problems)
    scan.cursor = replace(scan.cursor, offset=len(data), lines=records)
    return scan


def _read_database(
    agent: Agent, place: Place, found: Found, cursor: Cursor | None, state: bytes, told: Told
) -> Scan:
    """Ask a database for what is new; one that was replaced is read anew.

    Of counts that only grow it stays known what they were: what was booked is booked.
    """
    if not found.size:
        raise StoreUnreadable("it is empty: its agent has written nothing to it yet")
    if found.size < LONGEST and (pointer := _pointer_at(found.path)) is not None:
        raise StoreUnreadable(pointer)
    is_same = cursor is not None and (cursor.device, cursor.inode) == (found.device, found.inode)
    try:
        with closing(open_read_only(found.path)) as connection:
            keeps = is_same or agent.is_cumulative
            state = agent.database(connection, place, state if keeps else b"", told)
    except UnknownStore as error:
        raise StoreUnreadable(str(error).rstrip(".")) from error
    except sqlite3.Error as error:
        raise StoreUnreadable(_of_sqlite(error, found.path)) from error
    scan = _begun(found, state, is_anew=not is_same)
    before = cursor.lines if cursor is not None and is_same else 0
    scan.cursor = replace(scan.cursor, lines=before + len(told.sightings))
    return scan


def _of_sqlite(error: sqlite3.Error, path: str) -> str:
    """Return why SQLite refused a database, in words."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another program has locked it; it is read as soon as that is done"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return "it is damaged, or no database"
    if code == sqlite3.SQLITE_CANTOPEN and not os.access(path, os.R_OK):
        return os.strerror(errno.EACCES)
    if code == sqlite3.SQLITE_ERROR:
        return f"its tables are not as ccmon knows them, it may be of an unknown version ({error})"
    return f"SQLite refused it ({error})"


def _read_lines(
    agent: Agent, place: Place, found: Found, cursor: Cursor | None, state: bytes, told: Told
) -> Scan:
    """Read finished lines on from the cursor, or from the start of a file that was rewritten."""
    with open_regular(found.path, 1 << 20) as file:
        start = cursor.offset if cursor is not None else 0
        if cursor is not None and (
            found.size < start or fingerprint(file, start) != cursor.fingerprint
        ):
            start = 0
        before = cursor if cursor is not None and start else NOTHING_READ
        scan = _begun(found, b"", is_anew=start == 0)
        lines = agent.lines(place, state if start else b"", told)
        if start == 0 and found.size < LONGEST and (pointer := pointer_in(file.read(LONGEST))):
            scan.state = lines.state()
            scan.cursor = _of_pointer(file, scan.cursor)
            scan.problems = [Problem(0, pointer)]
            return scan
        file.seek(start)
        offset, count, rest = _feed(file, start, agent, lines, told)
        scan.state = lines.state()
        _feed_unfinished(rest, offset, lines, told)
        scan.cursor = replace(
            scan.cursor,
            offset=offset,
            fingerprint=fingerprint(file, offset),
            lines=before.lines + count,
            bad=before.bad,
        )
    return scan


def _pointer_at(path: str) -> str | None:
    with open_regular(path) as file:
        return pointer_in(file.read(LONGEST))


def _of_pointer(file: BinaryIO, cursor: Cursor) -> Cursor:
    """Return the cursor after a pointer, all of whose lines are bad."""
    file.seek(0)
    data = file.read()
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return replace(
        cursor,
        offset=len(data),
        fingerprint=fingerprint(file, len(data)),
        lines=lines,
        bad=lines,
    )


def _feed(
    file: BinaryIO, start: int, agent: Agent, lines: Lines, told: Told
) -> tuple[int, int, bytes]:
    """Hand finished lines over; return where the first unfinished one begins, how many, and it.

    Of a long one nothing is returned that cannot be whole but for its end.
    """
    offset, count = start, 0
    while line := file.readline(PIECE):
        size = len(line)
        if line[-1:] != b"\n":
            if size < PIECE:
                return offset, count, line
            long = look_through(file, offset, b"{")
            size, line = long.size, _read_long(file, long)
            if long.is_too_long:
                told.problem(offset, TOO_LONG)
            elif not long.is_finished:
                return offset, count, line
            file.seek(long.end)
        if len(line) > 2:
            _hand_over(line, offset, agent, lines, told)
        offset += size
        count += 1
    return offset, count, b""


def _read_long(file: BinaryIO, long: LongLine) -> bytes:
    """Return a long line that may be whole, else nothing."""
    is_whole = long.is_finished or long.ending.rstrip(_BLANK).endswith(b"}")
    return long.read(file) if is_whole and not long.is_too_long else b""


def _hand_over(line: bytes, offset: int, agent: Agent, lines: Lines, told: Told) -> None:
    """Hand a line over; one that is not a record, which its agent may pass over, is told too."""
    known = len(told.problems)
    try:
        lines.read(line, offset)
    except (Unreadable, DecodeError, ValueError, RecursionError) as error:
        told.problem(offset, _said(error))
    if agent.has_records and len(told.problems) == known:
        ends = line.strip(_BLANK)
        if ends and (ends[:1], ends[-1:]) not in _RECORDS:
            told.problem(offset, "a broken record" if ends[:1] == b"{" else "not a JSON object")


def _feed_unfinished(line: bytes, offset: int, lines: Lines, told: Told) -> None:
    """Hand over a last line that is whole but for its end; it is read again when it has one."""
    if not line.rstrip(_BLANK).endswith(b"}"):
        return
    known = len(told.problems)
    with suppress(Unreadable, DecodeError, ValueError, RecursionError):
        lines.read(line, offset)
    del told.problems[known:]


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, Unreadable) else "a broken record"
