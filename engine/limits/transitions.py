"""What is worth telling of limit windows: levels, forecasts, hits, resets, budgets."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.limit_windows import (
    ESTIMATES,
    OFFICIAL,
    Event,
    EventKind,
    Severity,
    WindowLevel,
    WindowNow,
)
from engine.domain.times import BLOCK_LENGTH, DAY, HOUR, MINUTE, SECOND, clock_of, start_of_day
from engine.ledger.limit_events import LEVELS, Told
from engine.limits.known import Known
from engine.limits.labels import BUDGET, is_of_model
from engine.limits.readings import known_length

HOLDS = 2 * MINUTE
"""A forecast is told when it has held for so long,"""
AHEAD = 5 * MINUTE
"""and reaches the limit so long before the reset."""

_JUMP = 10 * MINUTE
"""After a longer time the machine has slept, or its clock was put forward: no forecast held."""
_LATE = HOUR
"""A reset is told no later."""
_ALARMING: tuple[WindowLevel, ...] = ("high", "critical", "reached")
_SEVERITIES: dict[WindowLevel, Severity] = {"half": "information", "high": "warning"}

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
            found += _of_early_reset(window, period, known, now)
            found += _of_level(window, period, now)
            found += self._of_forecast(window, period, now, zone)
            found += _of_hit(window, period, now, zone)
            self._see(window, period)
        present = {_name(window) for window in windows}
        for name in [name for name in self._open if name not in present]:
            found += self._ended(name, None, now, shut)
        found = [replace(each, since=early.get(_name(each.event), 0)) for each in found]
        return [each for each in found if _key(each) not in self._settled]

    def _see(self, window: WindowNow, period: tuple[int, int]) -> None:
        known = self._open.get(_name(window))
        is_hit = window.hit is not None
        is_alarming = window.level in _ALARMING or is_hit
        if known is not None and known.start >= _early_since(window):
            is_alarming = is_alarming or known.is_alarming
        self._open[_name(window)] = _Open(*period, _title(window), is_alarming, is_hit)

    def _ended(
        self, name: _Name, period: tuple[int, int] | None, now: int, shut: Container[str]
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
        text = "The window ended, and its use began anew."
        if name[1].startswith(BUDGET):
            text = "The budget's time ended, and its use began anew."
        is_open_again = seen.is_hit and name[0] not in shut
        title = f"{seen.label}: {'open again' if is_open_again else 'reset'}"
        event = Event(now, "reset", name[1], "information", title, text, owner=name[0])
        return [Told(event, seen.start, seen.until, True)]

    def _cleared(self, window: WindowNow, now: int) -> list[Told]:
        seen = self._open.get(_name(window))
        is_early = _early_since(window) > 0
        if seen is None or not seen.is_hit or window.hit is not None or is_early:
            return []
        text = "A response succeeded before the limit was reset."
        title = f"{_title(window)}: going on again"
        event = _event(window, now, "cleared", "information", title, text)
        return [Told(event, seen.start, seen.until, True)]

    def _of_forecast(
        self, window: WindowNow, period: tuple[int, int], now: int, zone: tzinfo
    ) -> list[Told]:
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
        at, end = _moment(reached, now, zone), _moment(reset, now, zone)
        text = (
            f"The limit was forecast to be reached at about {at}, before the reset at {end}"
            f" ({window.forecast.basis_label})."
        )
        title = f"{_title(window)}: limit forecast for {at}"
        event = _event(window, now, "forecast", "warning", title, text)
        return [Told(event, *period, True)]


def _of_level(window: WindowNow, period: tuple[int, int], now: int) -> list[Told]:
    """Say which level is reached; that a limit is hit is said by itself."""
    level, share = window.level, window.used_share
    if level == "fine" or share is None or window.hit is not None:
        return []
    is_budget = window.window.startswith(BUDGET)
    kind: EventKind = "level"
    if level == "reached":
        title, text = f"{_title(window)}: limit reached", f"All of it was used ({window.basis})."
        if is_budget:
            kind, title, text = (
                "budget",
                f"{_title(window)}: crossed",
                "All of the budget was used.",
            )
    else:
        used = f"{'at least ' if window.is_floor else ''}{_percent(share)}"
        if window.source in ESTIMATES:
            used = f"{_percent(share)} of your usual"
        title, text = f"{_title(window)}: {used} used", f"{used} was used ({window.basis})."
        text = text[0].upper() + text[1:]
    severity = _SEVERITIES.get(level, "error")
    is_firm = is_budget or window.source in OFFICIAL
    event = _event(window, now, kind, severity, title, text, level)
    return [Told(event, *period, is_firm)]


def _of_hit(window: WindowNow, period: tuple[int, int], now: int, zone: tzinfo) -> list[Told]:
    """Say that a limit is hit, and that work goes on beyond the plan."""
    found = []
    hit = window.hit
    if hit is not None:
        until = f" until {_moment(hit.resets_at, now, zone)}" if hit.resets_at is not None else ""
        title = f"{_title(window)}: limit hit"
        is_told = window.source == "hit"
        text = f"{'Claude refused to go on' if is_told else 'All of it was used up'}{until}."
        event = _event(window, now, "hit", "error", title, text, "reached")
        found.append(Told(event, *period, True))
    if window.state == "extra usage":
        text = "Work went on beyond the plan, which is billed apart."
        title = f"{_title(window)}: extra usage in use"
        event = _event(window, now, "extra_usage", "warning", title, text, "reached")
        found.append(Told(event, *period, True))
    return found


def _of_early_reset(
    window: WindowNow, period: tuple[int, int], known: Known, now: int
) -> list[Told]:
    """Say that the vendor began a window's use anew before its time."""
    mark = known.marks.get(_name(window))
    if mark is None or mark.early is None or now - mark.early.time > _LATE:
        return []
    early = mark.early
    change = f"{_percent(early.before)} → {_percent(early.share)}"
    title = f"{_title(window)}: reset early"
    text = f"Its use began anew before its time: {change}."
    event = _event(window, now, "early_reset", "information", title, text)
    return [Told(event, early.time, max(period[1], early.time + 1), True)]


def _early_since(window: WindowNow) -> int:
    """Return since when a window's use counts that was reset early, 0 where it was not."""
    begun, start = window.begun_at, window.start
    is_early = begun is not None and start is not None and begun > start
    return begun if is_early and begun is not None else 0


def _percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)}%"


def _name(of: WindowNow | Event) -> _Name:
    return of.owner, of.window


def _title(window: WindowNow) -> str:
    """Return what a window is called, with its owner where there are several."""
    return f"{window.label} · {window.owner_name}" if window.owner_name else window.label


def _event(
    window: WindowNow,
    now: int,
    kind: EventKind,
    severity: Severity,
    title: str,
    text: str,
    level: WindowLevel = "fine",
) -> Event:
    return Event(now, kind, window.window, severity, title, text, level, window.owner)


def _holds_all_up(window: WindowNow) -> bool:
    """Say whether nothing goes on until a window is reset."""
    return window.state == "hit" and not is_of_model(window.window)


def _is_used_up(window: WindowNow) -> bool:
    return window.hit is not None or window.level == "reached"


def _period_of(window: WindowNow, now: int, zone: tzinfo) -> tuple[int, int] | None:
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
    return _name(event), told.start, event.kind, event.level, told.is_official


def gravest_level(windows: Iterable[WindowNow]) -> WindowLevel:
    """Return the gravest level of all windows."""
    return max((window.level for window in windows), key=LEVELS.index, default="fine")
