"""The only door to the engine: open, read, follow; snapshots and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TypeVar

from engine.following import Follower
from engine.health import Health, examine
from engine.intake import discover
from engine.ledger.store import Ledger
from engine.limits.warnings import SETTING
from engine.places import ledger_path
from engine.price_refresh import PriceRefresh
from engine.reports import Detail, Report, ReportKind, Snapshot, Span
from engine.settings import Settings, SettingsError
from engine.standing import Standing

_T = TypeVar("_T")


class Monitor:
    """Reads transcripts into a ledger and answers from it.

    All methods may be called from any thread. `start` runs one thread of its own which
    reads history (newest files first), then follows; it calls `on_change` (from that
    thread, at most ten times a second) whenever a new snapshot is worth drawing.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the ledger; raises `SettingsError` for a setting that cannot hold."""
        self.settings = settings
        self._standing = Standing(settings)
        self._prices = PriceRefresh(settings)
        self._ledger = Ledger(ledger_path(settings), self._prices.table)
        self._follower = Follower(settings, self._ledger, self._standing, self._prices)
        warned = self._follower.recovery.insist(lambda: self._ledger.setting(SETTING))
        self._standing.open(warned, lambda: self._ledger.notices)

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

    def read(self) -> None:
        """Read all that is new, in this thread, and return when done (one-shot use)."""
        self._follower.read_all()

    def start(self, on_change: Callable[[], None]) -> None:
        """Read, then follow, in a thread of its own."""
        self._follower.start(on_change)

    def refresh(self) -> None:
        """Ask the following thread to look at everything now."""
        self._follower.look_soon()

    def close(self) -> None:
        """Stop following and close the ledger; may be called twice."""
        self._follower.close()
        self._ledger.close()

    def snapshot(self) -> Snapshot:
        """Return where things stand now; takes about a millisecond."""
        return self._answer(self._standing.snapshot)

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        """Return a tab's rows and totals; may take tens of milliseconds."""
        return self._answer(lambda: self._standing.report(kind, span))

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row, `None` where there is no such row."""
        return self._answer(lambda: self._standing.detail(kind, key))

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether reports would show anything new."""
        asked = list(sessions)
        return self._answer(lambda: self._standing.learn_titles(asked))

    def set_zone(self, zone: str | None) -> None:
        """Show days and clocks in another zone, `None` for the system's."""
        self._follower.open()
        self._standing.set_zone(zone)

    def preference(self, name: str) -> str | None:
        """Return something a face asked to keep, such as the theme."""
        return self._follower.recovery.insist(lambda: self._ledger.setting(f"preference.{name}"))

    def keep_preference(self, name: str, value: str) -> None:
        """Keep something for the next run; the thread that reads writes it."""
        with self._standing.lock:
            self._standing.to_keep[f"preference.{name}"] = value

    def health(self) -> Health:
        """Return what `ccmon doctor` tells."""
        self._follower.say_price_problem()
        return self._answer(self._health)

    def _answer(self, ask: Callable[[], _T]) -> _T:
        """Ask the present outlook, opening one where nothing has been shown or read yet."""
        self._follower.open()
        return self._follower.recovery.insist(ask)

    def _health(self) -> Health:
        outlook = self._standing.outlook
        roots = outlook.roots
        return examine(
            self.settings,
            self._ledger,
            roots,
            self._prices.table,
            watch=self._follower.watcher.probe([root.projects for root in roots]),
            notices=self._standing.notices(),
            refused=self._follower.reading.refused(),
            responses=outlook.view.history.responses,
            span=outlook.view.span(),
        )


__all__ = ["Monitor", "SettingsError"]
