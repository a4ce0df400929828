"""Tells when transcripts change: file events where they come, looking where they do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread

from engine.agents.claude.places import SUFFIX
from engine.ingest.file_events import FileEvents

_SUFFIXES = (SUFFIX, ".json", ".zst", ".zstd", ".db", ".db-wal", ".sqlite", ".sqlite-wal")
"""Of the files whose changes are told: transcripts, and what other agents keep."""
_STEP = 50
"""Milliseconds between looks at the events gathered; half the delay of an append."""
_DEBOUNCE = 250
_QUIET = 1_000
"""Milliseconds without an event after which it is sure that events come."""
_PROBED = 0.3
"""Seconds in which events that cannot come fail."""


class Watcher:
    """Watches directories in a thread of its own and hands changed paths on.

    `mode` is `events` or `polling`; `reason` says why events do not come. A directory is
    handed on where it is new, for what came into it before its events did. What events
    miss (network file systems, roots made anew, full queues) is found by looking at all
    files now and then, which is the caller's to do.

    Where `tells_places`, a change at one of the places given beside the directories is told
    too, by handing on no path: see `engine.ingest.file_events` for what a place is.
    """

    def __init__(self, on_paths: Callable[[set[str]], None], is_polling: bool) -> None:
        self.mode = "polling" if is_polling else "events"
        self.reason = "asked for" if is_polling else ""
        self._on_paths = on_paths
        self._is_polling = is_polling
        self.tells_places = False
        """Whether changes at places are told too, so that nobody need look there often."""
        self._stop = Event()
        self._events: FileEvents | None = None
        self._thread: Thread | None = None
        self._watched: tuple[tuple[str, int], ...] = ()
        self._places: tuple[str, ...] = ()

    def watch(self, directories: list[str], places: Sequence[str] = ()) -> None:
        """Watch these directories and places from now on; made-anew ones are noticed."""
        if self._is_polling:
            return
        wanted = _there(directories)
        is_alive = self._thread is not None and self._thread.is_alive()
        is_nothing = not wanted and not places
        if (wanted, tuple(places)) == (self._watched, self._places) and (is_alive or is_nothing):
            return
        self.stop()
        self._watched, self._places = wanted, tuple(places)
        if not is_nothing:
            self._start([path for path, _ in wanted])

    def is_watching(self, directories: list[str]) -> bool:
        """Say whether events come from just these directories, or looking makes up for them."""
        present = {(path, _inode(path)) for path in directories}
        return self.mode == "polling" or set(self._watched) == present

    def doubt(self, reason: str) -> None:
        """Rely on looking from now on; events that do come are still handed on."""
        self.mode, self.reason = "polling", reason

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
        events, self._events = self._events, None
        thread, self._thread = self._thread, None
        if events is not None:
            events.end()
        if thread is not None:
            thread.join(2.0)
        if events is not None:
            events.close()

    def _start(self, directories: list[str]) -> None:
        self._stop = Event()
        self.tells_places = False
        try:
            self._events = FileEvents(directories, self._places, _SUFFIXES)
            changes = self._events.changes()
        except NotImplementedError:
            changes = _watchfiles(directories, self._stop)
        except OSError as error:
            self._give_up(error)
            return
        self._thread = Thread(
            target=self._run,
            args=(changes, directories, self._stop, self._events is not None),
            name="ccmon-watch",
            daemon=True,
        )
        self._thread.start()

    def _run(
        self, changes: Iterator[set[str]], directories: list[str], stop: Event, tells_places: bool
    ) -> None:
        try:
            first = next(changes, set())
            self.mode, self.reason, self.tells_places = "events", "", tells_places
            self._on_paths(first)
            for paths in changes:
                if not paths.isdisjoint(directories):
                    self._watched = ()
                self._on_paths(paths)
        except Exception as error:  # noqa: BLE001 - whatever ends the events, looking goes on
            if not stop.is_set():
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Rely on looking; an `OSError` has only a sentence of its own where it is an odd one."""
        said = error.strerror if isinstance(error, OSError) else str(error)
        self.mode, self.reason = "polling", said or type(error).__name__
        self.tells_places = False


def _watchfiles(directories: list[str], stop: Event) -> Iterator[set[str]]:
    """Yield paths that may have changed, by the events of other systems than Linux."""
    if not directories:
        return
    from watchfiles import watch

    changes = watch(
        *directories,
        watch_filter=lambda _, path: (
            path.endswith(_SUFFIXES) or path in directories or os.path.isdir(path)
        ),
        debounce=_DEBOUNCE,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_QUIET,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=False,
    )
    unseen = set(directories)
    for changed in changes:
        paths = {path for _, path in changed}
        if paths or unseen:
            yield paths | unseen
        unseen = set()


def _there(directories: list[str]) -> tuple[tuple[str, int], ...]:
    """Return those directories that are there, each with what tells it from one made anew."""
    return tuple((path, _inode(path)) for path in directories if os.path.isdir(path))


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0
