"""Lines too long to be read as the others are: looked through piece by piece, held once at most.

A pasted picture makes a line of some megabytes, a program that never ends its line one of any
length. What such a line is, is found without holding it; only one that may tell something, and
is no longer than `LONGEST_LINE`, is read whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

PIECE = 1 << 20
"""Bytes read at once; a line that is longer is a long one."""
LONGEST_LINE = 256 << 20
"""A longer line cannot be an agent's: it is passed over, and said to be unreadable."""
TOO_LONG = "a line of more than 256 MB"
_HEAD, _ENDING = 1_024, 64
"""Bytes of a line's ends that tell what it is."""


class LongLine(Struct):
    """What is known of a long line without holding it."""

    offset: int
    size: int = 0
    """With its newline; as far as the file goes where the line is unfinished."""
    is_finished: bool = False
    has_sign: bool = False
    """Whether the bytes that were looked for stand in it."""
    head: bytes = b""
    ending: bytes = b""

    @property
    def end(self) -> int:
        """Where the line behind it begins."""
        return self.offset + self.size

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than any line that is read."""
        return self.size > LONGEST_LINE

    def read(self, file: BinaryIO, most: int = LONGEST_LINE) -> bytes:
        """Return the line, or so many bytes of its end."""
        size = min(self.size, most)
        file.seek(self.end - size)
        return file.read(size)


def look_through(file: BinaryIO, offset: int, sign: bytes) -> LongLine:
    """Look through the line that begins at a byte, for its end and for a sign in it."""
    file.seek(offset)
    line, before = LongLine(offset), b""
    while not line.is_finished and (piece := file.read(PIECE)):
        end = piece.find(b"\n") + 1
        piece = piece[:end] if end else piece
        line.is_finished = end > 0
        line.has_sign = line.has_sign or sign in piece or sign in before + piece[: len(sign)]
        line.head = line.head or piece[:_HEAD]
        line.size += len(piece)
        line.ending = (line.ending + piece[-_ENDING:])[-_ENDING:]
        before = line.ending[1 - len(sign) :]
    return line


def finished_lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the finished lines from where a file stands on, each with its size.

    Of a line that is too long nothing is held or yielded but its size.
    """
    offset = file.tell()
    while line := file.readline(PIECE):
        size = len(line)
        if line[-1:] != b"\n":
            long = look_through(file, offset, b"\n")
            if not long.is_finished:
                return
            line, size = b"" if long.is_too_long else long.read(file), long.size
            file.seek(long.end)
        yield line, size
        offset += size
