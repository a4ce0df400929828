"""Tells when transcripts change, by the events of the system, as watchfiles hands them on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.agents.claude.places import SUFFIX
from engine.ingest.discover import REPOSITORY

if TYPE_CHECKING:
    from watchfiles import Change

_SUFFIXES = (SUFFIX, ".json", ".zst", ".zstd", ".db", ".db-wal", ".sqlite", ".sqlite-wal", ".ccmon")
"""Of the files whose changes are told: transcripts, what other agents keep, and what machines
share."""
_BELOW_REPOSITORY = f"{os.sep}{REPOSITORY}{os.sep}"
_STEP = 45
"""Milliseconds between looks at the events gathered: an append is told after one or two. Each
look wakes a thread, which is a fifth of what an idle screen costs."""
_DEBOUNCE = 250
_QUIET = 1_000
"""Milliseconds without an event after which it is sure that events come."""
_PROBED = 0.3
"""Seconds in which events that cannot come fail."""
_DOUBTED = 60.0
"""Seconds for which looking is relied on after an event was missed."""
_LEAST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
"""Seconds between arming and arming anew, by how long a look takes."""
_PAUSE_SHARE = 200
_RETRY = 30.0
"""Seconds until arming that failed is tried again."""
_MOST_GONE = 10_000

Signature = tuple[str, int, int, int]
"""A directory's path, device, inode and time of change."""


class Watcher:
    """Watches directories in a thread of its own and hands changed paths on.

    A directory is handed on where all of it must be looked at: once it is watched, for what
    came into it before its events did, and when it comes or goes. What events miss (network
    file systems, full queues) is found by looking at all files now and then, which is the
    caller's to do.

    The events of watchfiles end, silently, for a directory that was taken away and made anew,
    and never begin for the new target of a link. So all is armed anew where a directory comes
    under a name that went, where a link comes or changes, and where a directory of those given
    is another one or had something come into it: then `is_watching` is false until `watch`.
    """

    def __init__(self, on_paths: Callable[[set[str]], None], is_polling: bool) -> None:
        """Watch nothing yet; `on_paths` is called in the watcher's thread."""
        self._on_paths = on_paths
        self._is_polling = is_polling
        self._failure = ""
        self._doubt = ""
        self._doubted_until = float("-inf")
        self._stop = Event()
        self._thread: Thread | None = None
        self._watched: tuple[Signature, ...] = ()
        self._gone: set[str] = set()
        """Paths that went, which may have been directories."""
        self._is_stale = False
        self._armed_at = float("-inf")
        self._pause = _LEAST_PAUSE

    @property
    def mode(self) -> str:
        """How changes are noticed: `events` or `polling`."""
        return "polling" if self.reason else "events"

    @property
    def reason(self) -> str:
        """Why events are not relied on, empty where they are."""
        if self._is_polling:
            return "asked for"
        return self._failure or (self._doubt if time.monotonic() < self._doubted_until else "")

    def watch(self, directories: list[str]) -> None:
        """Watch these directories from now on; does nothing where they are watched already."""
        if self._is_polling:
            return
        wanted = _there(directories)
        if self._thread is None and not wanted:
            self._watched = wanted
        elif self._is_to_be_armed(wanted):
            self.stop()
            self._watched, self._is_stale, self._gone = wanted, False, set()
            self._armed_at = time.monotonic()
            if wanted:
                self._start([path for path, *_ in wanted])

    def is_watching(self, directories: list[str]) -> bool:
        """Say whether events come from just these directories, or it is too early to arm anew."""
        return self._is_polling or not self._is_to_be_armed(_there(directories))

    def pace(self, seconds: float) -> None:
        """Note how long a look at all files takes, to arm anew no oftener than that allows."""
        self._pause = min(max(_LEAST_PAUSE, _PAUSE_SHARE * seconds), _LONGEST_PAUSE)

    def doubt(self, reason: str) -> None:
        """Rely on looking for a while, after an event did not come; the first time, arm anew."""
        now = time.monotonic()
        self._is_stale = self._is_stale or now >= self._doubted_until
        self._doubt, self._doubted_until = reason, now + _DOUBTED

    def probe(self, directories: list[str]) -> str:
        """Return how changes are noticed, trying events where nothing is watched yet."""
        is_idle = self._thread is None and not self._is_polling
        if is_idle:
            self.watch(directories)
            if self._thread is not None:
                self._thread.join(_PROBED)
        mode = f"{self.mode} ({self.reason})" if self.reason else self.mode
        if is_idle:
            self.stop()
            self._watched = ()
        return mode

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(2.0)

    def _is_to_be_armed(self, wanted: tuple[Signature, ...]) -> bool:
        is_ended = bool(wanted) and (self._thread is None or not self._thread.is_alive())
        if wanted == self._watched and not is_ended and not self._is_stale:
            return False
        if not {each[0] for each in wanted} <= {each[0] for each in self._watched}:
            return True
        is_retry = bool(self._failure) and wanted == self._watched
        pause = _RETRY if is_retry else self._pause
        return time.monotonic() - self._armed_at >= pause

    def _start(self, directories: list[str]) -> None:
        self._stop = Event()
        self._thread = Thread(
            target=self._run, args=(directories, self._stop), name="ccmon-watch", daemon=True
        )
        self._thread.start()

    def _run(self, directories: list[str], stop: Event) -> None:
        try:
            from watchfiles import watch

            unseen = set(directories)
            for changes in watch(
                *directories,
                watch_filter=None,
                debounce=_DEBOUNCE,
                step=_STEP,
                stop_event=stop,
                rust_timeout=_QUIET,
                yield_on_timeout=True,
                raise_interrupt=False,
                force_polling=False,
                ignore_permission_denied=True,
            ):
                self._failure = ""
                paths = self._told(changes, directories) | unseen
                unseen = set()
                if paths:
                    self._on_paths(paths)
        except Exception as error:  # noqa: BLE001 - whatever ends the events, looking goes on
            if not stop.is_set():
                said = error.strerror if isinstance(error, OSError) else str(error)
                self._failure = said or type(error).__name__

    def _told(self, changes: Iterable[tuple[Change, str]], directories: list[str]) -> set[str]:
        """Return the paths to hand on; note whether the events may be blind from now on."""
        from watchfiles import Change as Kind

        told: set[str] = set()
        for change, path in changes:
            if _BELOW_REPOSITORY in path:
                continue
            is_here = os.path.isdir(path)
            if path.endswith(_SUFFIXES) or is_here or path in directories:
                told.add(path)
            is_back = is_here and (change is Kind.deleted or path in self._gone)
            is_root_gone = change is Kind.deleted and path in directories
            if is_back or is_root_gone or os.path.islink(path):
                self._is_stale = True
            if change is Kind.deleted and len(self._gone) < _MOST_GONE:
                self._gone.add(path)
        return told


def _there(directories: list[str]) -> tuple[Signature, ...]:
    """Return those directories that are there, each with what tells it from one made anew."""
    found: list[Signature] = []
    for path in directories:
        try:
            status = os.stat(path)
        except OSError:
            continue
        if os.path.isdir(path):
            found.append((path, status.st_dev, status.st_ino, status.st_ctime_ns))
    return tuple(found)
