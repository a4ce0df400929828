"""Tells what happens to windows: each thing once, whichever process sees it first."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable

from engine.domain.limit_windows import Event
from engine.domain.settings import Settings
from engine.ledger.limit_events import keep_events
from engine.ledger.store import Ledger
from engine.limits.transitions import Watch
from engine.live.state import State

_AT_MOST_EVERY = 1.0
_AT_LEAST_EVERY = 5.0
_MOST_UNTAKEN = 100


class Telling:
    """Watches a standing's windows for the thread that follows."""

    def __init__(self, settings: Settings, ledger: Ledger, standing: State) -> None:
        self.listeners: list[Callable[[Event], None]] = []
        """Called with each event that this process is to tell, in the thread that follows."""
        self._settings = settings
        self._ledger = ledger
        self._standing = standing
        self._watch: Watch | None = None
        self._untaken: deque[Event] = deque(maxlen=_MOST_UNTAKEN)
        self._attended = -_AT_LEAST_EVERY
        self._seen: tuple[int, int] = (-1, -1)

    def attend_when_due(self) -> bool:
        """Tell what is new; return whether the ledger was written.

        At once where figures changed (once a second at most), else every few seconds: forecasts
        move with the clock.
        """
        seen = (self._standing.revision, self._standing.known.revision)
        pause = _AT_MOST_EVERY if seen != self._seen else _AT_LEAST_EVERY
        if time.monotonic() - self._attended < pause:
            return False
        self._attended, self._seen = time.monotonic(), seen
        return self.attend()

    def attend(self) -> bool:
        """Tell what is new; return whether the ledger was written. What cannot be is told later."""
        now, standing = self._settings.clock(), self._standing
        if self._watch is None:
            self._watch = Watch()
            self._watch.resume(standing.known.told, now)
        windows = standing.windows(now).windows
        wanted = self._watch.note(windows, standing.known, now, standing.zone)
        if not wanted:
            return False
        try:
            won = keep_events(self._ledger, wanted)
        except sqlite3.Error:
            return False
        self._watch.settled(wanted)
        for event in won:
            self._untaken.append(event)
            for listener in self.listeners:
                listener(event)
        return bool(won)

    def take(self) -> tuple[Event, ...]:
        """Return the events to be told that nobody has taken yet, oldest first."""
        taken = []
        while self._untaken:
            taken.append(self._untaken.popleft())
        return tuple(taken)
