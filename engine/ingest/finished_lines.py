"""Reads the finished lines of a transcript, of any length, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedReader
from typing import NamedTuple

from engine.agents.claude.signs import KEY, MOST_PATIENCE, is_worth_reading
from engine.domain.long_lines import PIECE, TOO_LONG, LongLine, look_through
from engine.domain.scans import Problem, Scan

Take = Callable[[bytes, int], bool]
"""Reads a line that begins at a byte, and says whether all of it could be read."""


class Taken(NamedTuple):
    """How far a transcript is read."""

    lines: int
    """Finished ones."""
    bad: int
    """Those that could not be read."""
    offset: int
    """Where the first line begins that was not taken."""


class Rest(NamedTuple):
    """A last line without its end."""

    size: int
    line: bytes | None
    """The line, unless it cannot be whole but for its end."""


def read_lines(
    file: BufferedReader, taken: Taken, end: int, scan: Scan, take: Take
) -> tuple[Taken, Rest | None]:
    """Read further lines, up to the one that passes a byte; return how far, and what is left."""
    if taken.offset >= end:
        scan.is_finished = False
        return taken, None
    lines, bad, offset = taken
    file.seek(offset)
    for line in _pieces(file, offset):
        if line[-1:] == b"\n":
            if is_worth_reading(line) and not take(line, offset):
                bad += 1
            lines += 1
            offset += len(line)
        elif len(line) < PIECE:
            return Taken(lines, bad, offset), Rest(len(line), line)
        else:
            long = look_through(file, offset, KEY)
            if is_awaited(long):
                return Taken(lines, bad, offset), _rest_of(file, long)
            lines, bad, offset = pass_long(file, Taken(lines, bad, offset), long, scan, take)
            file.seek(offset)
        if offset >= end:
            scan.is_finished = False
            break
    return Taken(lines, bad, offset), None


def is_awaited(long: LongLine) -> bool:
    """Say whether the end of a long line is waited for."""
    return not long.is_finished and not long.is_too_long


def pass_long(file: BufferedReader, taken: Taken, long: LongLine, scan: Scan, take: Take) -> Taken:
    """Take a long line, as far as it may tell of a response or is damaged; return how far.

    Of one that is too long its end is read, behind which a whole record may have been written.
    """
    is_read = True
    if long.is_too_long and _is_worth_reading(long):
        known = len(scan.problems)
        if long.has_sign:
            take(long.read(file, MOST_PATIENCE), long.offset)
        scan.problems[known:] = [Problem(long.offset, TOO_LONG)]
        is_read = False
    elif _is_worth_reading(long):
        is_read = take(long.read(file), long.offset)
    return Taken(taken.lines + long.is_finished, taken.bad + (not is_read), long.end)


def _is_worth_reading(long: LongLine) -> bool:
    return long.has_sign or is_worth_reading(long.head + long.ending)


def _rest_of(file: BufferedReader, long: LongLine) -> Rest:
    """Return an unfinished line, itself only where it may be whole but for its newline."""
    may_be_whole = long.has_sign and long.ending.rstrip(b" \t\r").endswith(b"}")
    return Rest(long.size, long.read(file) if may_be_whole else None)


def _pieces(file: BufferedReader, start: int) -> Iterator[bytes]:
    """Yield lines; where one could be long, none longer than a piece."""
    if os.fstat(file.fileno()).st_size - start < PIECE:
        return file
    return iter(partial(file.readline, PIECE), b"")
