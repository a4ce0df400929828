"""Tells what happens to windows: each thing once, whichever process sees it first."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from datetime import tzinfo

from engine.domain.limit_windows import Event, WindowNow
from engine.domain.pace import TOLD_AT_LEAST, TOLD_AT_MOST
from engine.ledger.book import Ledger
from engine.ledger.limit_events import keep_events
from engine.limits.known import Known
from engine.limits.transitions import Watch

_MOST_UNTAKEN = 100


class Alerts:
    """Compares windows with what they were, for the thread that follows; any thread may take."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._watch: Watch | None = None
        self._untaken: deque[Event] = deque(maxlen=_MOST_UNTAKEN)
        self._looked_at = -TOLD_AT_LEAST
        self._seen: tuple[int, int] = (-1, -1)

    def is_due(self, seen: tuple[int, int]) -> bool:
        """Say whether to look at the windows; `seen` are the revisions they would be made of.

        At once where figures changed (once a second at most), else every few seconds: forecasts
        move with the clock.
        """
        pause = TOLD_AT_MOST if seen != self._seen else TOLD_AT_LEAST
        if time.monotonic() - self._looked_at < pause:
            return False
        self._looked_at, self._seen = time.monotonic(), seen
        return True

    def tell(self, windows: Sequence[WindowNow], known: Known, now: int, zone: tzinfo) -> bool:
        """Tell what is new; return whether the ledger was written. What cannot be is told later."""
        if self._watch is None:
            self._watch = Watch()
            self._watch.resume(known.told, now)
        wanted = self._watch.note(windows, known, now, zone)
        if not wanted:
            return False
        try:
            won = keep_events(self._ledger, wanted)
        except sqlite3.Error:
            return False
        self._watch.settled(wanted)
        self._untaken.extend(won)
        return bool(won)

    def take(self) -> tuple[Event, ...]:
        """Return the events to be told that nobody has taken yet, oldest first."""
        taken = []
        while self._untaken:
            taken.append(self._untaken.popleft())
        return tuple(taken)
