"""Reads what is new into the ledger, once or for as long as it runs."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from functools import cached_property
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from engine.agents.registry import Registry
from engine.domain.paths import cursor_session_path
from engine.domain.reports import Notice, Progress
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ingest.reader import Reading
from engine.ingest.roots import Roots
from engine.ingest.wakeup import Wakeup
from engine.ledger.store import Ledger
from engine.live.memory import give_back
from engine.live.recovery import Recovery
from engine.live.state import State
from engine.live.timings import Timings
from engine.live.title_thread import TitleThread
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.domain.scans import Scan
    from engine.ingest.loader import Waiting
    from engine.limits.attending import Attending
    from engine.live.fetcher import Fetcher

_LEAST_BETWEEN_CHANGES = 0.1


class Follower:
    """Brings transcripts into a ledger and the ledger into a standing.

    One thread reads: the caller's (`read_all`), or one of its own (`start`).
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, standing: State, prices: PriceUpdates
    ) -> None:
        self._noticing = Wakeup(settings)
        self.watcher = self._noticing.watcher
        self._stop = Event()
        self.recovery = Recovery(
            ledger,
            self._begin_again,
            self._read_again,
            lambda: standing.present,
            self._stop,
            self._noticing.wake,
        )
        registry = Registry(settings.environment, settings.home)
        self.roots = Roots(settings, ledger, registry)
        self.reading = Reading(ledger, settings, registry)
        self._settings = settings
        self._ledger = ledger
        self._standing = standing
        self._prices = prices
        self._is_fetching = False
        self.timings = Timings()
        self._thread: Thread | None = None
        self._last_change = 0.0
        self._data_version = 0
        self._on_change: Callable[[], None] = lambda: None
        self._is_caught_up = False
        self._is_narrowed_anew = False
        self.is_read_once = False
        """Nobody is going to follow: who asks is shown all of history."""
        self._titles = TitleThread(standing, self._stop)
        self._opening = Lock()

    def open(self, *, is_whole: bool | None = None) -> None:
        """Show what the ledger knows, unless something is shown already.

        Who is going to follow gets its newest part alone, for the first paint's sake.
        """
        if self._standing.present is not None:
            return
        with self._opening:
            if self._standing.present is None:
                wanted = self.is_read_once if is_whole is None else is_whole
                self.recovery.insist(lambda: self._look_through(is_whole=wanted))

    def start(self, on_change: Callable[[], None]) -> None:
        """Read, then follow, in a thread of its own."""
        self.open()
        self._on_change = on_change
        self._thread = Thread(target=self._run, name="ccmon-engine", daemon=True)
        self.recovery.reader = self._thread
        self._thread.start()
        self._titles.start(on_change)

    def show(self, agents: tuple[str, ...]) -> None:
        """Show some agents alone, all for none; the thread that reads brings them in."""
        self._standing.shown_agents = agents
        if self.is_following:
            self._is_narrowed_anew = True
            self._noticing.wake.set()
        else:
            self.recovery.insist(lambda: self._look_through(is_whole=True))

    @cached_property
    def attending(self) -> Attending:
        """What is done about limits; made by who opens, before there is a second thread."""
        from engine.limits.attending import Attending

        return Attending(self._settings, self._ledger, self._standing, self.roots)

    @cached_property
    def fetching(self) -> Fetcher:
        """What comes over the network; who uses Claude Code alone needs none of it at once."""
        from engine.live.fetcher import Fetcher

        return Fetcher(self._settings, self._prices)

    @property
    def is_following(self) -> bool:
        """Whether a thread reads and looks at everything by itself."""
        return self._thread is not None

    def look_at_limits_once(self) -> None:
        """Look at all that is known of limits, where no thread does.

        All of history is brought in only where the 5-hour window's limit is estimated from it.
        """
        if self.is_following:
            return
        self.open(is_whole=False)
        self.recovery.insist(self.attending.look)
        self.recovery.insist(self.attending.lookout.calibrate)
        if self.attending.lookout.wants_estimate() and not self._standing.is_whole:
            self.recovery.insist(lambda: self._look_through(is_whole=True))

    def attend_once(self) -> None:
        """Read what is new and tell what happened to windows, where no thread does."""
        if self.is_following:
            return
        if not self._standing.is_whole:
            self.recovery.insist(lambda: self._look_through(is_whole=True))
        self.recovery.insist(self._look)
        self.recovery.insist(self._pull)
        self._standing.finish_reading()
        self.recovery.insist(self.attending.look)
        if self.attending.telling.attend():
            self.attending.lookout.look()

    def keep_and_look(self) -> None:
        """Write what is to be kept, and look at limits by it."""
        if self.is_following:
            self.look_soon()
        else:
            self._keep_settings()
            self.look_at_limits_once()

    def look_soon(self) -> None:
        """Ask for a look at everything."""
        self._noticing.look_soon()

    def close(self) -> None:
        """Stop following; may be called twice."""
        self._stop.set()
        self._noticing.wake.set()
        self._titles.wake()
        self.watcher.stop()
        if self._thread is not None:
            self._thread.join(5.0)
            self._thread = self.recovery.reader = None
            self.watcher.stop()

    def _begin_again(self) -> None:
        """Look through another ledger, and read what it does not know."""
        standing = self._standing
        was_reading, standing.is_reading = standing.is_reading, True
        self.reading.forget()
        self._look_through(is_whole=standing.is_whole)
        if self._thread is None and not was_reading:
            self._look()
            standing.finish_reading()
        self.look_soon()

    def _read_again(self) -> None:
        """Read once more what was read and could not be booked."""
        self.reading.forget()
        self._noticing.wants_look = True

    def _look_through(self, *, is_whole: bool) -> None:
        """Look at the ledger through the roots, and those candidates it already knows."""
        from engine.live.showing import show_ledger

        roots = self.roots.in_force()
        self.attending.lookout.look()
        show_ledger(self._ledger, roots, self._settings, self._standing, is_whole=is_whole)

    def catch_up(self, on_progress: Callable[[Progress], None] | None, most_bytes: int) -> bool:
        """Read what is new, newest first, bringing nothing of it into memory.

        Where more than `most_bytes` is new the rest is left; return whether all was read.
        """

        def tell() -> None:
            if on_progress is not None and self._standing.progress is not None:
                on_progress(self._standing.progress)

        self._on_change = tell
        self.recovery.insist(self._reprice)
        self.recovery.insist(self.roots.open_scopes)
        self._noticing.wants_look = self._is_caught_up = True
        while self._noticing.wants_look and self._is_caught_up and not self._stop.is_set():
            self._noticing.wants_look = False
            self.recovery.insist(lambda: self._look(most_bytes=most_bytes))
        self._ledger.keep_stamp()
        self._standing.finish_reading()
        return self._is_caught_up

    def fetch(self) -> None:
        """Start fetching what is due, beside the reading to come (one-shot use).

        Prices are fetched for the models of other agents; Claude's come with ccmon.
        """
        has_others = any(not root.is_claude for root in self.roots.current)
        if has_others or os.path.exists(cursor_session_path(self._settings)):
            self.fetching.start(wants_prices=has_others)
            self._is_fetching = True

    def take_fetched(self) -> list[str]:
        """Wait a little for what is fetched, count with it, and return what is missing."""
        if not self._is_fetching:
            return []
        self.fetching.wait()
        if self._prices.take_news():
            with self.timings.measured("prices"):
                self.recovery.insist(self._reprice)
        if self.fetching.has_usage:
            self.recovery.insist(self._look)
        for name, taken in self.fetching.seconds.items():
            self.timings.note(name, taken)
        return self.fetching.lacks()

    def read_transcript(self, path: str) -> None:
        """Read what is new of one session: its transcript and those of its sub-agents."""
        self.roots.open_scopes()
        for root, scans in self.reading.scans_of_session(self.roots.current, path).items():
            self._book(root, scans)

    def read_all(self) -> None:
        """Read all that is new, and bring in all of history."""
        self.recovery.insist(self._reprice)
        with self._opening:
            self.recovery.insist(lambda: self._look_through(is_whole=True))
        self.recovery.insist(self.attending.look)
        self._tell()
        self._noticing.wants_look = True
        while self._noticing.wants_look and not self._stop.is_set():
            self._noticing.wants_look = False
            self.recovery.insist(self._look)
        self._ledger.keep_stamp()
        self.recovery.insist(self._pull)
        self.recovery.insist(self.attending.look)
        self._standing.finish_reading()
        self._titles.wake()

    def _run(self) -> None:
        try:
            self.read_all()
            self._on_change()
            self._follow()
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            if self._stop.is_set():
                return
            text = f"Following stopped ({error}): start ccmon again; if it returns, report it."
            self._standing.say("failure", Notice("error", text))
            self._standing.finish_reading()
            self._on_change()

    def _follow(self) -> None:
        self.say_price_problem()
        self.recovery.insist(self._ledger.settle)
        give_back()
        while not self._stop.is_set():
            self._prices.refresh_when_due()
            self.fetching.sync_when_due(self._note_sync)
            self.recovery.insist(self.attending.usage.ask_when_due)
            self._noticing.wait()
            if self._stop.is_set():
                break
            if self.recovery.insist(self._read_on):
                self._wait_to_tell()
                self._tell()
        self._keep_settings()

    def _wait_to_tell(self) -> None:
        """Wait until something may be drawn again, and read what came meanwhile."""
        left = _LEAST_BETWEEN_CHANGES - (time.monotonic() - self._last_change)
        if left > 0:
            self._stop.wait(left)
            self.recovery.insist(self._read_on)

    def _read_on(self) -> bool:
        """Read what is new, of files and of the ledger; return whether that was anything."""
        before = self._standing.revision
        self.recovery.face_failure()
        if self._ledger.rewrite_if_deleted() or self._ledger.return_to_disk():
            self._begin_again()
        if self._is_narrowed_anew:
            self._is_narrowed_anew = False
            self._look_through(is_whole=True)
        if self._prices.take_news():
            self._reprice()
            self.say_price_problem()
        self._read_touched()
        is_wanted, self._noticing.wants_look = self._noticing.wants_look, False
        if is_wanted or self._noticing.is_time_to_look(self.roots.watched()):
            self._look(is_unasked=not is_wanted)
        data_version = self._ledger.data_version()
        if data_version != self._data_version:
            self._data_version = data_version
            self._pull()
        if self._standing.is_reading:
            self._standing.finish_reading()
        self._keep_settings()
        return self.attending.look_and_tell() or self._standing.revision != before

    def _look(self, *, is_unasked: bool = False, most_bytes: int = 1 << 62) -> None:
        """Look at every file of every root and read what is new."""
        if self.roots.look():
            if self._standing.present is not None:
                self._look_through(is_whole=True)
            else:
                self.roots.open_scopes()
        roots = self.roots.current
        if self._thread is not None:
            self._noticing.watch(self.roots.watched())
        with self.timings.measured("walk"):
            waiting = self._noticing.note_walk(
                lambda: self.reading.look(roots), self.reading.refused(), is_unasked=is_unasked
            )
        if self._thread is not None:
            self._noticing.note_files(self.reading.files())
        self._standing.places = self.reading.places
        if waiting:
            with self.timings.measured("read"):
                self._read_waiting(waiting, most_bytes)
        self._noticing.note_look()
        self._note_refused()

    def _read_waiting(self, waiting: list[Waiting], most_bytes: int) -> None:
        """Read what is new in some files, newest first, up to so many bytes."""
        from engine.ingest.loader import newest_within

        wanted = newest_within(waiting, most_bytes)
        self._is_caught_up = self._is_caught_up and len(wanted) == len(waiting)
        for batch in self.reading.batches(wanted, self._stop.is_set):
            self._standing.progress = batch.progress if self._standing.is_reading else None
            for root, scans in batch.scans.items():
                self._book(root, scans)
            self._read_touched()
            self._tell()

    def _tell(self) -> None:
        """Say that there is something to draw, unless that was said just now."""
        if time.monotonic() - self._last_change >= _LEAST_BETWEEN_CHANGES * 0.99:
            self._last_change = time.monotonic()
            self._on_change()

    def _book(self, root: Root, scans: list[Scan]) -> None:
        """Book scans; one whose figures no sum can hold is refused, the others stay."""
        from engine.ledger.booking import FiguresTooLarge

        self.recovery.face_failure()
        try:
            with self.timings.measured("book"):
                self._ledger.take(root, scans)
        except FiguresTooLarge:
            if len(scans) > 1:
                for scan in scans:
                    self._book(root, [scan])
                return
            path = f"{root.base}/{scans[0].place.path}"
            self.reading.refuse(path, "its figures are too large to add up")
        self._pull()

    def _pull(self) -> None:
        """Bring what the ledger has new into memory, where anything is shown of it."""
        if self._standing.pull():
            self._standing.note_change()
            self._titles.wake()

    def _reprice(self) -> None:
        if self._ledger.reprice(self._prices.table):
            self._pull()

    def say_price_problem(self) -> None:
        """Say why refreshed prices are not in use; reads them, so never before the first paint."""
        problem = self._prices.table.problem if self._prices.has_file else None
        self._standing.say("prices", Notice("warning", problem) if problem else None)

    def _read_touched(self) -> None:
        paths = self._noticing.take_paths()
        if not paths and not self.reading.has_unnamed:
            return
        scans, is_sure = self.reading.scans_of(self.roots.current, paths)
        for root, found in scans.items():
            self._book(root, found)
        self._noticing.wants_look = self._noticing.wants_look or not is_sure
        self._note_refused()

    def _note_refused(self) -> None:
        self._standing.say("refused", self.reading.notice())

    def _note_sync(self, lack: str) -> None:
        """Take what was synced, and say what is missing (called in the thread that synced)."""
        self._standing.say("cursor", Notice("warning", lack) if lack else None)
        if self.fetching.has_usage:
            self.fetching.has_usage = False
            self._noticing.look_soon()

    def _keep_settings(self) -> None:
        """Write what is to be kept across runs; what cannot be written is tried again."""
        standing = self._standing
        with standing.lock:
            values, standing.to_keep = standing.to_keep, {}
        if not values:
            return
        try:
            self._ledger.keep_settings(values)
        except sqlite3.Error:
            with standing.lock:
                standing.to_keep = {**values, **standing.to_keep}
