"""Forecasts of a window: when its limit is reached, and how much is used at its end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from engine.domain.limit_windows import Forecast, PaceWord
from engine.domain.times import MINUTE
from engine.limits.courses import Course, Courses, courses_of, habit_of
from engine.limits.readings import Reading

LEAST_READINGS = 3
"""Official readings at different times that a forecast from them needs."""

_ON_PACE = 0.05
"""Used and elapsed shares that differ by no more are on pace."""
_PERCENT = 0.01
"""Official percentages come in whole ones."""
_STEPS = 12
"""Steps of a forecast's cone."""
_TOLERANCE = 1e-9


def pace_of(used_share: float, window: tuple[int, int], now: int) -> tuple[float, PaceWord]:
    """Return how far use is ahead of even use over a window (start, end), and the word for it.

    Five points more or less are `on`.
    """
    start, end = window
    elapsed = min(max(now - start, 0) / (end - start), 1.0) if end > start else 1.0
    pace = used_share - elapsed
    if abs(pace) <= _ON_PACE + _TOLERANCE:
        return pace, "on"
    return pace, "over" if pace > 0 else "under"


def no_forecast(
    used_share: float | None, window: tuple[int, int], now: int, reason: str = "no forecast yet"
) -> Forecast:
    """Return what can be said of a window without any rate: its pace, where a share is known."""
    if used_share is None:
        return Forecast("none", reason)
    pace, word = pace_of(used_share, window, now)
    return Forecast("none", reason, pace=pace, pace_word=word)


def forecast_official(
    readings: Iterable[Reading], window_start: int, resets_at: int, now: int, is_hit: bool = False
) -> Forecast | None:
    """Return a window's forecast from official readings of it, `None` from fewer than three.

    Of one kind of window and one account; those of another reset or of none, and of other
    times, are left out. Percentages never fall within a window; what rose between two readings
    is spread over the time between them. The recent past is no shorter than two whole percents
    take at the average rate; the pause counts from the last rise, less what one takes or the
    usual time between readings.
    """
    rises = _high_water(readings, window_start, resets_at, now)
    if len(rises) < LEAST_READINGS:
        return None
    share = rises[-1][1]
    habit = habit_of(window_start, resets_at)
    elapsed = max(now - window_start, habit.least)
    average = share / elapsed
    a_percent = _PERCENT / average if average > 0 else 0.0
    recent_time = min(max(habit.recent, 2 * a_percent), elapsed)
    recent = (share - _share_at(rises, window_start, now - recent_time)) / recent_time
    risen_at = next((time for time, each in rises if each == share), now)
    usual = sorted(later[0] - earlier[0] for earlier, later in pairwise(rises))[len(rises) // 2 - 1]
    allowed = max(usual, a_percent)
    courses = Courses.of(habit, average, recent, max(0.0, now - risen_at - allowed))
    label = f"{len(rises)} official readings"
    return _forecast(("official", label), courses, share, (window_start, resets_at), now, is_hit)


def forecast_local(
    points: Iterable[tuple[int, int]],
    used: int,
    limit: int,
    window: tuple[int, int],
    now: int,
    is_hit: bool = False,
) -> Forecast:
    """Return the forecast of a window (start, end) from what was used on this machine.

    `points` are times and the amounts used at them, in any order: responses, or short steps by
    their last use (by their start, work seems to pause). `used` is what counts against the
    `limit`, both in the points' unit: tokens, pico-dollars, or a calibrated percentage's worth.
    """
    if limit <= 0:
        return no_forecast(None, window, now, "no limit known")
    habit = habit_of(*window)
    courses = courses_of(points, habit, window, now)
    shares = Courses(
        *(
            Course(course.rate / limit, course.lasts)
            for course in (courses.low, courses.expected, courses.high)
        )
    )
    label = f"{habit.name} and so far, this machine"
    return _forecast(("local", label), shares, used / limit, window, now, is_hit)


def _high_water(
    readings: Iterable[Reading], start: int, end: int, now: int
) -> list[tuple[int, float]]:
    """Return times and the highest share up to each, one for each time, in time order."""
    highest: dict[int, float] = {}
    for reading in readings:
        is_of_window = reading.resets_at is not None and abs(reading.resets_at - end) <= MINUTE
        is_sound = math.isfinite(reading.used_share) and reading.used_share >= 0
        if is_of_window and is_sound and start <= reading.captured_at <= min(now, end):
            known = highest.get(reading.captured_at, 0.0)
            highest[reading.captured_at] = max(known, reading.used_share)
    rises: list[tuple[int, float]] = []
    for time in sorted(highest):
        rises.append((time, max(highest[time], rises[-1][1] if rises else 0.0)))
    return rises


def _share_at(rises: Sequence[tuple[int, float]], start: int, moment: float) -> float:
    """Return the share at a moment, on straight lines between readings; 0 at the start."""
    before = (start, 0.0)
    for time, share in rises:
        if time > moment:
            part = max(moment - before[0], 0) / (time - before[0])
            return before[1] + (share - before[1]) * part
        before = (time, share)
    return before[1]


def _forecast(
    basis: tuple[Literal["official", "local"], str],
    courses: Courses,
    share: float,
    window: tuple[int, int],
    now: int,
    is_hit: bool,
) -> Forecast:
    """Return the forecast of a share whose courses are shares too."""
    pace, word = pace_of(share, window, now)
    if is_hit or share >= 1:
        held = max(share, 1.0)
        return Forecast(
            *basis,
            share_at_reset=held,
            share_low=held,
            share_high=held,
            is_frozen=True,
            pace=pace,
            pace_word=word,
        )
    remaining = max(window[1] - now, 0)
    cone = tuple(
        courses.after(share, now, remaining * step // _STEPS) for step in range(_STEPS + 1)
    )
    at_reset = cone[-1]
    return Forecast(
        *basis,
        reaches_at=_reached(courses.expected, share, now, remaining),
        earliest=_reached(courses.high, share, now, remaining),
        latest=_reached(courses.low, share, now, remaining),
        share_at_reset=at_reset.expected,
        share_low=at_reset.low,
        share_high=at_reset.high,
        pace=pace,
        pace_word=word,
        cone=cone,
    )


def _reached(course: Course, share: float, now: int, remaining: int) -> int | None:
    """Return when all is used, `None` where that is not before the end."""
    time = course.time_for(1.0 - share)
    return now + max(math.ceil(time), 1) if time < remaining else None
