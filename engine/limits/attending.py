"""Keeps what is known of limits current, and tells what happens to them."""

from __future__ import annotations

import time

from engine.domain.settings import Settings
from engine.ingest.roots import Roots
from engine.ledger.store import Ledger
from engine.limits.alerts import Telling
from engine.limits.endpoint.poller import UsagePoller
from engine.limits.tracker import Lookout
from engine.live.state import State

_LEAST_BETWEEN = 0.4
"""Seconds between looks at the ledger where it changes all the time."""


class Attending:
    """What the thread that reads does about limits."""

    def __init__(self, settings: Settings, ledger: Ledger, standing: State, roots: Roots) -> None:
        self.lookout = Lookout(settings, ledger, standing, roots)
        self.telling = Telling(settings, ledger, standing)
        self.usage = UsagePoller(settings, ledger, standing)
        self._ledger = ledger
        self._standing = standing
        self._looked_at = -1
        self._last_look = 0.0

    def look(self, *, is_due: bool = True) -> bool:
        """Look at what is known of limits; return whether there is something new to draw.

        At the ledger where it has changed, and not again at once unless that is due.
        """
        is_news = self.lookout.look_at_files()
        revision = self._ledger.revision()
        is_due = is_due or time.monotonic() - self._last_look >= _LEAST_BETWEEN
        if is_due and revision != self._looked_at:
            self._looked_at, self._last_look = revision, time.monotonic()
            is_news = self.lookout.look() or is_news
        if not self._standing.is_reading:
            is_news = self.lookout.calibrate() or is_news
        return self._anchor() or is_news

    def look_and_tell(self) -> bool:
        """Look, and tell what happened where it is time to; say if anything is new to draw."""
        is_news = self.look(is_due=False)
        if self.telling.attend_when_due():
            is_news = self.lookout.look() or is_news
        return is_news

    def _anchor(self) -> bool:
        """Show the true 5-hour window as it is known now; return whether that is new."""
        if not self._standing.put_anchor(self._standing.anchor()):
            return False
        self._standing.note_change()
        return True
