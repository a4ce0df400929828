"""What is worth telling of limit windows: levels, forecasts, hits, resets, budgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct

from engine.domain.limit_windows import OFFICIAL, Event, EventKind, Severity, WindowLevel, WindowNow
from engine.domain.times import BLOCK_LENGTH, DAY, HOUR, MINUTE, SECOND, clock_of, start_of_day
from engine.ledger.limit_events import LEVELS, Told
from engine.limits.known import Known
from engine.limits.labels import BUDGET
from engine.limits.readings import known_length

HOLDS = 2 * MINUTE
"""A forecast is told when it has held for so long,"""
AHEAD = 5 * MINUTE
"""and reaches the limit so long before the reset."""

_LATE = HOUR
"""A reset is told no later."""
_ALARMING: tuple[WindowLevel, ...] = ("high", "critical", "reached")
_SEVERITIES: dict[WindowLevel, Severity] = {"half": "information", "high": "warning"}

_Key = tuple[str, int, str, str, bool]


class _Open(Struct):
    """A window as it was seen last."""

    start: int
    until: int
    label: str
    is_alarming: bool
    is_hit: bool


class Watch:
    """Compares windows with what they were: what came to be is worth telling.

    What it gives may have been told before, by another process or an earlier run: the ledger
    decides. It gives nothing twice that was `settled`.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._foreseen: dict[str, int] = {}
        self._settled: set[_Key] = set()

    def resume(self, told: Iterable[Told], now: int) -> None:
        """Take up windows that earlier runs told something alarming of."""
        is_reset = {(each.event.window, each.start) for each in told if each.event.kind == "reset"}
        for each in told:
            event = each.event
            is_hit = event.kind == "hit"
            is_told = (event.window, each.start) in is_reset
            if is_told or each.until < now - _LATE or event.window in self._open:
                continue
            if is_hit or (event.kind in ("level", "budget") and event.level in _ALARMING):
                label = event.title.partition(":")[0]
                self._open[event.window] = _Open(each.start, each.until, label, True, is_hit)

    def settled(self, told: Iterable[Told]) -> None:
        """Take note that the ledger has decided on these."""
        self._settled.update(_key(each) for each in told)

    def note(
        self, windows: Sequence[WindowNow], known: Known, now: int, zone: tzinfo
    ) -> list[Told]:
        """Return what is worth telling now."""
        found: list[Told] = []
        for window in windows:
            period = _period_of(window, now, zone)
            found += self._ended(window.window, period, now)
            if period is None:
                continue
            found += self._cleared(window, now)
            found += _of_level(window, period, now)
            found += self._of_forecast(window, period, now, zone)
            found += _of_hit(window, period, known, now, zone)
            self._see(window, period)
        present = {window.window for window in windows}
        for name in [name for name in self._open if name not in present]:
            found += self._ended(name, None, now)
        return [each for each in found if _key(each) not in self._settled]

    def _see(self, window: WindowNow, period: tuple[int, int]) -> None:
        known = self._open.get(window.window)
        is_hit = window.hit is not None
        is_alarming = window.level in _ALARMING or is_hit
        if known is not None:
            is_alarming = is_alarming or known.is_alarming
        self._open[window.window] = _Open(*period, window.label, is_alarming, is_hit)

    def _ended(self, name: str, period: tuple[int, int] | None, now: int) -> list[Told]:
        """Say that the window seen last is over, where another one runs or its time has come."""
        seen = self._open.get(name)
        if seen is None or (period is not None and _is_same(seen, period)):
            return []
        if period is None and now < seen.until:
            return []
        del self._open[name]
        self._foreseen.pop(name, None)
        if not seen.is_alarming or now - seen.until > _LATE:
            return []
        text = "The window ended, and its use began anew."
        if name.startswith(BUDGET):
            text = "The budget's time ended, and its use began anew."
        event = Event(now, "reset", name, "information", f"{seen.label}: reset", text)
        return [Told(event, seen.start, seen.until, True)]

    def _cleared(self, window: WindowNow, now: int) -> list[Told]:
        seen = self._open.get(window.window)
        if seen is None or not seen.is_hit or window.hit is not None:
            return []
        text = "A response succeeded before the limit was reset."
        title = f"{window.label}: going on again"
        event = Event(now, "cleared", window.window, "information", title, text)
        return [Told(event, seen.start, seen.until, True)]

    def _of_forecast(
        self, window: WindowNow, period: tuple[int, int], now: int, zone: tzinfo
    ) -> list[Told]:
        """Say that the limit is forecast before the reset, where that has held for a while."""
        name, reset = window.window, window.resets_at
        reached = window.forecast.reaches_at
        if reached is None or reset is None or reached > reset - AHEAD or _is_used_up(window):
            self._foreseen.pop(name, None)
            return []
        since = self._foreseen.setdefault(name, now)
        if since > now:
            self._foreseen[name] = now
        if now - since < HOLDS:
            return []
        at, end = _moment(reached, now, zone), _moment(reset, now, zone)
        text = (
            f"The limit was forecast to be reached at about {at}, before the reset at {end}"
            f" ({window.forecast.basis_label})."
        )
        title = f"{window.label}: limit forecast for {at}"
        event = Event(now, "forecast", name, "warning", title, text)
        return [Told(event, *period, True)]


