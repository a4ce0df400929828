"""Follows what agents write, in a thread of its own, for as long as it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from engine.domain.pace import DRAWN, LONGEST_UNQUIET, QUIET
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.live.fetcher import Fetcher
from engine.live.limits import Limits
from engine.live.notices import NoticeBoard, stopped
from engine.live.recovery import TURN
from engine.live.state import State
from engine.live.title_thread import TitleThread
from engine.live.updater import Updater
from engine.pricing.updates import PriceUpdates

_EARLY = 0.001
"""Seconds by which a wait may end too soon."""


class Follower:
    """The thread that reads: all of history first, then whatever is written.

    `on_change` is called, in that thread and ten times a second at most, when there is
    something new to draw.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        state: State,
        board: NoticeBoard,
        updater: Updater,
        limits: Limits,
        prices: PriceUpdates,
        on_change: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._state = state
        self._board = board
        self._updater = updater
        self._alerts, self._usage = limits.alerts, limits.usage
        self._prices = prices
        self._fetcher = Fetcher(settings, prices)
        self._on_change = on_change
        self._titles = TitleThread(state, updater.stop)
        self._drawn = -1
        self._drawn_at = 0.0
        self._news_at = self._had_time_at = -LONGEST_UNQUIET
        self._thread = Thread(target=self._run, name="ccmon-engine", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._updater.recovery.reader = self._thread
        self._thread.start()
        self._titles.start(self._on_change)

    def close(self) -> None:
        """Stop following; may be called twice."""
        self._updater.close()
        self._titles.wake()
        self._thread.join(5.0)
        self._updater.recovery.reader = None

    def _draw(self) -> None:
        """Say that there is something to draw, and that it may have sessions without a title."""
        self._drawn_at = time.monotonic()
        if self._state.revision != self._drawn:
            self._drawn = self._state.revision
            self._titles.wake()
        self._on_change()

    def _draw_if_due(self) -> None:
        """Say that there is something to draw, unless that was said just now."""
        if self._left() <= _EARLY:
            self._draw()

    def _left(self) -> float:
        """Return the seconds until something may be drawn again; nothing or less for at once."""
        return self._drawn_at + DRAWN - time.monotonic()

    def _run(self) -> None:
        try:
            self._ledger.wait_at_most(TURN)
            self._updater.read_all(self._draw_if_due)
            self._draw()
            self._follow()
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            if self._updater.stop.is_set():
                return
            self._board.say("failure", stopped("Following", error))
            self._state.finish_reading()
            self._on_change()

    def _follow(self) -> None:
        updater, insist = self._updater, self._updater.recovery.insist
        updater.say_price_problem()
        insist(self._settle)
        is_bringing = False
        while not updater.stop.is_set():
            self._prices.refresh_when_due()
            self._fetcher.sync_when_due(self._note_sync)
            self._fetcher.refresh_providers_when_due(self._note_providers)
            insist(self._usage.ask_when_due)
            self._state.sleeps.note(self._settings.clock(), time.monotonic())
            insist(updater.share_when_due)
            was_bringing = is_bringing
            if self._has_time():
                is_bringing = insist(updater.bring_rows)
            if was_bringing and not is_bringing:
                insist(self._settle)
            updater.wakeup.wait(is_brief=is_bringing)
            if updater.stop.is_set():
                break
            self._note_sleep()
            if insist(self._read_on):
                self._news_at = time.monotonic()
                self._wait_to_draw()
                self._draw_if_due()
        updater.kept.write()

    def _has_time(self) -> bool:
        """Say whether a step may be taken that new lines would have to wait for."""
        now = time.monotonic()
        is_busy = now - self._news_at < QUIET
        if is_busy and now - self._had_time_at < LONGEST_UNQUIET:
            return False
        self._had_time_at = now
        return True

    def _settle(self) -> None:
        """Give back what reading much has taken: next to nothing is read from here on."""
        self._state.settle()
        give_back_memory()

    def _note_sleep(self) -> None:
        """Take note of a sleep of the machine, after which all that there is may be new."""
        if self._state.sleeps.note(self._settings.clock(), time.monotonic()):
            self._updater.wakeup.look_soon()
            self._state.note_change()

    def _wait_to_draw(self) -> None:
        """Wait until something may be drawn again, and read what came meanwhile."""
        left = self._left()
        if left > 0:
            self._updater.stop.wait(left)
            self._updater.recovery.insist(self._read_on)

    def _read_on(self) -> bool:
        """Read what is new and tell what happens to windows; return whether to draw."""
        is_news = self._updater.read_on(self._draw_if_due)
        is_news = self._updater.look_at_limits(is_due=False) or is_news
        if self._tell_when_due():
            is_news = self._state.tracker.look_at_ledger() or is_news
        return is_news

    def _tell_when_due(self) -> bool:
        """Tell what happens to windows; return whether the ledger was written."""
        state, known = self._state, self._state.tracker.known
        if not self._alerts.is_due((state.revision, known.revision)):
            return False
        now = self._settings.clock()
        return self._alerts.tell(state.windows(now).windows, known, now, state.zone)

    def _note_providers(self, problem: str) -> None:
        """Show what providers said (called in the thread that asked them)."""
        self._board.warn("providers", problem)
        self._state.note_change()
        self._updater.wakeup.look_soon()

    def _note_sync(self, lack: str) -> None:
        """Take what was synced, and say what is missing (called in the thread that synced)."""
        self._board.warn("cursor", lack)
        if self._fetcher.has_usage:
            self._fetcher.has_usage = False
            self._updater.wakeup.look_soon()


def give_back_memory() -> None:
    """Give the system what is free already, where the C library (glibc's) would keep it."""
    with suppress(ImportError, AttributeError, OSError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
