"""The only door to the engine: open, read, follow; snapshots and reports."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Event, RLock, Thread
from types import TracebackType

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

_LOOK_WITH_EVENTS = 30.0
_LOOK_WITHOUT_EVENTS = 2.0
_LEAST_BETWEEN_CHANGES = 0.1


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
        self._warnings = Warnings(self._ledger.setting(SETTING))
        self._to_keep: dict[str, str] = {}
        self._notices: dict[str, Notice] = {}
        self._progress: Progress | None = None
        self._is_reading = True
        self._revision = 0
        self._reading = Reading(self._ledger, settings)
        self._thread: Thread | None = None
        self._stop = Event()
        self._wake = Event()
        self._touched: set[str] = set()
        self._wants_look = False
        self._on_change: Callable[[], None] = lambda: None
        self._watcher = Watcher(self._touch, settings.is_polling)
        self._open_scope(discover.find_roots(settings))

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
        self._ledger.reprice(self._prices)
        self._look()
        self._finish_reading()

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
        with self._lock:
            tabulator, revision = self._tabulator, self._revision
        return tabulator.report(kind, span, self.settings.clock(), self._zone_name, revision)

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row, `None` where there is no such row."""
        with self._lock:
            details = self._details
        return details.detail(kind, key)

    def health(self) -> Health:
        """Return what `ccmon doctor` tells."""
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
        return self._ledger.setting(f"preference.{name}")

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
        self._ledger.reprice(self._prices)
        self._wake.set()

    # What follows runs in the monitor's own thread.

    def _run(self) -> None:
        try:
            self._ledger.reprice(self._prices)
            self._look()
            self._finish_reading()
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
        with self._ledger.lock, self._lock:
            if not self._view.is_whole:
                self._view.load_whole(self._ledger.revision())
                self._projects = short_names(self._ledger.names.projects())
            self._is_reading = False
            self._progress = None
            self._revision += 1
        with self._lock:
            self._view.history.days()

    def _book(self, root: str, scans: list[Scan]) -> None:
        try:
            self._ledger.take(root, scans)
        except sqlite3.Error as error:
            self._ledger.move_to_memory(error)
            self._reading.forget()
            self._open_scope(self._roots)
            self._ledger.take(root, scans)
            self._wants_look = True
        self._pull()

    def _pull(self) -> bool:
        """Bring what the ledger has new into memory; return whether that was anything."""
        with self._ledger.lock:
            revision = self._ledger.revision()
            with self._lock:
                if not self._view.pull(revision):
                    return False
                self._projects = short_names(self._ledger.names.projects())
                self._revision += 1
                return True

    def _follow(self) -> None:
        data_version = self._ledger.data_version()
        while not self._stop.is_set():
            self._wake.wait(1.0)
            self._wake.clear()
            if self._stop.is_set():
                break
            began = time.monotonic()
            has_changed = self._read_touched()
            if self._wants_look or self._is_time_to_look():
                self._wants_look = False
                before = self._revision
                self._look()
                has_changed = has_changed or self._revision != before
            if data_version != self._ledger.data_version():
                data_version = self._ledger.data_version()
                has_changed = self._pull() or has_changed
            self._keep_settings()
            if has_changed:
                self._on_change()
                self._stop.wait(max(0.0, _LEAST_BETWEEN_CHANGES - (time.monotonic() - began)))
        self._keep_settings()

    def _touch(self, paths: set[str]) -> None:
        """Take paths that file events name (called in the watcher's thread)."""
        with self._lock:
            self._touched |= paths
        self._wake.set()

    def _read_touched(self) -> bool:
        with self._lock:
            paths, self._touched = self._touched, set()
        if not paths:
            return False
        before = self._revision
        scans, is_sure = self._reading.scans_of(self._roots, paths)
        for root, found in scans.items():
            self._book(root, found)
        self._wants_look = self._wants_look or not is_sure
        self._note_refused()
        return self._revision != before

    def _is_time_to_look(self) -> bool:
        is_polling = self._watcher.mode == "polling"
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
