"""Takes a transcript's usual lines natively (`engine.native`), and has all others read as ever."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import BufferedReader
from typing import TYPE_CHECKING

from engine.domain.packed_responses import PackedModel, PackedNames, records_in, sighting_of
from engine.domain.responses import Sighting
from engine.domain.scans import Scan
from engine.domain.workplaces import note, workplace

if TYPE_CHECKING:
    from engine.native.scanner import Chunk, Place

_PIECE = 1 << 20
"""Bytes read at once; more only where a line is longer."""
LONGEST_LINE = 256 << 20
"""A longer line cannot be a transcript's and is passed over."""

Take = Callable[[bytes, int], bool]
"""Reads a line that begins at a byte, and says whether all of it could be read."""
Taken = tuple[int, int, int]
"""Finished lines, the bad ones among them, and where the first begins that was not taken."""


class UsualLines:
    """Reads pieces of transcripts, one after the other, into the same memory."""

    def __init__(self, chunk: type[Chunk], piece: int = _PIECE) -> None:
        """`chunk` is what reads natively, `piece` how many bytes at once."""
        self._chunk = chunk
        self._piece = piece
        self._memory = memoryview(b"")

    def read(
        self,
        file: BufferedReader,
        start: int,
        end: int,
        scan: Scan,
        take: Take,
        into: Chunk | None,
    ) -> Taken:
        """Take the finished lines that end before a byte, each natively or by `take`.

        What is read natively goes `into` a chunk, else to the scan. A line that is longer than
        any can be is left, with all that stands behind it.
        """
        chunk = self._chunk() if into is None else into
        lines = bad = 0
        offset, memory = start, self._memory_for(os.fstat(file.fileno()).st_size - start)
        while offset < end:
            wanted = min(len(memory), end - offset)
            file.seek(offset)
            data = memory[: file.readinto(memory[:wanted])]
            finished, read, odd, places = chunk.read(data, scan.place.session, scan.place.project)
            for at, size in odd:
                bad += not take(bytes(data[at : at + size]), offset + at)
            _note(scan, places)
            lines += finished
            offset += read
            if len(data) < wanted or (not read and not wanted == len(memory) < LONGEST_LINE):
                break
            memory = self._memory if read else memoryview(bytearray(2 * len(memory)))
        if into is None:
            scan.sightings = sightings_of(chunk)
        return lines, bad, offset

    def _memory_for(self, unread: int) -> memoryview:
        """Return memory for a piece, or for more than all that is unread, where that is less."""
        wanted = min(1 << max(unread, 1).bit_length(), self._piece)
        if len(self._memory) < wanted:
            self._memory = memoryview(bytearray(wanted))
        return self._memory


def sightings_of(chunk: Chunk) -> dict[int, Sighting]:
    """Return the responses of a chunk by number, and leave it empty."""
    (_, records), (sessions, projects, models, agents), _ = chunk.pack(None)
    named = [PackedModel(*model, "") for model in models]
    names = PackedNames(sessions, projects, named, agents)
    return {record.id: sighting_of(record, names) for record in records_in(records)}


def _note(scan: Scan, places: Iterable[Place]) -> None:
    """Note where the sessions of the lines that were taken work."""
    for session, is_sidechain, cwd, time in places:
        told = workplace(_text(cwd), scan.place.project, time, is_sidechain=is_sidechain)
        note(scan.workplaces, {session: told})


def _text(written: bytes) -> str:
    """Return a text that JSON writes so between its quotes."""
    if b"\\" not in written:
        return written.decode()
    from engine.agents.claude.lines import loads

    return str(loads(b'"%b"' % written))
