"""The only door to the engine: open, read, follow; snapshots and reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from engine.domain.paths import ledger_path
from engine.domain.responses import CLAUDE
from engine.domain.settings import Settings, SettingsError
from engine.domain.times import day_of
from engine.ingest import discover
from engine.ledger.store import Ledger
from engine.live.follower import Follower
from engine.live.state import State
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.domain.calendars import Calendar
    from engine.domain.choices import Mode
    from engine.domain.limit_windows import Event, LimitsNow
    from engine.domain.questions import (
        Answer,
        Comparison,
        Glance,
        Question,
        Selection,
        SessionAnswer,
        Summary,
    )
    from engine.domain.reports import Detail, Notice, Progress, Report, ReportKind, Snapshot, Span
    from engine.limits.readings import Reading
    from engine.live.timings import Timings
    from engine.reports.agents import AgentFound
    from engine.reports.health import Health
    from engine.reports.queries.answering import Answers

ALL = 1 << 62
"""As many bytes as there are."""

_NOTED_EVERY = 10_000
"""Milliseconds between notes of when a process last caught up."""

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
        self._standing = State(settings)
        self._prices = PriceUpdates(settings)
        self._ledger = Ledger(ledger_path(settings), self._prices.table)
        self._follower = Follower(settings, self._ledger, self._standing, self._prices)
        self._standing.open(lambda: self._ledger.notices)

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
        self._follower.is_read_once = True
        now = self.settings.clock()
        scopes = self._follower.recovery.insist(self._follower.roots.open_scopes)
        setting = f"caught_up_at.{','.join(map(str, scopes.values()))}"
        age = now - int(self._ledger.setting(setting) or 0)
        if age < unless_within:
            return True
        is_all = self._follower.catch_up(on_progress, most_bytes)
        if is_all and age > _NOTED_EVERY:
            with suppress(sqlite3.Error):
                self._ledger.keep_settings({setting: str(now)})
        return is_all

    def fetch(self) -> None:
        """Start fetching stale prices and Cursor's usage, beside the reading to come.

        Opens no connection where the settings say offline, and none to Cursor for who has not
        logged in.
        """
        self._follower.fetch()

    def take_fetched(self) -> list[str]:
        """Wait five seconds at most for what is being fetched, and count with it.

        Returns a sentence for each part that is missing.
        """
        return self._follower.take_fetched()

    @property
    def timings(self) -> Timings:
        """How long each phase took so far."""
        return self._follower.timings

    def read_transcript(self, path: str) -> None:
        """Read what is new of one session alone; a path below no root is passed over."""
        self._follower.is_read_once = True
        self._follower.read_transcript(path)

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

    def answer(self, question: Question) -> Answer:
        """Answer a one-shot report from the ledger; raises `SettingsError` for a bad question."""
        return self._ask(lambda answers: answers.answer(question))

    def session(self, name: str, mode: Mode = "auto") -> SessionAnswer | None:
        """Return one session with all its responses, `None` where there is no such session."""
        return self._ask(lambda answers: answers.session(name, mode))

    def compare(self, left: str, right: str, selection: Selection) -> Comparison:
        """Hold two periods or two projects against each other; raises `SettingsError`."""
        return self._ask(lambda answers: answers.compare(left, right, selection))

    def summary(self, selection: Selection) -> Summary:
        """Return today, this week, this month and the active block."""
        snapshot = self.snapshot()
        return self._ask(lambda answers: answers.summary(selection, snapshot))

    def calendar(self, year: int | None, selection: Selection) -> Calendar:
        """Return every day of a year, or of the last 53 weeks, of what is selected."""
        return self._ask(lambda answers: answers.calendar(year, selection))

    def shown_calendar(self, year: int | None) -> Calendar:
        """Return the calendar of what the live screen shows; may take tens of milliseconds."""
        from engine.reports.queries.calendar import calendar_of

        report = self.report("daily")
        now = self.settings.clock()
        zone = self._standing.zone
        return calendar_of(
            report.rows,
            year,
            day_of(now, zone),
            zone=report.zone,
            now=now,
            week_start=self.settings.week_start,
        )

    def glance(self, session: str | None) -> Glance:
        """Return what the status line shows of a session, of today and of the active block."""
        from engine.ledger.rows import Reader
        from engine.reports.glance import glance

        standing = self._standing
        zone = (standing.zone_name, standing.zone)
        scopes = self._follower.roots.open_scopes((CLAUDE,))
        reader = Reader(self._ledger, tuple(scopes.values()))
        return glance(reader, self._ledger.names, zone, self.settings.clock(), session)

    def ledger_revision(self) -> int:
        """Return a number that changes with everything written to the ledger."""
        return self._ledger.revision()

    def wait_at_most(self, seconds: float) -> None:
        """Give up sooner where another process holds the ledger (a status line has no time)."""
        self._ledger.wait_at_most(seconds)

    def note_readings(self, readings: Iterable[Reading]) -> bool:
        """Keep what an official source said; return whether the ledger took it."""
        from engine.ledger.limit_readings import keep_readings
        from engine.limits.kept_readings import rows_of

        try:
            keep_readings(self._ledger, rows_of(readings))
        except sqlite3.Error:
            return False
        return True

    def readings(self, since: int) -> tuple[Reading, ...]:
        """Return readings that some source still gave at a time or later, oldest first.

        `captured_at` is when each was given last.
        """
        from engine.ledger.limit_readings import readings_since
        from engine.limits.kept_readings import reading_of_row

        return tuple(
            reading_of_row(row, confirmed_at)
            for row, confirmed_at in readings_since(self._ledger, since)
        )

    def limits(self) -> LimitsNow:
        """Return every limit window as it stands, with what was told of them lately.

        Where nothing else has been read all of history is brought in only for an estimate.
        """
        self._follower.look_at_limits_once()
        return self._answer(self._standing.limits)

    def attend(self) -> tuple[Event, ...]:
        """Read what is new and return what is to be told, in this thread (where none follows)."""
        self._follower.attend_once()
        return self.take_events()

    @property
    def on_event(self) -> list[Callable[[Event], None]]:
        """What is called, in the following thread, with each event that this process is to tell."""
        return self._follower.attending.telling.listeners

    def take_events(self) -> tuple[Event, ...]:
        """Return the events that this process is to tell and has not taken yet, oldest first.

        Only a monitor that follows (`start`) has any; those of all processes are a snapshot's.
        """
        return self._follower.attending.telling.take()

    def pin_reset(self, time: int | None) -> None:
        """Say when the present 5-hour window ends; `None` takes back what was said before.

        An official source goes before it, and it holds no longer than up to that time. Raises
        `SettingsError` for a time that is past or further than five hours away.
        """
        from engine.limits.pins import checked_pin
        from engine.limits.tracker import PINNED

        kept = "" if time is None else str(checked_pin(time, self.settings.clock()))
        with self._standing.lock:
            self._standing.to_keep[PINNED] = kept
            self._standing.reset_at = None
        self._follower.keep_and_look()

    def enable_oauth(self, is_enabled: bool) -> None:
        """Let the usage endpoint be asked, or no more: in all processes, from now on."""
        self._follower.recovery.insist(lambda: self._follower.attending.usage.enable(is_enabled))

    def is_oauth_enabled(self) -> bool:
        """Return whether the usage endpoint is asked."""
        return self._follower.recovery.insist(lambda: self._follower.attending.usage.is_enabled)

    def ask_usage(self) -> None:
        """Ask the usage endpoint if it is turned on and time to; takes up to ten seconds."""
        self._follower.recovery.insist(self._follower.attending.usage.ask)

    def today(self) -> date:
        """Return the present day in the zone in force."""
        return day_of(self.settings.clock(), self._standing.zone)

    def notices(self) -> tuple[Notice, ...]:
        """Return what the user should know, such as that the ledger is in memory."""
        return self._standing.notices()

    def _ask(self, ask: Callable[[Answers], _T]) -> _T:
        return self._follower.recovery.insist(lambda: ask(self._answers()))

    def _answers(self) -> Answers:
        from engine.reports.queries.answering import Answers

        standing = self._standing
        return Answers(
            self._ledger,
            self._follower.roots.open_scopes,
            standing.zone_name,
            standing.zone,
            self.settings.clock,
            self.settings.week_start,
        )

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

    def show_agents(self, agents: Sequence[str]) -> None:
        """Show some coding agents alone, all for none named; all are read nevertheless."""
        self._follower.show(tuple(agents))

    def agents(self) -> tuple[AgentFound, ...]:
        """Return all coding agents that ccmon can read, and what was found of each."""
        from engine.reports.agents import agents_found

        follower = self._follower
        return follower.recovery.insist(
            lambda: agents_found(
                self.settings, self._ledger, follower.roots, follower.reading.refused()
            )
        )

    def health(self) -> Health:
        """Return what `ccmon doctor` tells."""
        self._follower.say_price_problem()
        return self._answer(self._health)

    def _answer(self, ask: Callable[[], _T]) -> _T:
        """Ask the present outlook, opening one where nothing has been shown or read yet."""
        self._follower.open()
        return self._follower.recovery.insist(ask)

    def _health(self) -> Health:
        from engine.reports.health import examine

        outlook = self._standing.outlook
        roots = outlook.roots
        return examine(
            self.settings,
            self._ledger,
            roots,
            self._prices.table,
            watch=self._follower.watcher.probe(self._follower.roots.watched()),
            notices=self._standing.notices(),
            refused=self._follower.reading.refused(),
            responses=outlook.view.history.responses,
            span=outlook.view.span(),
        )


__all__ = ["Monitor", "SettingsError"]
