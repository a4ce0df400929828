"""Notices when it is time to read on: what file events name, what was asked for, what is due."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterable
from threading import Event, Lock
from typing import TYPE_CHECKING

from engine.domain.settings import Settings
from engine.ingest.watcher import Watcher
from engine.ledger.opening import MEMORY

if TYPE_CHECKING:
    from engine.ingest.loader import Waiting

_LOOK_WITH_EVENTS = 30.0
_LOOK_WITHOUT_EVENTS = 2.0
_WALK_SHARE = 1_000
"""With events, walking takes no more than one part in so many of the time."""
_WAIT = 1.0
"""Seconds between looks at what other processes write, while there is something new."""
_WAIT_WITHOUT_EVENTS = 0.75
_REST = 4.0
"""Seconds between such looks where events would tell: clocks go on all the same."""
_EVENT_DUE = 3_000
"""Milliseconds after a change by which its event has come, if events come."""


class Wakeup:
    """What wakes the thread that reads; any thread may wake it."""

    def __init__(self, settings: Settings) -> None:
        self.watcher = Watcher(self._touch, settings.is_polling)
        self.wake = Event()
        self.wants_look = False
        """Somebody asked for a look at everything."""
        self._clock = settings.clock
        self._lock = Lock()
        self._touched: set[str] = set()
        self._last_look = 0.0
        self._walk_took = 0.0
        self._is_resting = False

    def wait(self) -> None:
        """Sleep until something happens, or until it is time to look whether it has."""
        seconds = _WAIT_WITHOUT_EVENTS
        if self.watcher.tells_places and self.watcher.mode == "events":
            seconds = _REST if self._is_resting else _WAIT
        self._is_resting = not self.wake.wait(seconds)
        self.wake.clear()

    def look_soon(self) -> None:
        """Ask for a look at everything."""
        self.wants_look = True
        self.wake.set()

    def take_paths(self) -> set[str]:
        """Return the paths that file events have named since the last call."""
        with self._lock:
            paths, self._touched = self._touched, set()
        return paths

    def _touch(self, paths: set[str]) -> None:
        """Take paths that file events name (called in the watcher's thread)."""
        with self._lock:
            self._touched |= paths
        self.wake.set()

    def watch(self, present: list[str], places: Iterable[str], ledger: str) -> None:
        """Watch the directories that are there, and other places that are read when they change.

        The ledger is one more: other processes write it.
        """
        others = [] if ledger == MEMORY else [os.path.abspath(ledger)]
        self.watcher.watch(present, [*places, *others])

    def note_walk(
        self,
        walk: Callable[[], list[Waiting]],
        refused: Container[str],
        *,
        is_unasked: bool,
    ) -> list[Waiting]:
        """Walk and return what waits; note how long that took.

        Of a look nobody asked for: a file that changed a while ago without an event says
        that events do not come, and to look more often. What was `refused` before waits
        for another reason.
        """
        began = time.monotonic()
        waiting = walk()
        self._walk_took = time.monotonic() - began
        while_ago = (self._clock() - _EVENT_DUE) * 1_000_000
        if is_unasked and any(
            each.found.mtime < while_ago and each.found.path not in refused for each in waiting
        ):
            self.watcher.doubt("file events did not come")
        return waiting

    def note_look(self) -> None:
        """Note that all was looked at by now."""
        self._last_look = time.monotonic()

    def is_time_to_look(self, present: list[str]) -> bool:
        """Say whether to look at everything; `present` are the directories that are there."""
        if not self.watcher.is_watching(present):
            return True
        interval = max(_LOOK_WITH_EVENTS, _WALK_SHARE * self._walk_took)
        if self.watcher.mode == "polling" or not present:
            interval = min(max(_LOOK_WITHOUT_EVENTS, 100 * self._walk_took), _LOOK_WITH_EVENTS)
        return time.monotonic() - self._last_look >= interval
