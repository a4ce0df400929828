"""The only door to the engine: open, read, follow; snapshots and reports."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Event, RLock, Thread, current_thread
from types import TracebackType
from typing import TypeVar

from engine.accumulators.sessions import short_names
from engine.accumulators.view import View
from engine.details import DetailMaker
from engine.health import Health, examine
from engine.intake import discover
from engine.intake.discover import Root
from engine.intake.tail import Scan
from engine.intake.watch import Watcher
from engine.ledger.reading import Reader
from engine.ledger.store import Ledger
from engine.limits.estimate import parse_limit
from engine.limits.warnings import SETTING, Warnings
from engine.places import ledger_path, prices_path
from engine.pricing.table import PriceTable
from engine.reading import Reading
from engine.reports import Detail, Notice, Progress, Report, ReportKind, Snapshot, Span
from engine.settings import Settings, SettingsError
from engine.snapshots import SnapshotMaker, Surroundings
from engine.tabulating import Tabulator
from engine.times import open_zone

_T = TypeVar("_T")

_LOOK_WITH_EVENTS = 30.0
_LOOK_WITHOUT_EVENTS = 2.0
_LEAST_BETWEEN_CHANGES = 0.1
_MENDING = 10.0
"""Seconds that a face waits for another ledger where the present one fails."""


class Monitor:
    """Reads transcripts into a ledger and answers from it.

    All methods may be called from any thread. `start` runs one thread of its own which
    reads history (newest files first), then follows; it calls `on_change` (from that
    thread, at most ten times a second) whenever a new snapshot is worth drawing.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the ledger; raises `SettingsError` for a setting that cannot hold."""
        self.settings = settings
        self._choice = parse_limit(settings.limit)
        self._zone_name, self._zone = open_zone(settings.zone, settings.environment)
        self._prices = PriceTable.load(prices_path(settings))
        self._ledger = Ledger(ledger_path(settings), self._prices)
        self._lock = RLock()
        self._to_keep: dict[str, str] = {}
        self._notices: dict[str, Notice] = {}
        self._progress: Progress | None = None
        self._is_reading = True
        self._revision = 0
        self._data_version = 0
        self._reading = Reading(self._ledger, settings)
        self._thread: Thread | None = None
        self._stop = Event()
        self._wake = Event()
        self._touched: set[str] = set()
        self._wants_look = False
        self._on_change: Callable[[], None] = lambda: None
        self._watcher = Watcher(self._touch, settings.is_polling)
        self._failure: tuple[sqlite3.Connection, sqlite3.Error] | None = None
        self._roots: list[Root] = []
        self._insist(self._open)

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def require_roots(self) -> None:
        """Raise `SettingsError` where the user named places and none has transcripts."""
        discover.require_roots(self.settings)

    def _open(self) -> None:
        self._warnings = Warnings(self._ledger.setting(SETTING))
        self._open_scope(discover.find_roots(self.settings))

    def _insist(self, step: Callable[[], _T]) -> _T:
        """Take a step; where the ledger fails, go on with another and take it again.

        Only the thread that reads changes the ledger: another one waits for it to do so.
        """
        while True:
            connection = self._ledger.connection
            try:
                return step()
            except sqlite3.Error as error:
                if self._stop.is_set():
                    raise
                if self._thread in (None, current_thread()):
                    self._ledger.recover(error)
                    self._insist(self._begin_again)
                else:
                    self._failure = (connection, error)
                    self._wake.set()
                    self._await_another(connection, error)

    def _await_another(self, failing: sqlite3.Connection, error: sqlite3.Error) -> None:
        end = time.monotonic() + _MENDING
        while self._ledger.connection is failing:
            if time.monotonic() > end:
                raise error
            self._stop.wait(0.02)

    def _face_failure(self) -> None:
        """Raise the error that another thread met in the present ledger."""
        failure, self._failure = self._failure, None
        if failure is not None and failure[0] is self._ledger.connection:
            raise failure[1]

    def _begin_again(self) -> None:
        """Look through another ledger, and read what it does not know."""
        self._reading.forget()
        self._open_scope(self._roots or discover.find_roots(self.settings))
        if not self._is_reading:
            if self._thread is None:
                self._look()
            self._finish_reading()
        self._wants_look = True
        self._wake.set()

    def _open_scope(self, roots: list[Root]) -> None:
        """Look at the ledger through these roots, and those of them it already knows."""
        candidates = [Root.at(path) for path in discover.candidates(self.settings)[0]]
        known = self._ledger.known_roots()
        in_force = list(roots)
        in_force += [root for root in candidates if root not in in_force and root.path in known]
        scope = self._ledger.open_scope(root.path for root in in_force)
        reader = Reader(self._ledger, scope)
        with self._lock:
            self._roots = in_force
            self._reader = reader
            self._view = View(reader, self._zone)
            self._projects = short_names(self._ledger.names.projects())
            names = self._ledger.names
            week_start = self.settings.week_start
            self._maker = SnapshotMaker(
                self._view, names, self._choice, week_start, lambda: self._projects
            )
            self._tabulator = Tabulator(
                self._view, reader, names, self._lock, week_start, lambda: self._projects
            )
            self._details = DetailMaker(
                self._view,
                reader,
                self._ledger,
                self._lock,
                self._tabulator,
                lambda: self._projects,
                lambda: [root.path for root in self._roots],
            )
            self._view.load_recent(self.settings.clock(), self._ledger.revision())
            self._revision += 1

    def read(self) -> None:
        """Read all that is new, in this thread, and return when done (one-shot use)."""
        self._read_all()

    def _read_all(self) -> None:
        self._insist(lambda: self._ledger.reprice(self._prices))
        self._wants_look = True
        while self._wants_look and not self._stop.is_set():
            self._wants_look = False
            self._insist(self._look)
        self._insist(self._finish_reading)

    def start(self, on_change: Callable[[], None]) -> None:
        """Read, then follow, in a thread of its own."""
        self._on_change = on_change
        self._thread = Thread(target=self._run, name="ccmon-engine", daemon=True)
        self._thread.start()

    def refresh(self) -> None:
        """Ask the following thread to look at everything now."""
        self._wants_look = True
        self._wake.set()

    def close(self) -> None:
        """Stop following and close the ledger; may be called twice."""
        self._stop.set()
        self._wake.set()
        self._watcher.stop()
        if self._thread is not None:
            self._thread.join(5.0)
            self._thread = None
        self._ledger.close()

    def snapshot(self) -> Snapshot:
        """Return where things stand now; takes about a millisecond."""
        return self._insist(self._snapshot)

    def _snapshot(self) -> Snapshot:
        now = self.settings.clock()
        with self._lock:
            active = self._view.blocks.active(now)
            window = active.start if active else None
            if not self._is_reading and self._warnings.note(self._maker.limit(now), window, now):
                self._to_keep[SETTING] = self._warnings.kept()
            return self._maker.make(
                now,
                Surroundings(
                    zone=self._zone_name,
                    revision=self._revision,
                    is_reading=self._is_reading,
                    progress=self._progress,
                    notices=(*self._ledger.notices, *self._notices.values()),
                    places=self._reading.places,
                    warned=self._warnings.warned_in(window),
                ),
            )

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        """Return a tab's rows and totals; may take tens of milliseconds."""

        def made() -> Report:
            with self._lock:
                tabulator, revision = self._tabulator, self._revision
            return tabulator.report(kind, span, self.settings.clock(), self._zone_name, revision)

        return self._insist(made)

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row, `None` where there is no such row."""
        return self._insist(lambda: self._details.detail(kind, key))

    def health(self) -> Health:
        """Return what `ccmon doctor` tells."""
        return self._insist(self._health)

    def _health(self) -> Health:
        with self._lock:
            responses, span = self._view.history.responses, self._view.span()
        return examine(
            self.settings,
            self._ledger,
            self._roots,
            self._prices,
            watch=self._watcher.mode,
            notices=self.snapshot().notices,
            refused=self._reading.refused(),
            responses=responses,
            span=span,
        )

    def set_zone(self, zone: str | None) -> None:
        """Show days and clocks in another zone, `None` for the system's."""
        name, rules = open_zone(zone, self.settings.environment)
        with self._lock:
            self._zone_name, self._zone = name, rules
            self._view.history.set_zone(rules)
            self._revision += 1

    def preference(self, name: str) -> str | None:
        """Return something a face asked to keep, such as the theme."""
        return self._insist(lambda: self._ledger.setting(f"preference.{name}"))

    def keep_preference(self, name: str, value: str) -> None:
        """Keep something for the next run; the monitor's own thread writes it."""
        with self._lock:
            self._to_keep[f"preference.{name}"] = value

    def refresh_prices(self) -> None:
        """Fetch the price table of other vendors' models if a day has passed.

        Goes on without a word where that fails: prices come with ccmon.
        """
        from engine.pricing.refresh import RefreshError, is_due, refresh

        target = prices_path(self.settings)
        if self.settings.is_offline or not is_due(target, self.settings.clock()):
            return
        try:
            refresh(target)
        except RefreshError:
            return
        self._prices = PriceTable.load(target)
        self._insist(lambda: self._ledger.reprice(self._prices))
        self._wake.set()

    # What follows runs in the monitor's own thread.

    def _run(self) -> None:
        try:
            self._read_all()
            self._on_change()
            if not self.settings.is_offline:
                Thread(target=self.refresh_prices, name="ccmon-prices", daemon=True).start()
            self._follow()
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            if self._stop.is_set():
                return
            text = f"Following stopped ({error}): start ccmon again; if it returns, report it."
            self._notices["failure"] = Notice("error", text)
            self._is_reading = False
            self._on_change()

    def _look(self) -> None:
        """Look at every file of every root and read what is new."""
        found = discover.find_roots(self.settings)
        if any(root not in self._roots for root in found):
            self._open_scope(found)
            if not self._is_reading:
                self._finish_reading()
        began = time.monotonic()
        for batch in self._reading.batches(self._roots, self._stop.is_set):
            self._progress = batch.progress if self._is_reading else None
            self._book(batch.root, batch.scans)
            self._on_change()
        self._look_took = time.monotonic() - began
        self._last_look = time.monotonic()
        self._note_refused()
        if self._thread is not None:
            self._watcher.watch([root.projects for root in self._roots])

    def _finish_reading(self) -> None:
        with self._lock, self._ledger.lock:
            if not self._view.is_whole:
                self._view.load_whole(self._ledger.revision())
                self._projects = short_names(self._ledger.names.projects())
            self._is_reading = False
            self._progress = None
            self._revision += 1
        with self._lock:
            self._view.history.days()

    def _book(self, root: str, scans: list[Scan]) -> None:
        self._face_failure()
        self._ledger.take(root, scans)
        self._pull()

    def _pull(self) -> bool:
        """Bring what the ledger has new into memory; return whether that was anything."""
        with self._lock, self._ledger.lock:
            if not self._view.pull(self._ledger.revision()):
                return False
            self._projects = short_names(self._ledger.names.projects())
            self._revision += 1
            return True

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(1.0)
            self._wake.clear()
            if self._stop.is_set():
                break
            began = time.monotonic()
            if self._insist(self._read_on):
                self._on_change()
                self._stop.wait(max(0.0, _LEAST_BETWEEN_CHANGES - (time.monotonic() - began)))
        self._keep_settings()

    def _read_on(self) -> bool:
        """Read what is new, of files and of the ledger; return whether that was anything."""
        before = self._revision
        self._face_failure()
        if self._ledger.rewrite_if_deleted():
            self._begin_again()
        self._read_touched()
        if self._wants_look or self._is_time_to_look():
            self._wants_look = False
            self._look()
        data_version = self._ledger.data_version()
        if data_version != self._data_version:
            self._data_version = data_version
            self._pull()
        self._keep_settings()
        return self._revision != before

    def _touch(self, paths: set[str]) -> None:
        """Take paths that file events name (called in the watcher's thread)."""
        with self._lock:
            self._touched |= paths
        self._wake.set()

    def _read_touched(self) -> None:
        with self._lock:
            paths, self._touched = self._touched, set()
        if not paths:
            return
        scans, is_sure = self._reading.scans_of(self._roots, paths)
        for root, found in scans.items():
            self._book(root, found)
        self._wants_look = self._wants_look or not is_sure
        self._note_refused()

    def _is_time_to_look(self) -> bool:
        is_polling = self._watcher.mode == "polling"
        present = [root.projects for root in discover.find_roots(self.settings)]
        if not self._watcher.is_watching(present):
            return True
        interval = _LOOK_WITHOUT_EVENTS if is_polling else _LOOK_WITH_EVENTS
        return time.monotonic() - self._last_look >= max(interval, 200 * self._look_took)

    def _note_refused(self) -> None:
        refused = self._reading.refused()
        if not refused:
            self._notices.pop("refused", None)
            return
        path, reason = next(iter(refused.items()))
        others = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        text = (
            f"{path}{others} could not be read ({reason}): the rest is counted; see ccmon doctor."
        )
        self._notices["refused"] = Notice("warning", text)

    def _keep_settings(self) -> None:
        """Write what is to be kept across runs; what cannot be written is tried again."""
        with self._lock:
            values, self._to_keep = self._to_keep, {}
        if not values:
            return
        try:
            self._ledger.keep_settings(values)
        except sqlite3.Error:
            with self._lock:
                self._to_keep = {**values, **self._to_keep}


__all__ = ["Monitor", "SettingsError"]
