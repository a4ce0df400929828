"""Fetches beside everything else what comes over the network: prices, Cursor's usage, providers.

Nobody waits for it but a one-shot report at its end, and that only for seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.pace import CURSOR_LOOK, PROVIDERS_LOOK, Every
from engine.domain.paths import cursor_session_path, uses_providers
from engine.domain.settings import Settings
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.agents.cursor.sync import Synced

PATIENCE = 5.0
"""Seconds that a report gives all network parts together after its own part is done."""
_SHARE = 0.9
"""Of it, for a fetch of prices, so that it is said why it came to nothing."""


class Fetcher:
    """Starts what is due in threads of its own, and says what came of it."""

    def __init__(self, settings: Settings, prices: PriceUpdates) -> None:
        self.has_usage = False
        """Whether usage came that was not there before."""
        self.seconds: dict[str, float] = {}
        """How long a part took that is done."""
        self._settings = settings
        self._prices = prices
        self._threads: dict[str, Thread] = {}
        self._price_problem = ""
        self._synced: Synced | None = None
        self._look = Every(CURSOR_LOOK)
        self._look_at_providers = Every(PROVIDERS_LOOK)

    def start(self, *, wants_prices: bool) -> None:
        """Start what is due, for a report that is about to read."""
        if wants_prices and self._prices.is_due_once():
            self._run("prices", self._refresh_prices)
        if self._is_sync_due():
            self._run("cursor sync", lambda: self._sync(PATIENCE))

    def wait(self) -> None:
        """Wait for what was started, `PATIENCE` at most for all together."""
        deadline = time.monotonic() + PATIENCE
        for thread in self._threads.values():
            thread.join(max(deadline - time.monotonic(), 0.0))

    def lacks(self) -> list[str]:
        """Return what is missing because it was not fetched, a sentence each."""
        if self._settings.is_offline:
            return []
        late = "Prices were not refreshed in time, those known so far stay in use."
        price = late if self._is_running("prices") else self._price_problem
        return [text for text in (price, self._lack_of_usage()) if text]

    def sync_when_due(self, on_done: Callable[[str], None]) -> None:
        """Sync in a thread where that is due; `on_done` is told what is missing then, if any."""
        if self._is_running("cursor sync") or not self._look.is_due(time.monotonic()):
            return
        if self._is_sync_due():

            def sync() -> None:
                from engine.agents.cursor.sync import TIMEOUT

                self._sync(TIMEOUT)
                on_done(self._lack_of_usage())

            self._run("cursor sync", sync)

    def refresh_providers_when_due(self, on_done: Callable[[str], None]) -> None:
        """Ask the enabled providers in a thread where that is due.

        `on_done` is told then, with a sentence where an answer could not be kept.

        Who enabled none loads nothing of them.
        """
        if self._is_running("providers") or not self._look_at_providers.is_due(time.monotonic()):
            return
        if self._settings.is_offline or not uses_providers(self._settings):
            return

        def refresh() -> None:
            from engine.providers.accounts import Accounts

            accounts = Accounts(self._settings)
            if accounts.is_due():
                on_done(accounts.refresh())

        self._run("providers", refresh)

    def _is_sync_due(self) -> bool:
        if not self._is_logged_in() or self._settings.is_offline:
            return False
        from engine.agents.cursor.sync import is_due

        return is_due(self._settings)

    def _is_logged_in(self) -> bool:
        """Look for one file, so that who does not use Cursor loads nothing of it."""
        return os.path.exists(cursor_session_path(self._settings))

    def _run(self, name: str, do: Callable[[], None]) -> None:
        def run() -> None:
            began = time.perf_counter()
            do()
            self.seconds[name] = time.perf_counter() - began

        self._threads[name] = Thread(target=run, name=f"ccmon-{name}", daemon=True)
        self._threads[name].start()

    def _is_running(self, name: str) -> bool:
        return name in self._threads and self._threads[name].is_alive()

    def _refresh_prices(self) -> None:
        self._price_problem = self._prices.fetch(PATIENCE * _SHARE)

    def _sync(self, timeout: float) -> None:
        from engine.agents.cursor.sync import Synced, sync

        try:
            self._synced = sync(self._settings, timeout)
        except SettingsError as error:
            self._synced = Synced("refused", str(error))
        self.has_usage = self.has_usage or self._synced.is_changed

    def _lack_of_usage(self) -> str:
        if not self._is_logged_in() or not self._settings.reads("cursor"):
            return ""
        from engine.agents.cursor.sync import lack_of

        if self._is_running("cursor sync") and self._synced is None:
            return "Cursor's newest usage is missing: its site did not answer in time."
        known = lack_of(self._settings)
        if known or self._synced is None or self._synced.outcome == "read":
            return known
        return self._synced.sentence
