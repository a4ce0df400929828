"""Asks the usage endpoint where the user has turned that on; else touches nothing of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Thread

from engine.domain.notices import Notice
from engine.domain.pace import USAGE_LOOK, Every
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ledger.book import Ledger
from engine.ledger.limit_readings import keep_readings
from engine.limits.kept_readings import rows_of

ENABLED = "oauth_enabled"
"""The setting that says whether the user has turned it on."""

_TURN = "oauth_turn"
_QUIET = ("off", "read", "waiting")


class UsagePoller:
    """Asks in a thread of its own, so that nobody waits; of all processes one at a time.

    `say` is given what goes wrong, and `None` when nothing does any more.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, say: Callable[[Notice | None], None]
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._say = say
        self._look = Every(USAGE_LOOK)
        self._thread: Thread | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether the user has turned it on."""
        return self._ledger.setting(ENABLED) == "1"

    def enable(self, is_enabled: bool) -> None:
        """Turn it on or off, for all processes."""
        self._ledger.keep_settings({ENABLED: "1" if is_enabled else "0"})
        if not is_enabled:
            self._say(None)

    def ask_when_due(self) -> None:
        """Ask in a thread, if it is on and time to."""
        if not self._look.is_due(time.monotonic()):
            return
        if not self.is_enabled or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = Thread(target=self._ask_apart, name="ccmon-usage", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Ask in this thread, if it is on and time to; takes up to ten seconds.

        What is told is kept in the ledger; what goes wrong is a notice. Raises
        `sqlite3.Error`.
        """
        if self._settings.is_offline or not self.is_enabled:
            return
        from engine.limits.endpoint import oauth
        from engine.net.turns import Turns

        settings = self._settings
        is_due = Turns(self._load, self._keep).last().next_allowed_at <= settings.clock()
        endpoint = oauth.UsageEndpoint(
            is_enabled=True,
            environment=settings.environment,
            directories=discover.candidates(settings)[0],
            load=self._load,
            keep=self._keep,
            exclusive=self._ledger.transaction,
            clock=settings.clock,
            url=oauth.URL,
        )
        answer = endpoint.ask() if is_due else endpoint.waiting()
        keep_readings(self._ledger, rows_of(answer.readings))
        is_trouble = (answer.last or answer.outcome) not in _QUIET
        self._say(Notice("warning", answer.sentence) if is_trouble else None)

    def _ask_apart(self) -> None:
        try:
            self.ask()
        except sqlite3.Error:
            return

    def _load(self) -> str | None:
        return self._ledger.setting(_TURN)

    def _keep(self, text: str) -> None:
        """Keep a text within the transaction that is open."""
        self._ledger.put_setting(_TURN, text)
