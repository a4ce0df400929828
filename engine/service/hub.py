"""Where everything stands, told to all who listen: a snapshot first, then what changes."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import NamedTuple

import msgspec
from msgspec import structs

from engine.documents.live import LiveDocument, live_document
from engine.monitor import Monitor
from engine.service.kept import KeptAnswers
from engine.service.problems import Problem

MOST_LISTENERS = 64
HEARTBEAT = 15.0
"""Seconds of silence after which a listener is told that the service is still there."""
TICK = 2.0
"""Seconds between looks at what changes by time alone, while anybody listens."""

_KEPT_VERSIONS = 32
_KEYS = tuple((each.name, each.encode_name) for each in structs.fields(LiveDocument))
_CLOCK = "generatedAt"


class Event(NamedTuple):
    """What a listener is told."""

    id: str
    name: str
    """`snapshot` with the whole document, `change` with its keys that changed, `heartbeat`."""
    data: bytes
    """JSON on one line."""


class _Version(NamedTuple):
    """The live document at a moment, each of its keys encoded."""

    number: int
    parts: Mapping[str, bytes]


class Hub:
    """Makes the live document while anybody listens, and nothing while nobody does.

    A listener that takes its time is told of all that changed since it was last told, once; so
    nothing is queued for anybody.
    """

    def __init__(self, monitor: Monitor, kept: KeptAnswers) -> None:
        self._monitor = monitor
        self._kept = kept
        self._loop = asyncio.get_running_loop()
        self._run = secrets.token_hex(4)
        self._versions: deque[_Version] = deque(maxlen=_KEPT_VERSIONS)
        self._events: dict[int | None, Event] = {}
        """How the newest version is told, by the one that a listener has; `None` has none."""
        self._bells: set[asyncio.Event] = set()
        self._woken = asyncio.Event()
        self._looking = asyncio.Lock()
        self._is_closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._bells)

    @property
    def versions(self) -> int:
        """How many versions are kept for who comes back."""
        return len(self._versions)

    def wake(self) -> None:
        """Say that something is new; any thread may."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._note)

    def close(self) -> None:
        """End every listener's stream."""
        self._is_closed = True
        self._woken.set()
        for bell in self._bells:
            bell.set()

    async def run(self) -> None:
        """Look whenever something is new, and at what time changes, until it is closed."""
        while not self._is_closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK if self._bells else None):
                    await self._woken.wait()
            self._woken.clear()
            if self._bells and not self._is_closed:
                await self._look()

    async def listen(self, last: str | None) -> AsyncGenerator[Event]:
        """Yield where things stand, then each change.

        `last` is the id of the last event that the listener has; where it is still known only
        what changed since is told. Raises `Problem` where too many listen already.
        """
        if len(self._bells) >= MOST_LISTENERS:
            raise Problem(503, f"More than {MOST_LISTENERS} listen already: close a page.")
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            await self._look()
            seen = self._known(last)
            while not self._is_closed:
                bell.clear()
                newest = self._versions[-1]
                if newest is not seen:
                    yield self._event(seen, newest)
                    seen = newest
                elif not await _rings(bell):
                    yield Event(self._id(newest), "heartbeat", b"{}")
        finally:
            self._bells.discard(bell)

    def _note(self) -> None:
        self._kept.note_change()
        self._woken.set()

    async def _look(self) -> None:
        """Keep another version where anything but the clock is different."""
        async with self._looking:
            parts = await asyncio.to_thread(self._parts)
            newest = self._versions[-1] if self._versions else None
            if newest is None or _changed(newest.parts, parts).keys() - {_CLOCK}:
                number = newest.number + 1 if newest is not None else 0
                self._versions.append(_Version(number, parts))
                self._events.clear()
                for bell in self._bells:
                    bell.set()

    def _parts(self) -> dict[str, bytes]:
        document = live_document(self._monitor.snapshot())
        told = ((key, getattr(document, name)) for name, key in _KEYS)
        return {key: msgspec.json.encode(each) for key, each in told if each is not msgspec.UNSET}

    def _known(self, last: str | None) -> _Version | None:
        return next((each for each in self._versions if self._id(each) == last), None)

    def _id(self, version: _Version) -> str:
        return f"{self._run}-{version.number}"

    def _event(self, seen: _Version | None, newest: _Version) -> Event:
        """Return what tells a listener of the newest version: once for all who have the same."""
        number = None if seen is None else seen.number
        event = self._events.get(number)
        if event is None:
            parts = newest.parts if seen is None else _changed(seen.parts, newest.parts)
            name = "snapshot" if seen is None else "change"
            event = self._events[number] = Event(self._id(newest), name, _joined(parts))
        return event


def _changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the keys that are other than before; what is there no more is null."""
    gone = dict.fromkeys(before.keys() - after.keys(), b"null")
    return gone | {key: part for key, part in after.items() if before.get(key) != part}


def _joined(parts: Mapping[str, bytes]) -> bytes:
    return b"{%s}" % b",".join(b'"%s":%s' % (key.encode(), part) for key, part in parts.items())


async def _rings(bell: asyncio.Event) -> bool:
    """Wait for a bell; return whether it rang before the next heartbeat is due."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HEARTBEAT):
            await bell.wait()
    return bell.is_set()
