"""What is in memory of the ledger and around it, for any thread to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from engine.aggregates.sleeps import Sleeps
from engine.domain.settings import Settings
from engine.domain.times import open_zone
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.live.notices import NoticeBoard

if TYPE_CHECKING:
    from engine.agents.claude.open_sessions import SessionState
    from engine.agents.claude.titles import Titles
    from engine.domain.limit_windows import LimitsNow
    from engine.domain.reports import Detail, Report, ReportKind, Span
    from engine.domain.scans import PlaceLookedAt, Root
    from engine.domain.snapshots import Progress, Snapshot
    from engine.ledger.live_source import LiveSource
    from engine.limits.board import Windows
    from engine.limits.tracker import LimitTracker
    from engine.live.read_model import ReadModel
    from engine.live.snapshots import Surroundings


class State:
    """Holds what is shown, and answers from it; its lock guards all that is in memory.

    The thread that reads changes it, any thread asks it. No answer but a report or a
    detail reads the ledger. What is known of limits it asks the tracker.
    """

    def __init__(
        self,
        settings: Settings,
        zone: tuple[str, tzinfo],
        ledger: Ledger,
        roots: Roots,
        board: NoticeBoard,
        team: Callable[[Sequence[str]], LiveSource] | None = None,
    ) -> None:
        """`team` gives what is read of some agents in place of the ledger, of all for none."""
        self.lock = RLock()
        self.zone_name, self.zone = zone
        self.sessions: Mapping[str, SessionState] = {}
        """What Claude Code says of open sessions, by name."""
        self.shown_agents: tuple[str, ...] = ()
        """The coding agents that are shown; all where empty."""
        self.sleeps = Sleeps()
        """When the machine slept while somebody followed."""
        self.database = ""
        """The database that is watched in place of this machine, as it is shown."""
        self.is_reading = True
        self.progress: Progress | None = None
        self.places: tuple[PlaceLookedAt, ...] = ()
        self.revision = 0
        self._settings = settings
        self._ledger = ledger
        self._roots = roots
        self._board = board
        self._team = team
        self._shown: ReadModel | None = None
        self._whole: ReadModel | None = None

    @cached_property
    def tracker(self) -> LimitTracker:
        """What knows of limits; made by who shows first, before there is a second thread."""
        from engine.limits.tracker import LimitTracker

        roots = list if self._team else self._roots.claude_paths
        return LimitTracker(self._settings, self._ledger, self.zone, roots)

    @cached_property
    def titles(self) -> Titles:
        """What sessions are called, as far as it was read."""
        from engine.agents.claude.titles import Titles

        return Titles()

    @property
    def shown(self) -> ReadModel:
        """What is shown; there is something as soon as a monitor is open."""
        assert self._shown is not None
        return self._shown

    @property
    def whole(self) -> ReadModel:
        """What is seen of all agents, also where some are shown alone: warnings are of it."""
        return self._whole or self.shown

    @property
    def present(self) -> ReadModel | None:
        """What is shown, `None` while a monitor is being opened."""
        return self._shown

    @property
    def is_whole(self) -> bool:
        """Whether all of history is shown."""
        return self._shown is not None and self._shown.view.is_whole

    def show(self, *, is_whole: bool) -> None:
        """Show what the ledger knows of the roots in force: of all agents, or of some alone.

        Those come beside all, since windows and budgets are of all whatever is shown. Without
        `is_whole` only the newest part of history is brought in.
        """
        from msgspec.structs import replace

        roots = [] if self._team else self._roots.in_force()
        self.tracker.look_at_ledger()
        every = self._read_model(roots, (), self._settings, is_whole=is_whole)
        if not self.shown_agents:
            self._put(every)
            return
        some = [root for root in roots if root.agent in self.shown_agents]
        without_budgets = replace(self._settings, budgets=())
        agents = self.shown_agents
        self._put(self._read_model(some, agents, without_budgets, is_whole=is_whole), every)

    def _read_model(
        self, roots: list[Root], agents: Sequence[str], settings: Settings, *, is_whole: bool
    ) -> ReadModel:
        from engine.live.ledger_source import LedgerLive
        from engine.live.read_model import ReadModel

        return ReadModel(
            self._team(agents) if self._team else LedgerLive(self._ledger, roots),
            self._ledger,
            roots,
            settings,
            self.tracker.choice,
            self.zone,
            self.lock,
            self.titles,
            self.sleeps,
            None if self._team else self.tracker.anchor(),
            None if self._team else self.tracker.known.held,
            is_whole=is_whole,
        )

    def _put(self, shown: ReadModel, whole: ReadModel | None = None) -> None:
        """Put another one in the place of what is shown; `whole` is that of all agents."""
        with self.lock:
            for each in (shown, whole):
                if each is not None and each.view.history.zone is not self.zone:
                    each.view.history.set_zone(self.zone)
            self._shown, self._whole = shown, whole
            self.revision += 1

    def pull(self) -> bool:
        """Bring in what the ledger has new; return whether that was anything that is shown."""
        if self._whole is not None:
            self._whole.pull()
        if self._shown is None or not self._shown.pull():
            return False
        self.note_change()
        return True

    def follow_anchor(self) -> bool:
        """Show the present owner's true 5 hours as they are known; return whether that is new."""
        anchor, held = self.tracker.anchor(), self.tracker.known.held
        if self._whole is not None:
            self._whole.put_anchor(anchor, held)
        if not self.shown.put_anchor(anchor, held):
            return False
        self.note_change()
        return True

    def note_change(self) -> None:
        """Say that figures changed."""
        with self.lock:
            self.revision += 1

    def finish_reading(self) -> None:
        """Say that all there was to read has been read."""
        with self.lock:
            self.is_reading = False
            self.progress = None
            self.revision += 1

    def set_zone(self, zone: str | None) -> None:
        """Count days in another zone, `None` for the system's."""
        name, rules = open_zone(zone, self._settings.environment)
        with self.lock:
            self.zone_name, self.zone = name, rules
            for each in (self.shown, self.whole):
                each.view.history.set_zone(rules)
            self.revision += 1

    def settle(self) -> None:
        """Give back the memory that reading all of history has taken."""
        with self.lock:
            wanted = {*self.shown.view.now_groups, *self.whole.view.now_groups}
        self._ledger.names.settle(wanted)
        self._ledger.settle()

    def snapshot(self) -> Snapshot:
        """Return where things stand now."""
        now = self._settings.clock()
        with self.lock:
            snapshots = self.shown.snapshots
            return snapshots.make(snapshots.measure(now), self._surroundings())

    def windows(self, now: int) -> Windows:
        """Return the limit windows alone, whatever is shown."""
        from engine.live.snapshots import is_partly_read

        with self.lock:
            return self.whole.snapshots.windows.at(
                now,
                self.tracker.known,
                self.revision,
                is_partial=is_partly_read(self.whole.view, self._surroundings()),
            )

    def limits(self) -> LimitsNow:
        """Return every limit window as it stands."""
        from engine.domain.limit_windows import LimitsNow

        now = self._settings.clock()
        with self.lock:
            made, known = self.windows(now), self.tracker.known
            return LimitsNow(
                generated_at=now,
                zone=self.zone_name,
                plan=known.plan,
                windows=made.windows,
                burn_ups=made.burn_ups,
                events=tuple(told.event for told in known.told),
                hit=made.hit,
            )

    def _surroundings(self) -> Surroundings:
        from engine.live.snapshots import Surroundings

        return Surroundings(
            zone=self.zone_name,
            revision=self.revision,
            is_reading=self.is_reading,
            progress=self.progress,
            notices=self._board.notices(),
            places=self.places,
            known=self.tracker.known,
            states=self.sessions,
            database=self.database,
        )

    def report(self, kind: ReportKind, span: Span) -> Report:
        """Return a tab's rows and totals."""
        with self.lock:
            reports, revision, zone = self.shown.reports, self.revision, self.zone_name
        return reports.report(kind, span, self._settings.clock(), zone, revision)

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether anything new was learnt."""
        with self.lock:
            shown = self.shown
        return shown.learn_titles(sessions)

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row."""
        with self.lock:
            details = self.shown.details
        return details.detail(kind, key)
