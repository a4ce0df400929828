"""Answers that are given again while nothing has changed: made once, however many ask."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from engine.monitor import Monitor

_MOST_KEPT = 256
_MOST_BYTES = 32 << 20
_MOST_AT_ONCE = 4
_WORTH_ZIPPING = 1_000
_LOOKED_AT = 0.2
"""Seconds between looks at the ledger's revision, which other processes move too."""


RestsOn = Literal["ledger", "memory", "both"]
"""What an answer is made of, beside the clock: sums of the ledger, what a snapshot has, or both."""

_Stamp = tuple[int, int, int]


class Kept(NamedTuple):
    """One answer, as it is sent."""

    stamp: _Stamp
    body: bytes
    zipped: bytes | None
    """The same with gzip, where that is shorter."""
    tag: str
    """Names what is said; equal answers have equal ones."""

    @property
    def size(self) -> int:
        """Return the bytes that it takes."""
        return len(self.body) + len(self.zipped or b"")


class KeptAnswers:
    """Answers by what was asked, each kept while its stamp holds.

    A stamp is the ledger's revision, how often a change was told, and the clock in
    steps of the time that the answer lasts; 0 stands for what an answer does not rest on. So what
    is made of memory alone never waits for the ledger, and a title that was learnt makes no sum
    anew.
    """

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._making: dict[str, asyncio.Task[Kept]] = {}
        self._turns = asyncio.Semaphore(_MOST_AT_ONCE)
        self._revision = (-1.0, -1, 0)
        """When and after how many changes the ledger's revision was looked at, and what it was."""
        self._looking: tuple[int, asyncio.Task[int]] | None = None
        self.changes = 0
        """How often something was told to have changed."""

    def note_change(self) -> None:
        """Say that something has changed: the monitor tells so, or a request has changed it."""
        self.changes += 1

    async def get(
        self, asked: str, lasts: int, make: Callable[[], bytes], rests_on: RestsOn = "both"
    ) -> Kept:
        """Return the answer to what is asked; `make` makes it, in a thread of its own.

        Who asks the same while it is made waits for the same one.
        """
        stamp = await self._stamp(lasts, rests_on)
        kept = self._kept.get(asked)
        if kept is not None and kept.stamp == stamp:
            self._kept.move_to_end(asked)
            return kept
        name = f"{asked} {stamp}"
        task = self._making.get(name)
        if task is None:
            task = asyncio.create_task(self._make(asked, stamp, make))
            self._making[name] = task
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(task)

    async def _stamp(self, lasts: int, rests_on: RestsOn) -> _Stamp:
        revision = 0 if rests_on == "memory" else await self._ledger_revision()
        changes = 0 if rests_on == "ledger" else self.changes
        return revision, changes, self._monitor.settings.clock() // lasts

    async def _ledger_revision(self) -> int:
        """Return the revision, looked at after each change that was told, and now and then.

        Who asks after a change waits for that look; one now and then lets all others go on.
        """
        looked, changes, revision = self._revision
        if changes == self.changes:
            if time.monotonic() - looked <= _LOOKED_AT:
                return revision
            self._revision = (time.monotonic(), changes, revision)
            return await self._look()
        if self._looking is None or self._looking[0] != self.changes:
            self._looking = (self.changes, asyncio.create_task(self._look()))
        return await asyncio.shield(self._looking[1])

    async def _look(self) -> int:
        begun, changes = time.monotonic(), self.changes
        revision = await asyncio.to_thread(self._monitor.ledger_revision)
        self._revision = (begun, changes, revision)
        return revision

    async def _make(self, asked: str, stamp: _Stamp, make: Callable[[], bytes]) -> Kept:
        async with self._turns:
            kept = await asyncio.to_thread(_made, stamp, make)
        before = self._kept.pop(asked, None)
        self._bytes += kept.size - (before.size if before is not None else 0)
        self._kept[asked] = kept
        while len(self._kept) > _MOST_KEPT or (self._bytes > _MOST_BYTES and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size
        return kept


def _made(stamp: _Stamp, make: Callable[[], bytes]) -> Kept:
    body = make()
    zipped = gzip.compress(body, 5, mtime=0) if len(body) >= _WORTH_ZIPPING else None
    digest = blake2b(body, digest_size=9).hexdigest()
    return Kept(stamp, body, zipped, f'"{digest}"')
