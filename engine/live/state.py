"""Where things stand: the present outlook and what is said beside it, for any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING

from engine.domain.settings import USUAL_THRESHOLDS, Settings
from engine.domain.times import open_zone

if TYPE_CHECKING:
    from engine.agents.claude.open_sessions import SessionState
    from engine.agents.claude.titles import Titles
    from engine.aggregates.true_window import Anchor
    from engine.domain.limit_windows import LimitsNow
    from engine.domain.reports import (
        Detail,
        Notice,
        PlaceLookedAt,
        Progress,
        Report,
        ReportKind,
        Snapshot,
        Span,
    )
    from engine.limits.board import Windows
    from engine.limits.estimate import LimitChoice
    from engine.limits.known import Known
    from engine.live.read_model import ReadModel
    from engine.live.snapshots import Surroundings


class State:
    """Answers from the present outlook; its lock guards all that is in memory.

    The thread that reads changes it, any thread asks it. No answer but a report or a
    detail reads the ledger.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises `SettingsError` for a zone or a limit that cannot hold."""
        self.lock = RLock()
        self._settings = settings
        self._check_limits()
        self.zone_name, self.zone = open_zone(settings.zone, settings.environment)
        self.reset_at = self._reset_set()
        """When the 5-hour window ends by what the user set, `None` for nothing."""
        self._anchor: tuple[int, int, int, Anchor | None] = (-1, 0, 0, None)
        self.states: Mapping[str, SessionState] = {}
        self.shown_agents: tuple[str, ...] = ()
        """The coding agents that are shown; all where empty."""
        self.is_reading = True
        self.progress: Progress | None = None
        self.places: tuple[PlaceLookedAt, ...] = ()
        self.revision = 0
        self.to_keep: dict[str, str] = {}
        """Settings to be written by the thread that reads."""
        self._ledger_notices: Callable[[], tuple[Notice, ...]] = lambda: ()
        self._notices: dict[str, Notice] = {}
        self._outlook: ReadModel | None = None
        self._whole: ReadModel | None = None

    def _check_limits(self) -> None:
        """Raise `SettingsError` for limits or levels that cannot hold; the usual ones do."""
        settings = self._settings
        if settings.limit is not None or settings.thresholds != USUAL_THRESHOLDS:
            _ = self.choice
        if settings.window_thresholds:
            from engine.domain.levels import levels_of_window

            for window in settings.window_thresholds:
                levels_of_window(window, self.choice.levels, settings.window_thresholds)

    def _reset_set(self) -> int | None:
        if self._settings.reset_at is None:
            return None
        from engine.limits.pins import next_reset

        return next_reset(self._settings.reset_at, self._settings.clock(), self.zone)

    @cached_property
    def choice(self) -> LimitChoice:
        """What the user asked to be measured against."""
        from msgspec.structs import replace

        from engine.domain.levels import levels_at
        from engine.limits.estimate import parse_limit

        settings = self._settings
        return replace(
            parse_limit(settings.limit),
            levels=levels_at(settings.thresholds),
            is_asked=settings.limit is not None,
        )

    @cached_property
    def known(self) -> Known:
        """What is known of limits; at first nothing."""
        from engine.limits.known import Known

        return Known()

    @cached_property
    def titles(self) -> Titles:
        """What sessions are called, as far as it was read."""
        from engine.agents.claude.titles import Titles

        return Titles()

    @property
    def outlook(self) -> ReadModel:
        """The present outlook; there is one as soon as a monitor is open."""
        assert self._outlook is not None
        return self._outlook

    @property
    def whole(self) -> ReadModel:
        """The outlook of all agents, also where some are shown alone: warnings are of it."""
        return self._whole or self.outlook

    @property
    def present(self) -> ReadModel | None:
        """The present outlook, `None` while a monitor is being opened."""
        return self._outlook

    @property
    def is_whole(self) -> bool:
        """Whether the present outlook has all of history."""
        return self._outlook is not None and self._outlook.view.is_whole

    def open(self, ledger_notices: Callable[[], tuple[Notice, ...]]) -> None:
        """Take up where the ledger says what is wrong."""
        self._ledger_notices = ledger_notices

    def put(self, outlook: ReadModel, whole: ReadModel | None = None) -> None:
        """Put another outlook in the place of the present one; `whole` is that of all agents."""
        with self.lock:
            for each in (outlook, whole):
                if each is not None and each.view.history.zone is not self.zone:
                    each.view.history.set_zone(self.zone)
            self._outlook, self._whole = outlook, whole
            self.revision += 1

    def pull(self) -> bool:
        """Bring in what the ledger has new; return whether that was anything."""
        if self._whole is not None:
            self._whole.pull()
        return self._outlook is not None and self._outlook.pull()

    def put_anchor(self, anchor: Anchor | None) -> bool:
        """Follow another true window, or none; say whether that is new to what is shown."""
        if self._whole is not None:
            self._whole.put_anchor(anchor)
        return self.outlook.put_anchor(anchor)

    def know(self, known: Known) -> None:
        """Take what is known of limits by now."""
        with self.lock:
            self.known = known

    def anchor(self) -> Anchor | None:
        """Return the true 5-hour window, where it is known."""
        from engine.limits.known import next_turn, true_window

        now, known = self._settings.clock(), self.known
        revision, since, until, anchor = self._anchor
        if revision != known.revision or not since <= now < until:
            anchor = true_window(known, now)
            self._anchor = known.revision, now, next_turn(known, now), anchor
        return anchor

    def note_change(self) -> None:
        """Say that figures changed."""
        with self.lock:
            self.revision += 1

    def finish_reading(self) -> None:
        """Say that all there was has been read."""
        with self.lock:
            self.is_reading = False
            self.progress = None
            self.revision += 1

    def say(self, name: str, notice: Notice | None) -> None:
        """Show a notice under a name, or take it back."""
        with self.lock:
            if notice is None:
                self._notices.pop(name, None)
            else:
                self._notices[name] = notice

    def notices(self) -> tuple[Notice, ...]:
        """Return what the user should know."""
        with self.lock:
            return (*self._ledger_notices(), *self._notices.values())

    def set_zone(self, zone: str | None) -> None:
        """Count days in another zone, `None` for the system's."""
        name, rules = open_zone(zone, self._settings.environment)
        with self.lock:
            self.zone_name, self.zone = name, rules
            for each in (self.outlook, self.whole):
                each.view.history.set_zone(rules)
            self.revision += 1

    def snapshot(self) -> Snapshot:
        """Return where things stand now."""
        now = self._settings.clock()
        with self.lock:
            outlook = self.outlook
            measured = outlook.snapshots.measure(now)
            return outlook.snapshots.make(measured, self._surroundings())

    def windows(self, now: int) -> Windows:
        """Return the limit windows alone, whatever is shown."""
        from engine.live.snapshots import is_partly_read

        with self.lock:
            return self.whole.snapshots.windows.at(
                now,
                self.known,
                self.revision,
                is_partial=is_partly_read(self.whole.view, self._surroundings()),
            )

    def limits(self) -> LimitsNow:
        """Return every limit window as it stands."""
        from engine.domain.limit_windows import LimitsNow
        from engine.limits.transitions import gravest_level

        now = self._settings.clock()
        with self.lock:
            made = self.windows(now)
            return LimitsNow(
                generated_at=now,
                zone=self.zone_name,
                plan=self.known.plan,
                windows=made.windows,
                burn_ups=made.burn_ups,
                events=tuple(told.event for told in self.known.told),
                hit=made.hit,
                level=gravest_level(made.windows),
            )

    def _surroundings(self) -> Surroundings:
        from engine.live.snapshots import Surroundings

        return Surroundings(
            zone=self.zone_name,
            revision=self.revision,
            is_reading=self.is_reading,
            progress=self.progress,
            notices=self.notices(),
            places=self.places,
            known=self.known,
            states=self.states,
        )

    def report(self, kind: ReportKind, span: Span) -> Report:
        """Return a tab's rows and totals."""
        with self.lock:
            reports, revision, zone = self.outlook.reports, self.revision, self.zone_name
        return reports.report(kind, span, self._settings.clock(), zone, revision)

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether anything new was learnt."""
        with self.lock:
            outlook = self.outlook
        return outlook.learn_titles(sessions)

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside one row."""
        with self.lock:
            details = self.outlook.details
        return details.detail(kind, key)
