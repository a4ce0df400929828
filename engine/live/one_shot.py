"""Reads what is new once, for who asks and goes: a report, a status line."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.domain.pace import CAUGHT_UP_NOTED, DRAWN, Every
from engine.domain.paths import cursor_session_path
from engine.domain.responses import CLAUDE
from engine.domain.settings import Settings
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.live.caught_up import caught_up_setting
from engine.live.state import State
from engine.live.timings import Timings
from engine.live.updater import Updater
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.domain.snapshots import Progress
    from engine.live.fetcher import Fetcher
    from engine.machines.sharing import Sharing


class OneShot:
    """Brings what is new into the ledger alone, in the thread that asks."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        roots: Roots,
        state: State,
        updater: Updater,
        prices: PriceUpdates,
        timings: Timings,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._roots = roots
        self._state = state
        self._updater = updater
        self._prices = prices
        self._timings = timings
        self._fetcher: Fetcher | None = None

    def catch_up(
        self,
        on_progress: Callable[[Progress], None] | None,
        *,
        most_bytes: int,
        unless_within: int,
    ) -> bool:
        """Read all that is new, newest first; return whether all there was has been read.

        Of more than `most_bytes` only the newest is read. Nothing is looked at where any
        process has caught up in the last `unless_within` milliseconds, and who asks for that
        has no time to write for other machines.
        """
        now, insist = self._settings.clock(), self._updater.recovery.insist
        scopes = insist(self._roots.open_scopes)
        setting = caught_up_setting(scopes)
        age = now - int(self._ledger.setting(setting) or 0)
        if age < unless_within:
            self._state.finish_reading()
            return True
        insist(self._updater.reprice)
        is_all = self._updater.look_until_done(self._telling(on_progress), most_bytes)
        self._state.finish_reading()
        if is_all and not unless_within:
            self._updater.share_when_due()
        if is_all and age > CAUGHT_UP_NOTED:
            with suppress(sqlite3.Error), self._ledger.unnumbered_transaction():
                self._ledger.put_setting(setting, str(now))
        return is_all

    def share(self, sharing: Sharing) -> None:
        """Read what is new, write it for other machines, pull and read what they wrote."""
        insist, updater = self._updater.recovery.insist, self._updater
        insist(self._roots.open_scopes)
        insist(updater.reprice)
        updater.look_until_done()
        insist(lambda: updater.share_now(sharing))
        sharing.pull()
        updater.look_until_done()
        self._state.finish_reading()

    def _telling(self, on_progress: Callable[[Progress], None] | None) -> Callable[[], None]:
        """Return what tells the progress, as often as it is worth drawing."""
        drawing = Every(DRAWN)

        def tell() -> None:
            progress = self._state.progress
            if on_progress is not None and progress and drawing.is_due(time.monotonic()):
                on_progress(progress)

        return tell

    def fetch(self) -> None:
        """Start fetching what is due, beside the reading to come.

        Prices are fetched for the models of other agents; Claude's come with ccmon.
        """
        has_others = any(root.agent != CLAUDE for root in self._roots.current)
        if has_others or os.path.exists(cursor_session_path(self._settings)):
            from engine.live.fetcher import Fetcher

            self._fetcher = Fetcher(self._settings, self._prices)
            self._fetcher.start(wants_prices=has_others)

    def take_fetched(self) -> list[str]:
        """Wait a little for what is fetched, count with it, and return what is missing."""
        fetcher, insist = self._fetcher, self._updater.recovery.insist
        if fetcher is None:
            return []
        fetcher.wait()
        if self._prices.take_news():
            with self._timings.measured("prices"):
                insist(self._updater.reprice)
        if fetcher.has_usage:
            insist(self._updater.look)
        for name, taken in fetcher.seconds.items():
            self._timings.note(name, taken)
        return fetcher.lacks()

    def read_transcript(self, path: str) -> None:
        """Read what is new of one session: its transcript and those of its sub-agents."""
        self._roots.open_scopes()
        found = self._updater.reader.scans_of_session(self._roots.current, path)
        for root, scans in found.items():
            self._updater.book(root, scans)
        self._state.finish_reading()
