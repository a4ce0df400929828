"""Takes a transcript's usual lines natively (`engine.native`), and has all others read as ever."""

from __future__ import annotations

from collections.abc import Iterable
from io import BufferedReader
from typing import TYPE_CHECKING

from engine.agents.claude.signs import KEY
from engine.domain.long_lines import PIECE, look_through
from engine.domain.packed_responses import PackedModel, PackedNames, records_in, sighting_of
from engine.domain.responses import Sighting
from engine.domain.scans import Scan
from engine.domain.workplaces import note, workplace
from engine.ingest.finished_lines import Take, Taken, is_awaited, pass_long

if TYPE_CHECKING:
    from engine.native.scanner import Chunk, Place


class UsualLines:
    """Reads pieces of transcripts, one after the other, into the same memory."""

    def __init__(self, chunk: type[Chunk], piece: int = PIECE) -> None:
        """`chunk` is what reads natively, `piece` how many bytes at once."""
        self._chunk = chunk
        self._memory = memoryview(bytearray(piece))

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

        What is read natively goes `into` a chunk, else to the scan. A line longer than a piece
        is none of the usual ones.
        """
        chunk = self._chunk() if into is None else into
        taken, memory = Taken(0, 0, start), self._memory
        while taken.offset < end:
            wanted = min(len(memory), end - taken.offset)
            file.seek(taken.offset)
            data = memory[: file.readinto(memory[:wanted]) or 0]
            finished, read, odd, places = chunk.read(data, scan.place.session, scan.place.project)
            bad = sum(not take(bytes(data[at : at + size]), taken.offset + at) for at, size in odd)
            _note(scan, places)
            taken = Taken(taken.lines + finished, taken.bad + bad, taken.offset + read)
            if len(data) < len(memory):
                break
            if not read:
                long = look_through(file, taken.offset, KEY)
                if is_awaited(long):
                    break
                taken = pass_long(file, taken, long, scan, take)
        if into is None:
            scan.sightings = sightings_of(chunk)
        return taken


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
