"""Notices when it is time to read on: what file events name, what was asked for, what is due."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container
from threading import Event, Lock
from typing import TYPE_CHECKING

from engine.domain import pace
from engine.domain.settings import Settings
from engine.domain.system import PLATFORM
from engine.ingest.files_in_use import IN_USE, FilesInUse
from engine.ingest.watcher import Watcher

if TYPE_CHECKING:
    from engine.domain.scans import Found
    from engine.ingest.loader import Waiting

_EVENT_DUE = 3_000
"""Milliseconds after a change by which its event has come, if events come."""


class Wakeup:
    """What wakes the thread that reads; any thread may wake it."""

    def __init__(self, settings: Settings, platform: str = PLATFORM) -> None:
        self.watcher = Watcher(self._touch, settings.is_polling)
        self.wake = Event()
        self.wants_look = False
        """Somebody asked for a look at everything."""
        self._clock = settings.clock
        self._lock = Lock()
        self._touched: set[str] = set()
        self._last_look = 0.0
        self._walk_took = 0.0
        self._is_told_late = platform in ("darwin", "win32")
        """Whether a file that its agent keeps open tells of changes only when it is closed."""
        interval = pace.FILES_HELD_OPEN if self._is_told_late else pace.FILES_IN_USE
        self._in_use = FilesInUse(interval=interval)
        self._is_resting = False
        self._was_watching = False
        """Whether all directories were watched when it was last time to look."""

    def wait(self, *, is_brief: bool = False) -> None:
        """Sleep until something happens, or until it is time to look whether it has.

        Not for long where something else is left to do meanwhile.
        """
        seconds = pace.WAIT_WITHOUT_EVENTS
        if is_brief:
            seconds = pace.WAIT_AT_WORK
        elif self.watcher.mode == "events":
            seconds = pace.REST if self._is_resting else pace.WAIT_WITH_EVENTS
        if self._is_told_late and not self._in_use.is_empty:
            seconds = min(seconds, pace.FILES_HELD_OPEN)
        self._is_resting = not self.wake.wait(seconds)
        self.wake.clear()

    def look_soon(self) -> None:
        """Ask for a look at everything."""
        self.wants_look = True
        self.wake.set()

    def take_paths(self) -> set[str]:
        """Return the paths that have changed since the last call, by events or by looking.

        What is in a directory that came, or into which something came, only a look tells.
        """
        with self._lock:
            told, self._touched = self._touched, set()
        directories = {path for path in told if os.path.isdir(path)}
        for path in told - directories:
            self._in_use.note(path)
        paths = told | self._in_use.changed()
        if directories or any(os.path.isdir(path) for path in paths - told):
            self.wants_look = True
        return paths - directories

    def _touch(self, paths: set[str]) -> None:
        """Take paths that file events name (called in the watcher's thread)."""
        with self._lock:
            self._touched |= paths
        self.wake.set()

    def watch(self, present: list[str]) -> None:
        """Watch the directories that are there."""
        self.watcher.watch(present)

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
        for another reason, and of what a link leads to no event tells.
        """
        began = time.monotonic()
        waiting = walk()
        self._walk_took = time.monotonic() - began
        self.watcher.pace(self._walk_took)
        while_ago = (self._clock() - _EVENT_DUE) * 1_000_000
        late = [
            each.found
            for each in waiting
            if each.found.mtime < while_ago and each.found.path not in refused
        ]
        if is_unasked and self._was_watching and any(not _is_linked(each.path) for each in late):
            self.watcher.doubt("file events did not come")
        return waiting

    def note_files(self, files: list[Found]) -> None:
        """Note how all files are, of which those in use are looked at oftener."""
        since = (self._clock() - IN_USE * 1_000) * 1_000_000
        newest = sorted((each for each in files if each.mtime >= since), key=lambda it: it.mtime)
        self._in_use.note_all([each.path for each in newest])

    def note_look(self) -> None:
        """Note that all was looked at by now."""
        self._last_look = time.monotonic()

    def is_time_to_look(self, present: list[str]) -> bool:
        """Say whether to look at everything; `present` are the directories that are there."""
        self._was_watching = self.watcher.is_watching(present)
        if not self._was_watching:
            return True
        least, times, most = pace.ALL_FILES_WITH_EVENTS
        if self.watcher.mode == "polling" or not present:
            least, times, most = pace.ALL_FILES_WITHOUT_EVENTS
        interval = min(max(least, times * self._walk_took), most)
        return time.monotonic() - self._last_look >= interval


def _is_linked(path: str) -> bool:
    return os.path.realpath(path) != path
