"""What a face asks and says about limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.ledger.limit_readings import keep_readings, readings_since
from engine.limits.kept_readings import reading_of_row, rows_of
from engine.live.notices import NoticeBoard

if TYPE_CHECKING:
    from engine.domain.limit_windows import Event, LimitsNow
    from engine.domain.scans import WindowUse
    from engine.limits.alerts import Alerts
    from engine.limits.endpoint.poller import UsagePoller
    from engine.limits.readings import HookSaid, Reading
    from engine.live.state import State
    from engine.live.steps import Steps
    from engine.live.updater import Updater


class Limits:
    """Limit windows, what happens to them, and their sources; all may be called by any thread."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        board: NoticeBoard,
        steps: Callable[[], Steps],
    ) -> None:
        """`steps` gives what reads and shows; what a hook says needs none of it."""
        self._settings = settings
        self._ledger = ledger
        self._board = board
        self._steps = steps

    @property
    def _state(self) -> State:
        return self._steps().state

    @property
    def _updater(self) -> Updater:
        return self._steps().updater

    @cached_property
    def alerts(self) -> Alerts:
        """What is told of windows, by the thread that follows."""
        from engine.limits.alerts import Alerts

        return Alerts(self._ledger)

    @cached_property
    def usage(self) -> UsagePoller:
        """What asks the usage endpoint, where that is turned on."""
        from engine.limits.endpoint.poller import UsagePoller

        return UsagePoller(self._settings, self._ledger, partial(self._board.say, "usage"))

    def now(self) -> LimitsNow:
        """Return every limit window as it stands, with what was told of them lately.

        Where nobody follows all that is known of limits is looked at before; all of history is
        brought in only where the 5-hour window's limit is estimated from it.
        """
        self._look_once()
        return self._updater.recovery.insist(self._state.limits)

    def take_events(self) -> tuple[Event, ...]:
        """Return the events that this process is to tell and has not taken yet, oldest first.

        Only a monitor that follows has any; those of all processes are a snapshot's.
        """
        return self.alerts.take()

    def pin_reset(self, time: int | None) -> None:
        """Say when the present 5-hour window ends; `None` takes back what was said before.

        An official source goes before it, and it holds no longer than up to that time. Raises
        `SettingsError` for a time that is past or further than five hours away.
        """
        from engine.limits.tracker import PINNED

        self._updater.kept.keep(PINNED, self._state.tracker.pin(time))
        if self._updater.is_followed:
            self._updater.wakeup.look_soon()
        else:
            self._updater.kept.write()
            self._look_once()

    def enable_oauth(self, is_enabled: bool) -> None:
        """Let the usage endpoint be asked, or no more: in all processes, from now on."""
        self._updater.recovery.insist(lambda: self.usage.enable(is_enabled))

    def is_oauth_enabled(self) -> bool:
        """Return whether the usage endpoint is asked."""
        return self._updater.recovery.insist(lambda: self.usage.is_enabled)

    def ask_usage(self) -> None:
        """Ask the usage endpoint if it is turned on and time to; takes up to ten seconds."""
        self._updater.recovery.insist(self.usage.ask)

    def note_uses(self, uses: Iterable[WindowUse]) -> bool:
        """Keep what a server said of windows, as if the status line had been told it."""
        from engine.limits.readings import Reading

        return self.note_readings(
            Reading(use.window, use.percent / 100, use.resets_at, use.time) for use in uses
        )

    def note_readings(self, readings: Iterable[Reading]) -> bool:
        """Keep what an official source said; return whether the ledger took it."""
        try:
            keep_readings(self._ledger, rows_of(readings))
        except sqlite3.Error:
            return False
        return True

    def note_hook(self, said: HookSaid, now: int) -> Mapping[str, Reading]:
        """Keep what a status line's hook says; return what is to be shown of its windows."""
        from engine.limits.hook import keep_hook, windows_of_hook

        with suppress(sqlite3.Error):
            keep_hook(self._ledger, self._settings, said, now)
        return windows_of_hook(self._ledger, said, now)

    def account_file(self, said: HookSaid) -> str:
        """Return the path of the file that says whose a hook's session is."""
        from engine.limits.hook import account_file

        return account_file(self._ledger, self._settings, said)

    def readings(self, since: int) -> tuple[Reading, ...]:
        """Return readings that some source still gave at a time or later, oldest first.

        `captured_at` is when each was given last.
        """
        return tuple(
            reading_of_row(row, confirmed_at)
            for row, confirmed_at in readings_since(self._ledger, since)
        )

    def _look_once(self) -> None:
        """Look at all that is known of limits, where no thread does."""
        updater, tracker = self._updater, self._state.tracker
        if updater.is_followed:
            return
        updater.open(is_whole=False)
        updater.recovery.insist(updater.look_at_limits)
        updater.recovery.insist(lambda: tracker.calibrate(self._state.whole.view.own.history))
        if tracker.wants_estimate():
            updater.open(is_whole=True)
