"""Reads a chunk of files whole, and packs what they hold: what other processes do too."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from engine.agents.base import Kind
from engine.domain.packed_responses import Pack
from engine.domain.scans import Cursor, Found, Root, Scan
from engine.ingest.packer import Packer
from engine.ingest.tail import Tail, system_zone
from engine.native import native_chunk
from engine.pricing.price import ModelPrice
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.ingest.native_packer import NativePacker


class InStore(Struct, array_like=True):
    """What reading a file of another agent's store needs to know beside."""

    root: Root
    kind: Kind
    state: bytes
    """What reading it before gave."""
    now: int


class Task(Struct, array_like=True):
    """A file to read on in; the path as bytes, since a name need be no text."""

    path: bytes
    found: Found
    cursor: Cursor | None
    store: InStore | None = None
    """`None` for a transcript of Claude Code."""

    @classmethod
    def of(cls, found: Found, cursor: Cursor | None, store: InStore | None = None) -> Task:
        """Return the task to read on in a file."""
        return cls(os.fsencode(found.path), replace(found, path=""), cursor, store)


class FileAnswer(Struct, array_like=True):
    """What a file held, `None` for nothing new; or why it could not be read."""

    scan: Scan | None
    refused: str | None = None


class ChunkAnswer(Struct, array_like=True):
    """What the files of a chunk held, in their order; their responses are in the packs."""

    files: list[FileAnswer]
    packs: list[Pack]


class PricesInForce(Struct, array_like=True):
    """What a process needs to know to price as another does."""

    refreshed: bytes | None
    given: Mapping[str, ModelPrice]

    @classmethod
    def of(cls, table: PriceTable) -> PricesInForce:
        """Return what makes a table of the same prices."""
        refreshed = None if table.refreshed is None else os.fsencode(table.refreshed)
        return cls(refreshed, dict(table.given))

    def table(self) -> PriceTable:
        """Return the table."""
        path = None if self.refreshed is None else Path(os.fsdecode(self.refreshed))
        return PriceTable.load(path, self.given)


class ChunkReader:
    """Reads chunks of files, each of one root, and prices what they hold."""

    def __init__(self, prices: PriceTable, zone: Callable[[], tzinfo] = system_zone) -> None:
        """Price by a table; `zone` is that of clock times a message writes without one."""
        self._prices = prices
        self._tail = Tail(zone)
        self._chunk = native_chunk(os.environ)

    def read(self, tasks: list[Task]) -> ChunkAnswer:
        """Read files to their ends."""
        packer = self._packer()
        answers = [self._read(task, packer) for task in tasks]
        return ChunkAnswer(answers, [packer.pack()])

    def _packer(self) -> Packer | NativePacker:
        if self._chunk is None:
            return Packer(self._prices)
        from engine.ingest.native_packer import NativePacker

        return NativePacker(self._prices, self._chunk())

    def _read(self, task: Task, packer: Packer | NativePacker) -> FileAnswer:
        found = replace(task.found, path=os.fsdecode(task.path))
        before = len(packer)
        try:
            if task.store is None:
                scan = self._tail.read(found, task.cursor, into=packer.chunk)
            else:
                scan = _read_store(found, task.cursor, task.store)
        except FileNotFoundError:
            return FileAnswer(None)
        except OSError as error:
            return FileAnswer(None, refused=error.strerror or "could not be read")
        # What was withdrawn is booked in order, which packs have not.
        if scan is not None and not scan.withdrawn:
            scan.sightings = packer.add(scan.sightings)
            scan.packed = len(packer) - before
        return FileAnswer(scan)


def _read_store(found: Found, cursor: Cursor | None, store: InStore) -> Scan:
    from engine.agents.registry import own_agent
    from engine.ingest.store_files import Stored
    from engine.ingest.store_scans import read_store

    agent = own_agent(store.root.agent)
    stored = Stored(found, store.kind)
    return read_store(agent, store.root, stored, cursor, store.state, store.now)
