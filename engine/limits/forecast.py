"""Forecasts of a window: when its limit is reached, and how much is used at its end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from engine.domain.limit_windows import Forecast, PaceWord
from engine.limits.courses import Course, Courses, courses_of, habit_of
from engine.limits.marks import Step

_ON_PACE = 0.05
"""Used and elapsed shares that differ by no more are on pace."""
_PERCENT = 0.01
"""Official percentages come in whole ones."""
_DOUBTS = {1: 2.0, 2: 1.5}
"""How many times wider the range of a forecast from few official answers is."""
_STEPS = 12
"""Steps of a forecast's cone."""
_TOLERANCE = 1e-9


def pace_of(
    used_share: float, window: tuple[int, int], now: int, begun_share: float = 0.0
) -> tuple[float, PaceWord]:
    """Return how far use is ahead of even use over a window (start, end), and the word for it.

    Even use goes from `begun_share` at the start to all at the end. Five points more or less
    are `on`.
    """
    start, end = window
    elapsed = min(max(now - start, 0) / (end - start), 1.0) if end > start else 1.0
    pace = used_share - begun_share - (1.0 - begun_share) * elapsed
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
    steps: Sequence[Step],
    window: tuple[int, int],
    now: int,
    begun: tuple[int, float] | None = None,
    *,
    is_hit: bool = False,
) -> Forecast:
    """Return a window's forecast from official answers: times, and shares that never fall.

    `window` is its start and end. Use counts from `begun`, when it was reset early and to what
    share, else from the start; that and one answer make a forecast, and the fewer answers there
    are, the wider is its range. What rose between two answers is spread over the time between
    them. The recent past is no shorter than two whole percents take at the average rate; the
    pause counts from the last rise, less what one takes or the usual time between answers.
    """
    start, end = window
    begin = begun if begun is not None and begun[0] > start else (start, 0.0)
    rises = [(time, share) for time, share in steps if begin[0] <= time <= min(now, end)]
    share = max([begin[1], *(each for _, each in steps)])
    if not rises:
        rises = [(now, share)]
    habit = habit_of(*window)
    elapsed = max(now - begin[0], habit.least)
    average = max(share - begin[1], 0.0) / elapsed
    a_percent = _PERCENT / average if average > 0 else 0.0
    recent_time = min(max(habit.recent, 2 * a_percent), elapsed)
    recent = max(share - _share_at(rises, begin, now - recent_time), 0.0) / recent_time
    risen_at = next((time for time, each in rises if each == share), now)
    idle = max(0.0, now - risen_at - max(_usual_pause(rises), a_percent))
    doubt = _DOUBTS.get(len({time for time, _ in rises}), 1.0)
    courses = Courses.of(habit, average, recent, idle, doubt)
    count = len({time for time, _ in rises})
    label = f"{count} official reading{'' if count == 1 else 's'}"
    return _forecast(("official", label), courses, share, window, now, begin, is_hit=is_hit)


def _usual_pause(rises: Sequence[Step]) -> int:
    """Return the usual time between two answers, 0 for one."""
    between = sorted(later[0] - earlier[0] for earlier, later in pairwise(rises))
    return between[(len(between) - 1) // 2] if between else 0


def forecast_local(
    points: Iterable[tuple[int, int]],
    used: int,
    limit: int,
    window: tuple[int, int],
    now: int,
) -> Forecast:
    """Return the forecast of a window (start, end) from what was used on this machine.

    Nothing of it is ever hit: beyond the limit it goes on.

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
    return _forecast(("local", label), shares, used / limit, window, now, (window[0], 0.0))


def _share_at(rises: Sequence[Step], begin: Step, moment: float) -> float:
    """Return the share at a moment, on straight lines between answers."""
    before = begin
    for time, share in rises:
        if time > moment:
            part = max(moment - before[0], 0) / max(time - before[0], 1)
            return before[1] + (share - before[1]) * min(part, 1.0)
        before = (time, share)
    return before[1]


def _forecast(
    basis: tuple[Literal["official", "local"], str],
    courses: Courses,
    share: float,
    window: tuple[int, int],
    now: int,
    begin: Step,
    *,
    is_hit: bool = False,
) -> Forecast:
    """Return the forecast of a share whose courses are shares too."""
    pace, word = pace_of(share, (begin[0], window[1]), now, begin[1])
    if is_hit or (basis[0] == "official" and share >= 1):
        held = max(share, 1.0)
        return Forecast(
            *basis,
            share_at_reset=held,
            share_low=held,
            share_high=held,
            is_frozen=is_hit,
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
    if share >= 1:
        return None
    time = course.time_for(1.0 - share)
    return now + max(math.ceil(time), 1) if time < remaining else None
