"""One writer's files in a directory: each written once and whole, the small ones merged."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path

from engine.domain.files import open_regular, replace
from engine.domain.machines import OWN, Machine
from engine.machines.share_files import (
    LONGEST_HEADER,
    MOST_ROWS,
    BadShare,
    Header,
    Shared,
    header_of,
    merged,
    named,
    packed,
    unpacked,
)


def read_header(path: str) -> Header:
    """Return what a file's first line says; raises `BadShare` and `OSError`."""
    with open_regular(path) as file:
        return header_of(file.readline(LONGEST_HEADER))


def read_shared(path: str, place: int) -> tuple[Header, Shared]:
    """Return all that a file tells, of the machine at a place; raises `BadShare`, `OSError`."""
    with open_regular(path) as file:
        header = header_of(file.readline(LONGEST_HEADER))
        return header, unpacked(header, file.read(header.size + 1), place)


Files = dict[str, tuple[int, int]]
"""Size and time of change (nanoseconds) of files, by name."""


class ShareFolder:
    """Writes the files of one machine, agent and ledger.

    A file never changes. What is new goes into another one that takes the place of those last
    written which hold no more than twice as much: so there are few, each response is written a
    few times in all, and whoever copies the directory copies little.
    """

    def __init__(self, directory: Path, machine: Machine, agent: str, writer: str) -> None:
        self._directory = directory
        self._machine = machine
        self._agent = agent
        self._writer = writer

    def own_names(self) -> list[str]:
        """Return the names of the files that are there, the first written first."""
        with suppress(OSError):
            return sorted(name for name in os.listdir(self._directory) if self._is_own(name))
        return []

    def seen(self, files: Files) -> Files | None:
        """Return files as they are now where all are as they were written, else `None`.

        What bears another time is read to the end: a program that syncs may have brought back
        something else, or only part of it.
        """
        found: Files = {}
        for name, mark in files.items():
            path = self._directory / name
            try:
                found[name] = _mark_of(path)
                if found[name] != mark:
                    read_shared(str(path), OWN)
            except (BadShare, OSError):
                return None
        return found

    def add(self, news: Shared, files: Files, now: int) -> Files:
        """Write what is new beside files written before; return all that then hold everything.

        Those that it takes the place of are left to `clear`. Raises `OSError`.
        """
        kept = dict(files)
        parts = [news]
        rows = len(news.responses)
        for name in sorted(files, reverse=True):
            try:
                header, part = read_shared(str(self._directory / name), OWN)
            except (BadShare, OSError):
                break
            if header.rows > 2 * rows or header.rows + rows > MOST_ROWS:
                break
            parts.append(part)
            rows += header.rows
            del kept[name]
        for part in _in_parts(merged(reversed(parts))):
            last = max((int(name.split(".")[3]) for name in (*files, *kept)), default=0)
            header, data = packed(
                part, self._machine, self._agent, self._writer, max(now, last + 1)
            )
            self._put(header.file_name, data)
            kept[header.file_name] = _mark_of(self._directory / header.file_name)
        return kept

    def clear(self, files: Container[str]) -> None:
        """Delete the writer's files but some: others hold all that they held."""
        for name in self.own_names():
            if name not in files:
                with suppress(OSError):
                    os.unlink(self._directory / name)

    def _put(self, name: str, data: bytes) -> None:
        """Put a file in its place in one step, readable as the directory's others."""
        draft = self._directory / f".{name}.draft"
        try:
            with open(draft, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            replace(draft, self._directory / name)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise

    def _is_own(self, name: str) -> bool:
        found = named(name)
        return found is not None and found.groups()[:3] == (
            self._machine.id,
            self._writer,
            self._agent,
        )


def _mark_of(path: Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns


def _in_parts(shared: Shared) -> Iterable[Shared]:
    """Yield what is to be written in files of no more than so many rows, at least one."""
    ids = sorted(shared.responses, key=lambda id_: shared.responses[id_].time)
    first = Shared({}, shared.workplaces, shared.withdrawn)
    for start in range(0, max(len(ids), 1), MOST_ROWS):
        part = first if start == 0 else Shared({}, {})
        part.responses = {id_: shared.responses[id_] for id_ in ids[start : start + MOST_ROWS]}
        yield part
