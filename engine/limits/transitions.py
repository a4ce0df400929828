"""What happens to limit windows: levels, forecasts, hits, resets, budgets that come and go."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.levels import Level
from engine.domain.limit_windows import ESTIMATES, OFFICIAL, Event, WindowNow
from engine.domain.times import BLOCK_LENGTH, DAY, HOUR, MINUTE, day_of, start_of_day
from engine.ledger.limit_events import Told
from engine.limits.events import (
    Period,
    cleared_event,
    early_reset_event,
    forecast_event,
    hit_events,
    level_events,
    reset_event,
    title_of,
)
from engine.limits.known import Known
from engine.limits.labels import is_of_model
from engine.limits.readings import known_length

HOLDS = 2 * MINUTE
"""A forecast is told when it has held for so long,"""
AHEAD = 5 * MINUTE
"""and reaches the limit so long before the reset."""

_JUMP = 10 * MINUTE
"""After a longer time the machine has slept, or its clock was put forward: no forecast held."""
_LATE = HOUR
"""A reset is told no later."""
_ALARMING: tuple[Level, ...] = ("high", "critical", "reached")
_Name = tuple[str, str]
"""Owner and window."""
_Key = tuple[_Name, int, str, str, bool]


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
        self._open: dict[_Name, _Open] = {}
        self._foreseen: dict[_Name, int] = {}
        self._settled: set[_Key] = set()
        self._noted_at: int | None = None

    def resume(self, told: Iterable[Told], now: int) -> None:
        """Take up windows that earlier runs told something alarming of."""
        is_reset = {(_name(each.event), each.start) for each in told if each.event.kind == "reset"}
        for each in told:
            event = each.event
            name, is_hit = _name(event), event.kind == "hit"
            is_told = (name, each.start) in is_reset
            if is_told or each.until < now - _LATE or name in self._open:
                continue
            if is_hit or (event.kind in ("level", "budget") and event.level in _ALARMING):
                label = event.title.partition(":")[0]
                self._open[name] = _Open(each.start, each.until, label, True, is_hit)

    def settled(self, told: Iterable[Told]) -> None:
        """Take note that the ledger has decided on these."""
        self._settled.update(_key(each) for each in told)

    def note(
        self, windows: Sequence[WindowNow], known: Known, now: int, zone: tzinfo
    ) -> list[Told]:
        """Return what is worth telling now."""
        found: list[Told] = []
        early = {_name(window): _early_since(window) for window in windows}
        if self._noted_at is None or not 0 <= now - self._noted_at < _JUMP:
            self._foreseen.clear()
        self._noted_at = now
        shut = {window.owner for window in windows if _holds_all_up(window)}
        for window in windows:
            period = _period_of(window, now, zone)
            found += self._ended(_name(window), period, now, shut)
            if period is None:
                continue
            found += self._cleared(window, now)
            mark = known.marks.get(_name(window))
            early_reset = mark.early if mark is not None else None
            if early_reset is not None and now - early_reset.time <= _LATE:
                found.append(early_reset_event(window, period, early_reset, now))
            found += level_events(window, period, now)
            found += self._of_forecast(window, period, now, zone)
            found += hit_events(window, period, now, zone)
            self._see(window, period)
        present = {_name(window) for window in windows}
        for name in [name for name in self._open if name not in present]:
            found += self._ended(name, None, now, shut)
        found = [replace(each, since=early.get(_name(each.event), 0)) for each in found]
        return [each for each in found if _key(each) not in self._settled]

    def _see(self, window: WindowNow, period: Period) -> None:
        known = self._open.get(_name(window))
        is_hit = window.hit is not None
        is_alarming = window.level in _ALARMING or is_hit
        if known is not None and known.start >= _early_since(window):
            is_alarming = is_alarming or known.is_alarming
        self._open[_name(window)] = _Open(*period, title_of(window), is_alarming, is_hit)

    def _ended(
        self, name: _Name, period: Period | None, now: int, shut: Container[str]
    ) -> list[Told]:
        """Say that the window seen last is over, where another one runs or its time has come.

        It is open again unless another limit still holds its owner up, who is in `shut`.
        """
        seen = self._open.get(name)
        if seen is None or (period is not None and (_is_same(seen, period) or now < seen.until)):
            return []
        if period is None and now < seen.until:
            return []
        del self._open[name]
        self._foreseen.pop(name, None)
        if not seen.is_alarming or now - seen.until > _LATE:
            return []
        period = (seen.start, seen.until)
        is_open_again = seen.is_hit and name[0] not in shut
        return [reset_event(name, seen.label, period, now, is_open_again=is_open_again)]

    def _cleared(self, window: WindowNow, now: int) -> list[Told]:
        seen = self._open.get(_name(window))
        is_early = _early_since(window) > 0
        if seen is None or not seen.is_hit or window.hit is not None or is_early:
            return []
        return [cleared_event(window, (seen.start, seen.until), now)]

    def _of_forecast(self, window: WindowNow, period: Period, now: int, zone: tzinfo) -> list[Told]:
        """Say that the limit is forecast before the reset, where that has held for a while."""
        name, reset = _name(window), window.resets_at
        reached = window.forecast.reaches_at
        is_vain = window.source in ESTIMATES or _is_used_up(window)
        if reached is None or reset is None or reached > reset - AHEAD or is_vain:
            self._foreseen.pop(name, None)
            return []
        since = self._foreseen.setdefault(name, now)
        if since > now:
            self._foreseen[name] = now
        if now - since < HOLDS:
            return []
        return [forecast_event(window, period, (reached, reset), now, zone)]


def _early_since(window: WindowNow) -> int:
    """Return since when a window's use counts that was reset early, 0 where it was not."""
    begun, start = window.begun_at, window.start
    is_early = begun is not None and start is not None and begun > start
    return begun if is_early and begun is not None else 0


def _name(of: WindowNow | Event) -> _Name:
    return of.owner, of.window


def _holds_all_up(window: WindowNow) -> bool:
    """Say whether nothing goes on until a window is reset."""
    return window.state == "hit" and not is_of_model(window.window)


def _is_used_up(window: WindowNow) -> bool:
    return window.hit is not None or window.level == "reached"


def _period_of(window: WindowNow, now: int, zone: tzinfo) -> Period | None:
    """Return what tells a window from the next of its kind: its start and end, as far as known.

    An official window without a reset counts by the calendar. `None` where no window runs.
    """
    length = known_length(window.window) or DAY
    start, end = _early_since(window) or window.start, window.resets_at
    if start is not None:
        return start, end if end is not None else start + length
    if end is not None:
        return end - length, end
    if window.hit is not None:
        return window.hit.since, window.hit.since + length
    if window.source not in OFFICIAL:
        return None
    today = day_of(now, zone)
    if length == BLOCK_LENGTH:
        return now - now % BLOCK_LENGTH, now - now % BLOCK_LENGTH + BLOCK_LENGTH
    begun = start_of_day(today.replace(day=1), zone)
    return begun, begun + 31 * DAY


def _is_same(seen: _Open, period: Period) -> bool:
    """Say whether two periods are of one window, whose start may have been an estimate."""
    return abs(seen.start - period[0]) * 2 < max(period[1] - period[0], 1)


def _key(told: Told) -> _Key:
    event = told.event
    return _name(event), told.start, event.kind, event.level, told.is_official
