"""Tells when transcripts change: file events where they come, looking where they do not."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Thread

from engine.agents.claude import SUFFIX

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
    """

    def __init__(self, on_paths: Callable[[set[str]], None], is_polling: bool) -> None:
        self.mode = "polling" if is_polling else "events"
        self.reason = "asked for" if is_polling else ""
        self._on_paths = on_paths
        self._is_polling = is_polling
        self._stop = Event()
        self._thread: Thread | None = None
        self._watched: tuple[tuple[str, int], ...] = ()

    def watch(self, directories: list[str]) -> None:
        """Watch these directories from now on; made-anew ones are noticed."""
        if self._is_polling:
            return
        wanted = tuple((path, _inode(path)) for path in directories if os.path.isdir(path))
        is_alive = self._thread is not None and self._thread.is_alive()
        if wanted == self._watched and (is_alive or not wanted):
            return
        self.stop()
        self._watched = wanted
        if wanted:
            self._stop = Event()
            self._thread = Thread(
                target=self._run,
                args=([path for path, _ in wanted], self._stop),
                name="ccmon-watch",
                daemon=True,
            )
            self._thread.start()

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
        if self._thread is not None:
            self._thread.join(2.0)
            self._thread = None

    def _run(self, directories: list[str], stop: Event) -> None:
        try:
            from watchfiles import watch

            changes = watch(
                *directories,
                watch_filter=lambda _, path: (
                    path.endswith(SUFFIX) or path in directories or os.path.isdir(path)
                ),
                debounce=_DEBOUNCE,
                step=_STEP,
                stop_event=stop,
                rust_timeout=_QUIET,
                yield_on_timeout=True,
                raise_interrupt=False,
                force_polling=False,
            )
            self.mode, self.reason = "events", ""
            unseen = set(directories)
            for changed in changes:
                paths = {path for _, path in changed}
                if not paths.isdisjoint(directories):
                    self._watched = ()
                if paths or unseen:
                    self._on_paths(paths | unseen)
                unseen = set()
        except Exception as error:  # noqa: BLE001 - whatever ends the events, looking goes on
            if not stop.is_set():
                self.mode, self.reason = "polling", str(error) or type(error).__name__


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0
