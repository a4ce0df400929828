"""Tracks what is known of limits: the ledger's readings and hits, local files, the user's word."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo

from msgspec.structs import replace

from engine.aggregates.history import History
from engine.aggregates.true_window import Anchor
from engine.domain import pace
from engine.domain.hits import FIVE_HOUR
from engine.domain.owners import UNKNOWN
from engine.domain.pace import Every
from engine.domain.settings import Settings
from engine.domain.slots import slot_bounds, slot_of
from engine.domain.times import DAY, MINUTE
from engine.domain.typed.clocks import checked_pin
from engine.ledger.book import Ledger
from engine.ledger.limit_events import newest_events
from engine.ledger.limit_hits import rooted_hits_since
from engine.ledger.limit_readings import (
    AHEAD,
    KeptRow,
    count_readings,
    keep_readings,
    readings_since,
)
from engine.ledger.owners import note_owner
from engine.ledger.told_sessions import context_sizes
from engine.limits.calibration import Calibration, calibrate, pairs_of
from engine.limits.choice import choice_of
from engine.limits.kept_readings import reading_of_row, rows_of
from engine.limits.known import Known, next_turn, own_five_hours, true_window
from engine.limits.marks import marks_of
from engine.limits.owners import Owners, no_account
from engine.limits.sources.local import LocalSources

PINNED = "pinned_reset"
"""The setting that keeps the reset that the user pinned, as UTC milliseconds."""

_REACH = 8 * DAY
"""The longest window that is known lasts a week."""
_EVENTS_SHOWN = 50
_LATE = 10 * MINUTE
"""Readings may be kept so long after they were given; older ones are found a minute later."""
_CALIBRATION_REACH = 30 * DAY

_Key = tuple[str, str, str, str, int | None, int]


class LimitTracker:
    """Knows of limits what there is to know beside this machine's figures.

    The thread that reads keeps it current (`look`, `calibrate`); any thread may ask what it
    knows. `root_paths` gives Claude Code's directories in force.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        zone: tzinfo,
        root_paths: Callable[[], list[str]],
    ) -> None:
        self.choice = choice_of(settings)
        """What the user asked to be measured against."""
        self.known = Known()
        """What is known by the last look; at first nothing."""
        self._clock = settings.clock
        self._ledger = ledger
        self._root_paths = root_paths
        said = settings.reset_at
        self._reset_at = None if said is None else said.next(settings.clock(), zone)
        """When the 5-hour window ends by the settings, `None` where they say nothing."""
        self._sources = LocalSources(settings)
        self._rows: dict[_Key, tuple[KeptRow, int]] = {}
        self._settings = settings
        self._confirmed = self._count = 0
        self._connection: sqlite3.Connection | None = None
        self._calibrations: dict[str, Calibration | None] = {}
        self._anchor: tuple[int, int, int, Anchor | None] = (-1, 0, 0, None)
        self._sources_due = Every(pace.SOURCES_LOOK)
        self._all_rows_due = Every(pace.READINGS_ANEW)
        self._calibration_look_due = Every(pace.CALIBRATION_LOOK)
        self._calibration_due = Every(pace.CALIBRATED)
        self._seen_revision = -1
        self._last_look = 0.0

    def look(self, *, is_due: bool = True) -> bool:
        """Look at files, and at the ledger where it has changed; return whether more is known.

        At a ledger that changes all the time not again at once, unless that is due.
        """
        has_read = self._read_sources()
        revision = self._ledger.revision()
        is_due = is_due or time.monotonic() - self._last_look >= pace.KNOWN_LIMITS_READ
        if not has_read and (not is_due or revision == self._seen_revision):
            return False
        self._seen_revision, self._last_look = revision, time.monotonic()
        return self.look_at_ledger()

    def look_at_ledger(self) -> bool:
        """Look at what the ledger knows; return whether that is new."""
        now = self._clock()
        self._take_rows(now)
        known = self._known_at(now)
        if _without_revision(known) == _without_revision(self.known):
            return False
        self.known = known
        return True

    def calibrate(self, history: History) -> bool:
        """Learn what an official percentage is worth, now and then where that would be shown.

        `history` is what the owner who answered last used on this machine. Returns whether more
        is known by it.
        """
        now, present = self._clock(), self.known.present
        if self.choice.is_asked or not self._calibration_look_due.is_due(now):
            return False
        if own_five_hours(self.known, now) is not None:
            return False
        if not self._calibration_due.is_due(now) and present in self._calibrations:
            return False
        rows = readings_since(self._ledger, now - _CALIBRATION_REACH)
        owners = Owners(self._ledger, self._settings, self._root_paths())
        found = [reading_of_row(row, row[5]) for row, _ in rows if row[0] == FIVE_HOUR]
        owners.learn(found)
        own = (present, UNKNOWN)
        readings = [each for each in found if owners.whole(each.owner) in own]
        pairs = pairs_of(readings, lambda start, end: _cost_between(history, start, end))
        self._calibrations[present] = calibrate(pairs)
        return self.look_at_ledger()

    def wants_estimate(self) -> bool:
        """Say whether the 5-hour window's limit is to be estimated from history."""
        is_official = own_five_hours(self.known, self._clock()) is not None
        is_calibrated = self.known.calibration is not None and not self.choice.is_asked
        return not (is_official or is_calibrated or self.choice.source == "given")

    def stranger(self) -> str | None:
        """Say that nobody goes by the account that is asked for, where that is so."""
        account, names = self.known.account, self.known.names
        return no_account(account, names) if account and account not in names else None

    def anchor(self) -> Anchor | None:
        """Return the true 5-hour window, where it is known."""
        now, known = self._clock(), self.known
        revision, since, until, anchor = self._anchor
        if revision != known.revision or not since <= now < until:
            anchor = true_window(known, now)
            self._anchor = known.revision, now, next_turn(known, now), anchor
        return anchor

    def pin(self, reset: int | None) -> str:
        """Return what is to be kept as `PINNED` for a reset that the user says, or takes back.

        It goes before the one of the settings. Raises `SettingsError` for a time that is past
        or further than five hours away.
        """
        kept = "" if reset is None else str(checked_pin(reset, self._clock()))
        self._reset_at = None
        return kept

    def _read_sources(self) -> bool:
        """Keep what local files say that is new; return whether any of them has changed."""
        now = self._clock()
        if not self._sources_due.is_due(now) or not self._sources.changed():
            return False
        readings = self._sources.read(now)
        with suppress(sqlite3.Error):
            keep_readings(self._ledger, rows_of(readings))
            for root in self._root_paths():
                owner = self._sources.owner(root)
                if owner is not None:
                    note_owner(self._ledger, root, *owner, now)
        return True

    def _take_rows(self, now: int) -> None:
        """Take readings that are new since the last look, and now and then all of them.

        All of them too where more were kept than those: what agents' stores said is read late.
        """
        connection, count = self._ledger.connection, count_readings(self._ledger)
        is_anew = connection is not self._connection or self._all_rows_due.is_due(now)
        expected, self._count = len(self._rows) + count - self._count, count
        if not is_anew:
            self._take_since(max(now - _REACH, min(self._confirmed, now) - _LATE), now)
        if is_anew or len(self._rows) != expected:
            self._rows.clear()
            self._connection = connection
            self._take_since(now - _REACH, now)

    def _take_since(self, time: int, now: int) -> None:
        for row, confirmed_at in readings_since(self._ledger, time, now + AHEAD):
            self._rows[row[:6]] = row, confirmed_at
            self._confirmed = max(self._confirmed, min(confirmed_at, now))

    def _known_at(self, now: int) -> Known:
        """Return what is known: of whom, and what of it holds."""
        owners = Owners(self._ledger, self._settings, self._root_paths())
        found = [
            reading_of_row(row, time)
            for row, confirmed_at in self._rows.values()
            for time in sorted({row[5], confirmed_at})
        ]
        owners.learn(found)
        marks = marks_of(replace(each, owner=owners.whole(each.owner)) for each in found)
        hits = tuple(
            owners.owned(hit, root, marks, now)
            for hit, root in rooted_hits_since(self._ledger, owners.roots, now - _REACH)
        )
        plan = self._sources.plan()
        names = owners.names({owner for owner, _ in marks} | {each.owner for each in hits})
        asked = owners.asked(names, self._settings.account or "")
        present = asked if asked and asked in names else owners.present(marks, now)
        return Known(
            revision=self.known.revision + 1,
            marks=marks,
            hits=hits,
            passed=owners.passed(marks, now),
            present=present,
            held=owners.held(present),
            names=names,
            account=asked,
            pinned=self._pinned(now),
            plan=plan.name if plan is not None else "",
            told=tuple(newest_events(self._ledger, _EVENTS_SHOWN)),
            calibration=self._calibrations.get(present),
            contexts=context_sizes(self._ledger, now - _REACH),
        )

    def _pinned(self, now: int) -> int | None:
        """Return the reset as the user pinned it last, else as the settings have it."""
        kept = self._ledger.setting(PINNED) or ""
        pinned = int(kept) if kept.isdecimal() else 0
        is_late = pinned <= now and self._reset_at is not None
        return self._reset_at if is_late else pinned or None


def _without_revision(known: Known) -> Known:
    return replace(known, revision=0)


def _cost_between(history: History, start: int, end: int) -> int:
    """Return the cost from one time up to another; of a slot that lies across, in proportion."""
    total = 0.0
    for slot in history.slots_between(slot_of(start), slot_of(end) + 1):
        first, last = slot_bounds(slot)
        cost = sum(sums[7] for sums in history.slots[slot].values())
        length = last - first + 1
        total += cost * max(min(end, last + 1) - max(start, first), 0) / length
    return round(total)
