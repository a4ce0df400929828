"""What one monitor holds of the ledger in memory, kept up to date row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from threading import RLock

from engine.accumulators.blocks import Blocks
from engine.accumulators.history import History
from engine.accumulators.rates import Recents
from engine.accumulators.sessions import Group, Sessions, group_by
from engine.ledger.reading import Reader, slot_of
from engine.times import DAY, HOUR

_RECENT = 40 * DAY
"""History that a first snapshot needs: this month, 30 days, the present block."""


class View:
    """History, blocks, sessions and recent responses of one scope.

    It is loaded once, then `pull` brings in what changed in the ledger, whoever wrote it.
    One thread loads and pulls. It reads the ledger first and takes `lock` only to change
    what is in memory, so who draws under that lock never waits for the ledger.
    """

    def __init__(self, reader: Reader, zone: tzinfo, clock: Callable[[], int], lock: RLock) -> None:
        self.history = History(zone)
        self.blocks = Blocks(self.history)
        self.sessions = Sessions()
        self.recents = Recents()
        self.now_groups: dict[int, Group] = {}
        """Sessions of the newest block."""
        self.lock = lock
        self.revision = 0
        self.is_whole = False
        """Whether all of history is here, not only its newest part."""
        self._reader = reader
        self._clock = clock
        self._recents_from = 0

    def load(self, revision: int, *, is_whole: bool) -> None:
        """Bring in all of history, or the newest part that a first snapshot needs."""
        first = 0 if is_whole else slot_of(max(self._clock() - _RECENT, 0))
        self.blocks.update(self.history.update(self._reader.slot_rows(0, first)))
        if is_whole:
            self.sessions.update(self._reader.session_rows())
            self.history.days()
        self.is_whole = is_whole
        self._pull_recents(None)
        self.revision = revision

    def pull(self, revision: int) -> bool:
        """Bring in what changed up to a revision; return whether anything did."""
        if revision == self.revision:
            return False
        slots = self._reader.slot_rows(self.revision)
        sessions = self._reader.session_rows(self.revision) if self.is_whole else []
        with self.lock:
            changed = self.history.update(slots)
            self.sessions.update(sessions)
            self.blocks.update(changed)
        if changed is not None:
            self._pull_recents(changed)
        self.revision = revision
        return changed is not None

    def _pull_recents(self, changed: int | None) -> None:
        """Follow the newest block's responses and sessions.

        Where something older changed, a response may have moved there: all are read anew.
        """
        block = self.blocks.newest(self._clock())
        if block is None:
            return
        start = block.start - HOUR
        is_anew = changed is None or changed < slot_of(start) or start != self._recents_from
        recent = self._reader.recent(start, 0 if is_anew else self.revision)
        rows = self._reader.session_rows_between(block.first_slot, block.last_slot + 1)
        groups = group_by((((row[0], row[1], row[2]), row[3:]) for row in rows), lambda key: key[0])
        with self.lock:
            if is_anew:
                self.recents.clear()
            self._recents_from = start
            self.recents.update(recent)
            self.now_groups = groups

    def newest(self) -> int | None:
        """Return when the newest response came."""
        order = self.history.order
        return self.history.span_of(order[-1])[1] if order else None

    def span(self) -> tuple[int | None, int | None]:
        """Return when the first and the newest response came."""
        order = self.history.order
        return (self.history.span_of(order[0])[0] if order else None, self.newest())
