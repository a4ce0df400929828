"""The only door to the engine: open, read, follow; snapshots and reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, tzinfo
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from engine.domain.mistakes import SettingsError
from engine.domain.paths import ledger_path
from engine.domain.scans import ALL
from engine.domain.settings import Settings
from engine.domain.times import day_of, open_zone
from engine.ingest import discover
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.live.notices import NoticeBoard
from engine.live.shared_machines import SharedMachines
from engine.live.timings import Timings
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from types import TracebackType

    from engine.domain.billed import BillComparison
    from engine.domain.calendars import Calendar
    from engine.domain.found import AgentFound, Health
    from engine.domain.glances import Glance
    from engine.domain.notices import Notice
    from engine.domain.owners import OwnedScope
    from engine.domain.questions import Selection
    from engine.domain.reports import Detail, Report, ReportKind, Span
    from engine.domain.snapshots import Progress, Snapshot
    from engine.limits.readings import Reading
    from engine.live.limits import Limits
    from engine.live.machines import Machines
    from engine.live.one_shot import OneShot
    from engine.live.state import State
    from engine.live.steps import Steps
    from engine.live.team_watch import TeamWatch
    from engine.live.threads import Threads
    from engine.live.updater import Updater
    from engine.providers.accounts import Accounts
    from engine.reports.queries.answers import Answers

_T = TypeVar("_T")


class Monitor:
    """Reads transcripts into a ledger and answers from it.

    All methods may be called from any thread. `start` runs one thread of its own which
    reads history (newest files first), then follows; it calls `on_change` (from that
    thread, at most ten times a second) whenever a new snapshot is worth drawing.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the ledger; raises `SettingsError` for a setting that cannot hold."""
        zone = open_zone(settings.zone, settings.environment)
        if settings.says_of_limits:
            from engine.limits.choice import check_limits

            check_limits(settings)
        self.settings = settings
        self.timings = Timings()
        """How long each part of the work took so far."""
        prices = PriceUpdates(settings)
        ledger = Ledger(ledger_path(settings), prices.table)
        shared = SharedMachines(settings, ledger)
        self._zone, self._prices, self._ledger, self._shared = zone, prices, ledger, shared
        self._roots = Roots(settings, ledger, shared.roots)
        self._board = NoticeBoard(lambda: ledger.notices)
        self._team = _team_of(settings)
        self._threads: Threads | None = None
        self._steps: Steps | None = None
        self._making = Lock()
        self._is_read = False
        """Whether a status line has read what there was without the steps."""

    def _made(self) -> Steps:
        """Return what reads and shows; a status line's questions load nothing of it."""
        with self._making:
            if self._steps is None:
                from engine.live.steps import Steps

                self._steps = Steps(
                    self.settings,
                    self._zone,
                    self._ledger,
                    self._roots,
                    self._board,
                    self._prices,
                    self.timings,
                    self._shared,
                    self._team.live if self._team is not None else None,
                )
                if self._is_read:
                    self._steps.state.finish_reading()
            return self._steps

    @property
    def _state(self) -> State:
        return self._made().state

    @property
    def _updater(self) -> Updater:
        return self._made().updater

    @property
    def _one_shot(self) -> OneShot:
        return self._made().one_shot

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def limits(self) -> Limits:
        """What is asked and said about limits."""
        from engine.live.limits import Limits

        return Limits(self.settings, self._ledger, self._board, self._made)

    @cached_property
    def providers(self) -> Accounts:
        """What providers of models say of the user's accounts; asked only where enabled."""
        from engine.providers.accounts import Accounts

        return Accounts(self.settings)

    @cached_property
    def machines(self) -> Machines:
        """What is done about other machines of the user, or of a team."""
        from engine.live.machines import Machines

        return Machines(self.settings, self._ledger, self._roots, self._shared, self._made)

    @property
    def answers(self) -> Answers:
        """What answers the questions of one-shot reports from the ledger."""
        return self.answers_in((self._state.zone_name, self._state.zone), None)

    def answers_in(self, zone: tuple[str, tzinfo], week_start: int | None) -> Answers:
        """Return what answers with the days of a zone, and weeks that begin on a day of theirs."""
        from engine.ledger.kept_answers import KeptAnswers
        from engine.ledger.report_source import LedgerSource
        from engine.reports.queries.answers import Answers

        team = self._team and self._team.source
        return Answers(
            team or LedgerSource(self._ledger),
            team.scopes if team else self._roots.open_scopes,
            zone,
            self.settings.clock,
            self.settings.week_start if week_start is None else week_start,
            team.insist if team else self._updater.recovery.insist,
            self.snapshot,
            str(self.settings.home),
            self._owned,
            None if team else KeptAnswers(self._ledger),
        )

    def _owned(self, account: str) -> Sequence[OwnedScope]:
        """Return what was an account's, after a look at who is signed in."""
        from engine.limits.accounts import scopes_of_account

        self._updater.open(is_whole=False)
        self._answer(self._updater.look_at_limits)
        roots = self._roots.claude_paths()
        return self._answer(lambda: scopes_of_account(self._ledger, self.settings, roots, account))

    def compare_bill(self, provider: str, period: str, selection: Selection) -> BillComparison:
        """Ask a provider about a period, and set it beside what was counted of these UTC days.

        Takes some seconds; raises `SettingsError` for whatever keeps the provider from answering.
        """
        from engine.reports.billed import compare_bill

        answers, now = self.answers_in(("UTC", UTC), None), self.settings.clock()
        return compare_bill(self.providers, answers, provider, period, selection, now)

    def require_roots(self) -> None:
        """Raise `SettingsError` where the user named places and none has transcripts."""
        if self.settings.database is None:
            discover.require_roots(self.settings)

    def read(self) -> None:
        """Read all that is new, in this thread, and show all of history (one-shot use)."""
        if self._team is not None:
            self._updater.open(is_whole=True)
            self._state.finish_reading()
            return
        self._updater.read_all()

    def catch_up(
        self,
        on_progress: Callable[[Progress], None] | None = None,
        *,
        most_bytes: int = ALL,
        unless_within: int = 0,
    ) -> bool:
        """Read all that is new into the ledger, bringing no history into memory (one-shot use).

        Of more than `most_bytes` only the newest is read. Nothing is looked at where any
        process has caught up in the last `unless_within` milliseconds. Returns whether all
        there was has been read.
        """
        if self.settings.database is not None:
            return True
        if unless_within and self._steps is None and self._has_caught_up(unless_within):
            self._is_read = True
            return True
        return self._one_shot.catch_up(
            on_progress, most_bytes=most_bytes, unless_within=unless_within
        )

    def _has_caught_up(self, within: int) -> bool:
        """Say whether any process has read all there was in the last so many milliseconds."""
        from engine.live.caught_up import caught_up_at

        try:
            return self.settings.clock() - caught_up_at(self._ledger, self._roots) < within
        except sqlite3.Error:
            return False

    def fetch(self) -> None:
        """Start fetching stale prices and Cursor's usage, beside the reading to come.

        Opens no connection where the settings say offline, and none to Cursor for who has not
        logged in.
        """
        if self.settings.database is None:
            self._one_shot.fetch()

    def take_fetched(self) -> list[str]:
        """Wait five seconds at most for what is being fetched, and count with it.

        Returns a sentence for each part that is missing.
        """
        return self._one_shot.take_fetched()

    def read_transcript(self, path: str) -> None:
        """Read what is new of one session alone; a path below no root is passed over."""
        from engine.live.caught_up import read_session

        if self._steps is None and read_session(self._ledger, self.settings, self._roots, path):
            self._is_read = True
            return
        self._one_shot.read_transcript(path)

    def start(self, on_change: Callable[[], None]) -> None:
        """Read, then follow, in a thread of its own."""
        from engine.live.threads import Threads

        self._updater.open(is_whole=False)
        if self._team is not None:
            self._team.start(self._state, self._board, self.limits, on_change)
            return
        self._threads = Threads(self.settings, self._ledger, self._board, self._prices)
        self._threads.start(self._made(), self.limits, on_change)

    def refresh(self) -> None:
        """Ask the following thread to look at everything now."""
        if self._team is not None:
            self._team.look_soon()
        self._updater.wakeup.look_soon()

    def close(self) -> None:
        """Stop following and close the ledger; may be called twice."""
        if self._threads is not None:
            self._threads.close()
        if self._steps is not None:
            self._steps.updater.close()
        if self._team is not None:
            self._team.close()
        self._ledger.close()

    def snapshot(self) -> Snapshot:
        """Return where things stand now; takes about a millisecond."""
        return self._answer(self._state.snapshot)

    def report(self, kind: ReportKind, span: Span = "all") -> Report:
        """Return a tab's rows and totals; may take tens of milliseconds."""
        team, state = self._team, self._state
        ask = partial(team.report, state) if team is not None else state.report
        return self._answer(lambda: ask(kind, span))

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row, `None` where there is no such row."""

        def ask() -> Detail | None:
            return self._answer(lambda: self._state.detail(kind, key))

        return self._team.or_none(ask) if self._team is not None else ask()

    def shown_calendar(self, year: int | None) -> Calendar:
        """Return the calendar of what the live screen shows; may take tens of milliseconds."""
        from engine.reports.queries.calendar import calendar_of

        report = self.report("daily")
        return calendar_of(
            report.rows,
            year,
            self.today(),
            zone=report.zone,
            now=self.settings.clock(),
            week_start=self.settings.week_start,
        )

    def glance(self, session: str | None, five_hours: Reading | None = None) -> Glance:
        """Return what the status line shows of a session, of today and of the active block.

        The block is the window that `five_hours` tells of, with what its owner used, where that
        is given.
        """
        from engine.live.caught_up import glance_at

        steps = self._steps
        zone = self._zone if steps is None else (steps.state.zone_name, steps.state.zone)
        now = self.settings.clock()
        return glance_at(self._ledger, self._roots, zone, now, session, five_hours)

    def ledger_revision(self) -> int:
        """Return a number that changes with everything written to the ledger."""
        return self._ledger.revision()

    def wait_at_most(self, seconds: float) -> None:
        """Give up sooner where another process holds the ledger (a status line has no time)."""
        self._ledger.wait_at_most(seconds)

    def today(self) -> date:
        """Return the present day in the zone in force."""
        return day_of(self.settings.clock(), self._state.zone)

    def notices(self) -> tuple[Notice, ...]:
        """Return what the user should know, such as that the ledger is in memory."""
        return self._board.notices()

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether reports would show anything new."""
        asked = list(sessions)
        return self._answer(lambda: self._state.learn_titles(asked))

    def set_zone(self, zone: str | None) -> None:
        """Show days and clocks in another zone, `None` for the system's."""
        self._answer(lambda: self._state.set_zone(zone))

    def preference(self, name: str) -> str | None:
        """Return something a face asked to keep, such as the theme."""
        return self._updater.recovery.insist(lambda: self._ledger.setting(f"preference.{name}"))

    def keep_preference(self, name: str, value: str) -> None:
        """Keep something for the next run; the thread that reads writes it."""
        self._updater.kept.keep(f"preference.{name}", value)

    def show_agents(self, agents: Sequence[str]) -> None:
        """Show some coding agents alone, all for none named; all are read nevertheless."""
        self._updater.show(agents)

    def agents(self) -> tuple[AgentFound, ...]:
        """Return all coding agents that ccmon can read, and what was found of each."""
        from engine.reports.agents import agents_found

        refused = self._updater.reader.refused
        return self._updater.recovery.insist(
            lambda: agents_found(self.settings, self._ledger, self._roots, refused())
        )

    @property
    def reader(self) -> str:
        """Which reader takes transcripts in here: `native` or `python`."""
        from engine.native import reader_name

        return reader_name(self.settings.environment)

    def health(self) -> Health:
        """Return what `ccmon doctor` tells."""
        from engine.live.doctor import health_now

        self._updater.say_price_problem()
        prices, shared = self._prices.table, self._shared
        return self._answer(
            lambda: health_now(self.settings, self._ledger, prices, self._made(), shared)
        )

    def _answer(self, ask: Callable[[], _T]) -> _T:
        """Ask what is shown, showing what the ledger knows where nothing is yet."""
        self._updater.open()
        return self._updater.recovery.insist(ask)


def _team_of(settings: Settings) -> TeamWatch | None:
    """Return the database that answers in place of the ledger."""
    if settings.database is None:
        return None
    from engine.live.team_watch import TeamWatch

    return TeamWatch(settings)


__all__ = ["Monitor", "SettingsError"]
