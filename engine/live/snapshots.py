"""Makes snapshots: where things stand at a moment, from what is in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from engine.agents.claude.open_sessions import SessionState
from engine.agents.claude.titles import Titles
from engine.aggregates.rates import WINDOW
from engine.aggregates.running_block import block_at, calm
from engine.aggregates.tally import Tally
from engine.aggregates.true_window import Running
from engine.aggregates.view import View
from engine.domain.hits import FIVE_HOUR
from engine.domain.limit_windows import WindowNow
from engine.domain.notices import Notice
from engine.domain.reports import Figures, Point
from engine.domain.scans import PlaceLookedAt
from engine.domain.settings import Settings
from engine.domain.slots import slot_of
from engine.domain.snapshots import BurnRate, Progress, Projection, Snapshot, Warned
from engine.domain.times import HOUR, MINUTE, day_of, start_of_day, start_of_week
from engine.domain.typed.amounts import LimitChoice
from engine.ledger.live_source import LiveNames
from engine.limits.board import WindowMaker
from engine.limits.estimate import LimitBasis, find_basis
from engine.limits.known import Known
from engine.limits.windows import limit_of
from engine.live.sessions import SessionMaker
from engine.reports.points import point

_RANGE_AFTER = HOUR
_RANGE_WINDOWS = (WINDOW, 30 * MINUTE, 60 * MINUTE)
_RATE_WINDOWS = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
_DAYS_SHOWN = 30


class Surroundings(Struct, frozen=True):
    """What a snapshot shows beside the figures."""

    zone: str
    revision: int
    is_reading: bool
    progress: Progress | None
    notices: tuple[Notice, ...]
    places: tuple[PlaceLookedAt, ...]
    known: Known = Known()
    states: Mapping[str, SessionState] = {}
    """What Claude Code says of open sessions, by name."""
    database: str = ""
    """The database that is watched in place of this machine."""


class _Periods(Struct, frozen=True):
    """Figures that change with data or day, not with the clock."""

    today: Figures
    week: Figures
    month: Figures
    days: tuple[Point, ...]


class Measured(Struct, frozen=True):
    """The active block at a moment, and how fast it is used."""

    now: int
    span: Running | None
    rate: BurnRate
    projection: Projection | None


class SnapshotMaker:
    """Makes snapshots of one view; remembers what a tick of the clock does not change."""

    def __init__(
        self,
        view: View,
        names: LiveNames,
        choice: LimitChoice,
        settings: Settings,
        titles: Titles,
    ) -> None:
        self._view = view
        self._names = names
        self._choice = choice
        self._week_start = settings.week_start
        self._sessions = SessionMaker(view, names, titles)
        self._periods: tuple[tuple[object, ...], _Periods] | None = None
        self._hours: tuple[tuple[object, ...], tuple[Point, ...]] | None = None
        self._basis: tuple[tuple[object, ...], LimitBasis] | None = None
        self.windows = WindowMaker(view, names, choice, settings, self._basis_at)

    def measure(self, now: int) -> Measured:
        """Return the active block with its rate and projection."""
        span = self._view.running(now)
        moment = calm(now)
        rate = self._view.recents.burn_rate(moment)
        projection = self._projection(span, moment) if span else None
        return Measured(now, span, rate, projection)

    def make(self, measured: Measured, around: Surroundings) -> Snapshot:
        """Return where things stood at the moment of measuring."""
        view = self._view
        now, span, rate = measured.now, measured.span, measured.rate
        is_partial = is_partly_read(view, around)
        periods = self._periods_of(now, around.revision)
        windows = self.windows.at(now, around.known, around.revision, is_partial=is_partial)
        block = block_at(span, now, self._names.model) if span else None
        shown = (block.figures if block else Figures(), periods.today, periods.week, periods.month)
        return Snapshot(
            generated_at=now,
            zone=around.zone,
            revision=around.revision,
            state="reading" if around.is_reading else "following",
            progress=around.progress,
            block=block,
            burn_rate=rate,
            trace=view.own.recents.trace(span.start, span.first, now) if span else None,
            projection=measured.projection,
            limit=limit_of(windows.windows, around.known.present),
            today=periods.today,
            week=periods.week,
            month=periods.month,
            sessions=self._sessions.make(now, around.states, around.known.contexts) if span else (),
            warned=_warned(around.known, windows.windows),
            unpriced=tuple(sorted({model for figures in shown for model in figures.unpriced})),
            notices=around.notices,
            places=around.places,
            responses=view.history.responses,
            last_response=view.newest(),
            today_hours=self._hours_of(now, around.revision),
            recent_days=periods.days,
            windows=windows.windows,
            burn_ups=windows.burn_ups,
            rates=tuple(view.recents.burn_rate(calm(now), window) for window in _RATE_WINDOWS),
            events=tuple(told.event for told in around.known.told),
            plan=around.known.plan,
            hit=windows.hit,
            agent=view.agent,
            agents=view.used_agents,
            machines=self._names.machine_labels(),
            database=around.database,
        )

    def _basis_at(self, now: int, span: Running | None) -> LimitBasis:
        """Find the basis anew only when blocks have changed."""
        blocks = self._view.own.blocks
        key = (self._view.held, blocks.version, span.start if span else None, now // HOUR)
        if self._basis is None or self._basis[0] != key:
            finished = blocks.finished(now)
            self._basis = (key, find_basis(self._choice, finished))
        return self._basis[1]

    def _projection(self, span: Running, now: int) -> Projection:
        recents = self._view.own.recents
        tokens, cost = span.tally.tokens, span.tally.cost
        remaining = max(span.end - now, 0)
        tokens_range = cost_range = None
        if now - span.first >= _RANGE_AFTER:
            rates = [recents.burn_rate(now, window) for window in _RANGE_WINDOWS]
            ends = [_at_end(tokens, cost, each, remaining) for each in rates]
            tokens_range = (min(end[0] for end in ends), max(end[0] for end in ends))
            cost_range = (min(end[1] for end in ends), max(end[1] for end in ends))
        tokens_end, cost_end = _at_end(tokens, cost, recents.burn_rate(now), remaining)
        return Projection(tokens_end, cost_end, remaining, tokens_range, cost_range)

    def _periods_of(self, now: int, revision: int) -> _Periods:
        history = self._view.history
        today = day_of(now, history.zone)
        key = (today, revision, history.zone)
        if self._periods is None or self._periods[0] != key:
            week = start_of_week(today, self._week_start)
            made = _Periods(
                today=self._figures(today, today),
                week=self._figures(week, today),
                month=self._figures(today.replace(day=1), today),
                days=self._days(today),
            )
            self._periods = (key, made)
        return self._periods[1]

    def _figures(self, first: date, last: date) -> Figures:
        tally = Tally()
        day = first
        while day <= last:
            tally.add_all(self._view.history.day(day).by_model)
            day += timedelta(days=1)
        return tally.figures(self._names.model)

    def _days(self, today: date) -> tuple[Point, ...]:
        history = self._view.history
        points = []
        for back in reversed(range(_DAYS_SHOWN)):
            day = today - timedelta(days=back)
            tally = history.day(day)
            start = start_of_day(day, history.zone)
            points.append(
                Point(start, f"{day:%a} {day.day}", tally.responses, tally.tokens, tally.cost)
            )
        return tuple(points)

    def _hours_of(self, now: int, revision: int) -> tuple[Point, ...]:
        history = self._view.history
        start = start_of_day(day_of(now, history.zone), history.zone)
        hours = range(start, now + 1, HOUR)
        key = (hours, revision, history.zone)
        if self._hours is None or self._hours[0] != key:
            made = tuple(
                point(history.tally(slot_of(hour), slot_of(hour + HOUR)), hour, history.zone)
                for hour in hours
            )
            self._hours = (key, made)
        return self._hours[1]


def is_partly_read(view: View, around: Surroundings) -> bool:
    """Say whether history is still being read, so that nothing is estimated from it."""
    return around.is_reading and (around.progress is not None or not view.is_whole)


def _warned(known: Known, windows: tuple[WindowNow, ...]) -> tuple[Warned, ...]:
    """Return the levels of the present 5-hour window that were told, latest first."""
    window = next((each for each in windows if each.window == FIVE_HOUR), None)
    if window is None or window.start is None or window.resets_at is None:
        return ()
    half = (window.resets_at - window.start) // 2
    return tuple(
        Warned(told.event.level, told.start, told.event.text, told.event.time)
        for told in known.told
        if told.event.window == FIVE_HOUR
        and told.event.kind == "level"
        and abs(told.start - window.start) < half
    )


def _at_end(tokens: int, cost: int, rate: BurnRate, remaining: int) -> tuple[int, int]:
    """Return tokens and cost at the block's end if a rate goes on."""
    return (
        tokens + round(rate.tokens_per_minute * remaining / MINUTE),
        cost + rate.cost_per_hour * remaining // HOUR,
    )
