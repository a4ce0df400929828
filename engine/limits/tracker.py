"""Looks at what is known of limits: the ledger's readings and hits, local files, open sessions."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from engine.agents.claude.open_sessions import SessionStates
from engine.aggregates.history import History
from engine.domain.settings import Settings
from engine.domain.times import DAY, HOUR, MINUTE, SECOND
from engine.ingest.roots import Roots
from engine.ledger.limit_events import newest_events
from engine.ledger.limit_hits import hits_since
from engine.ledger.limit_readings import ReadingRow, keep_readings, readings_since
from engine.ledger.rows import slot_bounds, slot_of
from engine.ledger.store import Ledger
from engine.limits.calibration import Calibration, calibrate, pairs_of
from engine.limits.kept_readings import reading_of_row, rows_of
from engine.limits.known import Known, of_present_account, official
from engine.limits.readings import FIVE_HOUR
from engine.limits.sources.local import LocalSources
from engine.live.state import State

PINNED = "pinned_reset"
"""The setting that keeps the reset that the user pinned, as UTC milliseconds."""

_REACH = 8 * DAY
"""The longest window that is known lasts a week."""
_EVENTS_SHOWN = 50
_SOURCES_EVERY = 4 * SECOND
_STATES_EVERY = SECOND
_WHOLE_EVERY = MINUTE
_LATE = 10 * MINUTE
"""Readings may be kept so long after they were given; older ones are found a minute later."""
_CALIBRATION_REACH = 30 * DAY
_CALIBRATED_EVERY = HOUR

_Key = tuple[str, str, str, str, int | None, int]


class Lookout:
    """Keeps a standing's knowledge of limits current; used by the thread that reads."""

    def __init__(self, settings: Settings, ledger: Ledger, standing: State, roots: Roots) -> None:
        self._settings = settings
        self._ledger = ledger
        self._standing = standing
        self._roots = roots
        self._sources = LocalSources(settings)
        self._states = SessionStates()
        self._rows: dict[_Key, tuple[ReadingRow, int]] = {}
        self._confirmed = 0
        self._connection: sqlite3.Connection | None = None
        self._calibration: Calibration | None = None
        self._due: dict[str, int] = {}

    def look(self) -> bool:
        """Look at what the ledger knows; return whether that is new."""
        now = self._settings.clock()
        self._take_rows(now)
        known, old = self._known(now), self._standing.known
        if _without_revision(known) == _without_revision(old):
            return False
        self._standing.know(known)
        return True

    def look_at_files(self) -> bool:
        """Read what local files say that is new; return whether what is shown changes by it."""
        now = self._settings.clock()
        is_news = False
        if self._is_due("states", _STATES_EVERY, now):
            states = self._states.look(root.path for root in self._roots.current if root.is_claude)
            is_news = states != self._standing.states
            self._standing.states = states
        if self._is_due("sources", _SOURCES_EVERY, now) and self._sources.changed():
            readings = self._sources.read(now)
            with suppress(sqlite3.Error):
                keep_readings(self._ledger, rows_of(readings))
            is_news = self.look() or is_news
        return is_news

    def wants_estimate(self) -> bool:
        """Say whether the 5-hour window's limit is to be estimated from history."""
        known, choice = self._standing.known, self._standing.choice
        is_official = FIVE_HOUR in official(known, self._settings.clock())
        is_calibrated = known.calibration is not None and not choice.is_asked
        return not (is_official or is_calibrated or choice.source == "given")

    def calibrate(self) -> bool:
        """Learn what an official percentage is worth, now and then where that would be shown."""
        standing = self._standing
        now = self._settings.clock()
        if standing.choice.is_asked or not self._is_due("estimate", MINUTE, now):
            return False
        if FIVE_HOUR in official(standing.known, now):
            return False
        if not self._is_due("calibration", _CALIBRATED_EVERY, now):
            return False
        rows = readings_since(self._ledger, now - _CALIBRATION_REACH)
        readings = of_present_account(
            reading_of_row(row, row[5]) for row, _ in rows if row[0] == FIVE_HOUR
        )
        history = standing.whole.view.own_history
        pairs = pairs_of(readings, lambda start, end: cost_between(history, start, end))
        self._calibration = calibrate(pairs)
        return self.look()

    def _is_due(self, name: str, every: int, now: int) -> bool:
        """Say whether it is time to look again, also where the clock went back."""
        last = self._due.get(name)
        if last is not None and 0 <= now - last < every:
            return False
        self._due[name] = now
        return True

    def _take_rows(self, now: int) -> None:
        """Take readings that are new since the last look, and now and then all of them."""
        connection = self._ledger.connection
        is_anew = connection is not self._connection or self._is_due("whole", _WHOLE_EVERY, now)
        since = now - _REACH
        if is_anew:
            self._rows.clear()
            self._connection = connection
        else:
            since = max(since, self._confirmed - _LATE)
        for row, confirmed_at in readings_since(self._ledger, since):
            self._rows[row[:6]] = row, confirmed_at
            self._confirmed = max(self._confirmed, min(confirmed_at, now))

    def _known(self, now: int) -> Known:
        newest_ended: dict[str, int] = {}
        for (window, _, _, _, end, _), _ in self._rows.items():
            if end is not None and end <= now:
                newest_ended[window] = max(newest_ended.get(window, 0), end)
        readings = [
            reading_of_row(row, time)
            for row, confirmed_at in self._rows.values()
            if row[4] is None or row[4] >= newest_ended.get(row[0], 0)
            for time in sorted({row[5], confirmed_at})
        ]
        plan = self._sources.plan()
        roots = [root.path for root in self._roots.current if root.is_claude]
        return Known(
            revision=self._standing.known.revision + 1,
            readings=of_present_account(readings),
            hits=tuple(hits_since(self._ledger, roots, now - _REACH)),
            pinned=self._pinned(now),
            plan=plan.name if plan is not None else "",
            told=tuple(newest_events(self._ledger, _EVENTS_SHOWN)),
            calibration=self._calibration,
        )

    def _pinned(self, now: int) -> int | None:
        """Return the reset as the user pinned it last, else as the settings have it."""
        kept = self._ledger.setting(PINNED) or ""
        pinned = int(kept) if kept.isdecimal() else 0
        is_late = pinned <= now and self._standing.reset_at is not None
        return self._standing.reset_at if is_late else pinned or None


def _without_revision(known: Known) -> tuple[object, ...]:
    return (
        known.readings,
        known.hits,
        known.pinned,
        known.plan,
        known.told,
        known.calibration,
    )


def cost_between(history: History, start: int, end: int) -> int:
    """Return the cost from one time up to another; of a slot that lies across, in proportion."""
    total = 0.0
    for slot in history.slots_between(slot_of(start), slot_of(end) + 1):
        first, last = slot_bounds(slot)
        cost = sum(sums[7] for sums in history.slots[slot].values())
        length = last - first + 1
        total += cost * max(min(end, last + 1) - max(start, first), 0) / length
    return round(total)
