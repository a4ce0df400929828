"""What is told of a window: an event in words for each thing that happens to it."""

from __future__ import annotations

from datetime import tzinfo

from engine.domain.levels import Level
from engine.domain.limit_windows import (
    ESTIMATES,
    OFFICIAL,
    Event,
    EventKind,
    Severity,
    WindowNow,
)
from engine.domain.times import HOUR, clock_of, moment_at
from engine.ledger.limit_events import Told
from engine.limits.labels import BUDGET
from engine.limits.marks import EarlyReset

Period = tuple[int, int]
"""A window's start and end."""
_WEEK = 7
_SEVERITIES: dict[Level, Severity] = {"half": "information", "high": "warning"}


def level_events(window: WindowNow, period: Period, now: int) -> list[Told]:
    """Say which level is reached; that a limit is hit is said by itself."""
    level, share = window.level, window.used_share
    if level == "fine" or share is None or window.hit is not None:
        return []
    is_budget = window.window.startswith(BUDGET)
    kind: EventKind = "level"
    if level == "reached":
        title, text = f"{title_of(window)}: limit reached", f"All of it was used ({window.basis})."
        if is_budget:
            kind, title, text = (
                "budget",
                f"{title_of(window)}: crossed",
                "All of the budget was used.",
            )
    else:
        used = f"{'at least ' if window.is_floor else ''}{_percent(share)}"
        if window.source in ESTIMATES:
            used = f"{_percent(share)} of your usual"
        title, text = f"{title_of(window)}: {used} used", f"{used} was used ({window.basis})."
        text = text[0].upper() + text[1:]
    severity = _SEVERITIES.get(level, "error")
    is_firm = is_budget or window.source in OFFICIAL
    event = _event(window, now, kind, severity, title, text, level)
    return [Told(event, *period, is_firm)]


def hit_events(window: WindowNow, period: Period, now: int, zone: tzinfo) -> list[Told]:
    """Say that a limit is hit, and that work goes on beyond the plan."""
    found = []
    hit = window.hit
    if hit is not None:
        at = hit.resets_at
        again = "" if at is None else f"; it opens again at {_moment(at, now, zone)}"
        title = f"{title_of(window)}: limit hit"
        is_told = window.source == "hit"
        text = f"{'Claude refused to go on' if is_told else 'All of it was used'}{again}."
        event = _event(window, now, "hit", "error", title, text, "reached")
        found.append(Told(event, *period, True))
    if window.state == "extra usage":
        text = "Work went on beyond the plan, which is billed apart."
        title = f"{title_of(window)}: extra usage in use"
        event = _event(window, now, "extra_usage", "warning", title, text, "reached")
        found.append(Told(event, *period, True))
    return found


def early_reset_event(window: WindowNow, period: Period, early: EarlyReset, now: int) -> Told:
    """Say that the vendor began a window's use anew before its time."""
    change = f"{_percent(early.before)} → {_percent(early.share)}"
    title = f"{title_of(window)}: reset early"
    text = f"Its use began anew before its time: {change}."
    event = _event(window, now, "early_reset", "information", title, text)
    return Told(event, early.time, max(period[1], early.time + 1), True)


def forecast_event(
    window: WindowNow, period: Period, times: tuple[int, int], now: int, zone: tzinfo
) -> Told:
    """Say that the limit is forecast for the first of two times, before its reset, the other."""
    at, end = (_moment(time, now, zone) for time in times)
    text = (
        f"The limit was forecast to be reached at about {at}, before the reset at {end}"
        f" ({window.forecast.basis_label})."
    )
    title = f"{title_of(window)}: limit forecast for {at}"
    return Told(_event(window, now, "forecast", "warning", title, text), *period, True)


def cleared_event(window: WindowNow, period: Period, now: int) -> Told:
    """Say that work goes on though the limit was hit."""
    text = "A response succeeded before the limit was reset."
    title = f"{title_of(window)}: going on again"
    return Told(_event(window, now, "cleared", "information", title, text), *period, True)


def reset_event(
    name: tuple[str, str], label: str, period: Period, now: int, *, is_open_again: bool
) -> Told:
    """Say of the window of an owner that it is over, and whether it is open again."""
    owner, window = name
    text = "The window ended, and its use began anew."
    if window.startswith(BUDGET):
        text = "The budget's time ended, and its use began anew."
    title = f"{label}: {'open again' if is_open_again else 'reset'}"
    event = Event(now, "reset", window, "information", title, text, owner=owner)
    return Told(event, *period, True)


def _event(
    window: WindowNow,
    now: int,
    kind: EventKind,
    severity: Severity,
    title: str,
    text: str,
    level: Level = "fine",
) -> Event:
    return Event(now, kind, window.window, severity, title, text, level, window.owner)


def title_of(window: WindowNow) -> str:
    """Return what a window is called, with its owner where there are several."""
    return f"{window.label} · {window.owner_name}" if window.owner_name else window.label


def _moment(time: int, now: int, zone: tzinfo) -> str:
    """Return a clock time, with its day where that is another one and not within twelve hours."""
    clock, moment = clock_of(time, zone), moment_at(time, zone)
    days = abs((moment.date() - moment_at(now, zone).date()).days)
    if days == 0 or 0 <= time - now < 12 * HOUR:
        return clock
    return f"{moment:%a} {clock}" if days < _WEEK else f"{moment.day} {moment:%b} {clock}"


def _percent(share: float) -> str:
    return f"{int(share * 100 + 1e-9)}%"