def _of_level(window: WindowNow, period: tuple[int, int], now: int) -> list[Told]:
    """Say which level is reached; that a limit is hit is said by itself."""
    level, share = window.level, window.used_share
    if level == "fine" or share is None or window.hit is not None:
        return []
    is_budget = window.window.startswith(BUDGET)
    kind: EventKind = "level"
    if level == "reached":
        title, text = f"{window.label}: limit reached", f"All of it was used ({window.basis})."
        if is_budget:
            kind, title, text = "budget", f"{window.label}: crossed", "All of the budget was used."
    else:
        used = f"{'at least ' if window.is_floor else ''}{int(share * 100 + 1e-9)} %"
        title, text = f"{window.label}: {used} used", f"{used} was used ({window.basis})."
        text = text[0].upper() + text[1:]
    severity = _SEVERITIES.get(level, "error")
    is_firm = is_budget or window.source in OFFICIAL
    event = Event(now, kind, window.window, severity, title, text, level)
    return [Told(event, *period, is_firm)]


def _of_hit(
    window: WindowNow, period: tuple[int, int], known: Known, now: int, zone: tzinfo
) -> list[Told]:
    """Say that a limit is hit, and that work goes on beyond the plan."""
    found = []
    hit = window.hit
    if hit is not None:
        until = f" until {_moment(hit.resets_at, now, zone)}" if hit.resets_at is not None else ""
        title = f"{window.label}: limit hit"
        text = f"Claude refused to go on{until}."
        event = Event(now, "hit", window.window, "error", title, text, "reached")
        found.append(Told(event, *period, True))
    if is_beyond_plan(window, known):
        text = "Work went on beyond the plan, which is billed apart."
        title = f"{window.label}: extra usage in use"
        event = Event(now, "extra_usage", window.window, "warning", title, text, "reached")
        found.append(Told(event, *period, True))
    return found


def is_beyond_plan(window: WindowNow, known: Known) -> bool:
    """Say whether usage beyond the plan is in use.

    A refused request says so; else responses succeed although the window's limit was hit and
    an official source still says that all is used.
    """
    if window.hit is not None:
        return window.hit.is_extra_usage
    is_all_used = window.source in OFFICIAL and (window.used_share or 0.0) >= 1.0
    end, captured = window.resets_at, window.captured_at or 0
    return (
        is_all_used
        and end is not None
        and known_length(window.window) is not None
        and any(
            hit.window == window.window
            and hit.resets_at is not None
            and abs(hit.resets_at - end) <= MINUTE
            and captured > hit.time
            for hit in known.hits
        )
    )


def _is_used_up(window: WindowNow) -> bool:
    return window.hit is not None or window.level == "reached"


def _period_of(window: WindowNow, now: int, zone: tzinfo) -> tuple[int, int] | None:
    """Return what tells a window from the next of its kind: its start and end, as far as known.

    An official window without a reset counts by the calendar. `None` where no window runs.
    """
    length = known_length(window.window) or DAY
    start, end = window.start, window.resets_at
    if start is not None:
        return start, end if end is not None else start + length
    if end is not None:
        return end - length, end
    if window.hit is not None:
        return window.hit.since, window.hit.since + length
    if window.source not in OFFICIAL:
        return None
    today = datetime.fromtimestamp(now / SECOND, zone).date()
    if length == BLOCK_LENGTH:
        return now - now % BLOCK_LENGTH, now - now % BLOCK_LENGTH + BLOCK_LENGTH
    begun = start_of_day(today.replace(day=1), zone)
    return begun, begun + 31 * DAY


def _is_same(seen: _Open, period: tuple[int, int]) -> bool:
    """Say whether two periods are of one window, whose start may have been an estimate."""
    return abs(seen.start - period[0]) * 2 < max(period[1] - period[0], 1)


def _moment(time: int, now: int, zone: tzinfo) -> str:
    """Return a clock time, with its day where that is not within the next hours."""
    clock = clock_of(time, zone)
    if abs(time - now) < 20 * HOUR:
        return clock
    day = datetime.fromtimestamp(time / SECOND, zone)
    return f"{clock} on {day:%a} {day.day}"


def _key(told: Told) -> _Key:
    event = told.event
    return event.window, told.start, event.kind, event.level, told.is_official


def gravest_level(windows: Iterable[WindowNow]) -> WindowLevel:
    """Return the gravest level of all windows."""
    return max((window.level for window in windows), key=LEVELS.index, default="fine")
