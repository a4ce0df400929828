"""What one owner used: history, blocks and recent responses apart from everybody else's."""

from __future__ import annotations

from datetime import tzinfo
from threading import RLock
from typing import NamedTuple

from engine.aggregates.blocks import Blocks
from engine.aggregates.history import History
from engine.aggregates.rates import Recents
from engine.aggregates.sleeps import Sleeps
from engine.domain.sums import SessionSums
from engine.ledger.owned_rows import OwnedReader


class Use(NamedTuple):
    """What the running block, its forecast and an estimate of its limit are made of."""

    history: History
    blocks: Blocks
    recents: Recents


class Owned:
    """Follows what changed of one owner; `lock` guards what is in memory.

    Only slots from `first` on are brought in.
    """

    def __init__(
        self, reader: OwnedReader, zone: tzinfo, first: int, lock: RLock, sleeps: Sleeps
    ) -> None:
        history = History(zone)
        self.use = Use(history, Blocks(history), Recents(sleeps))
        self._reader = reader
        self._first = first
        self._lock = lock
        self._revision = 0
        self._recents_from = -1
        self._recents_revision = 0

    def pull(self, revision: int) -> None:
        """Bring in what changed up to a revision."""
        if revision == self._revision:
            return
        rows = self._reader.slot_rows(self._revision, self._first)
        with self._lock:
            self.use.blocks.update(self.use.history.update(rows))
        self._revision = revision

    def follow(self, start: int, revision: int, *, is_anew: bool) -> None:
        """Bring in the responses since a time that changed, or all of them."""
        is_anew = is_anew or start != self._recents_from
        recent = self._reader.recent(start, 0 if is_anew else self._recents_revision)
        with self._lock:
            if is_anew:
                self.use.recents.clear()
            self.use.recents.update(recent)
        self._recents_from, self._recents_revision = start, revision

    def session_rows_within(self, start: int, end: int) -> list[SessionSums]:
        """Return sums of sessions from a time up to another."""
        return self._reader.session_rows_within(start, end)
