"""How use of a window goes on: the rates of now and so far, and how long work lasts.

Most work ends before its window does, so a rate that goes on to the end foresees too much.
Expected is half of the recent rate and half of the average so far, for as long as work lasts
on average; after the last use it fades as the pause grows. The range lies between work that
is about to end and work that goes on to the end, half as fast again as its fastest rate.
`python -m tests.bench.forecast` measures these rules on histories other than those that the
constants were chosen on; they are flat near these values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Self

from msgspec import Struct

from engine.domain.limit_windows import Foreseen
from engine.domain.times import DAY, HOUR, MINUTE


class Habit(Struct, frozen=True):
    """How work goes on in windows of one kind; all are milliseconds."""

    recent: int
    least: int
    """A shorter time of use counts as so long, so that its rate is not too high."""
    lasts: float
    """How much longer work lasts on average, had it no end set."""
    fades: int
    """After a pause of this length a third is left of the forecast."""
    lasts_low: int
    fades_low: int
    fades_high: int
    is_from_first_use: bool
    """Whether the average counts from the first use, not from the window's start."""
    name: str
    """The recent past in words."""


_OF_HOURS = Habit(
    recent=30 * MINUTE,
    least=10 * MINUTE,
    lasts=2 * HOUR,
    fades=8 * MINUTE,
    lasts_low=15 * MINUTE,
    fades_low=2 * MINUTE,
    fades_high=30 * MINUTE,
    is_from_first_use=True,
    name="last 30 min",
)
_OF_DAYS = Habit(
    recent=2 * DAY,
    least=DAY,
    lasts=math.inf,
    fades=DAY,
    lasts_low=6 * HOUR,
    fades_low=6 * HOUR,
    fades_high=3 * DAY,
    is_from_first_use=False,
    name="last 2 days",
)
_FASTER = 1.5
"""The range's upper end has work go on so much faster than its fastest rate."""


class Course(Struct, frozen=True):
    """Use from now on: a rate (a millisecond) of work that lasts for some time."""

    rate: float
    lasts: float

    def more_after(self, time: float) -> float:
        """Return what is used in a time from now."""
        if math.isinf(self.lasts):
            return self.rate * time
        return self.rate * self.lasts * -math.expm1(-time / self.lasts)

    def time_for(self, amount: float) -> float:
        """Return the time after which an amount is used, infinite where it never is."""
        most = self.rate * self.lasts
        if self.rate <= 0 or amount >= most:
            return math.inf
        return amount / self.rate if math.isinf(most) else -self.lasts * math.log1p(-amount / most)


class Courses(Struct, frozen=True):
    """The course expected and the two that bound it."""

    low: Course
    expected: Course
    high: Course

    @classmethod
    def of(
        cls, habit: Habit, average: float, recent: float, idle: float, doubt: float = 1.0
    ) -> Self:
        """Return the courses of two rates after a pause; `doubt` widens the range so many times."""
        low = min(average, recent) / doubt * math.exp(-idle / habit.fades_low)
        high = _FASTER * doubt * max(average, recent) * math.exp(-idle / habit.fades_high)
        return cls(
            Course(low, habit.lasts_low),
            Course((average + recent) / 2 * math.exp(-idle / habit.fades), habit.lasts),
            Course(high, math.inf),
        )

    def after(self, used: float, now: int, time: int) -> Foreseen:
        """Return the use that is foreseen for a time from now."""
        return Foreseen(
            now + time,
            used + self.low.more_after(time),
            used + self.expected.more_after(time),
            used + self.high.more_after(time),
        )


def habit_of(start: int, end: int) -> Habit:
    """Return how work goes on in a window: within a day, or over days with nights in them."""
    return _OF_HOURS if end - start <= DAY else _OF_DAYS


def courses_of(
    points: Iterable[tuple[int, int]], habit: Habit, window: tuple[int, int], now: int
) -> Courses:
    """Return how the use of a window (start, end) goes on, from what was used up to now.

    `points` are times and the amounts used at them; those outside the window are left out.
    """
    within = [(time, amount) for time, amount in points if window[0] <= time <= now and amount > 0]
    if not within:
        return Courses.of(habit, 0.0, 0.0, 0.0)
    first = min(time for time, _ in within)
    begun = first if habit.is_from_first_use else window[0]
    elapsed = max(now - begun, habit.least)
    recent_time = min(habit.recent, elapsed)
    average = sum(amount for _, amount in within) / elapsed
    recent = sum(amount for time, amount in within if time > now - recent_time) / recent_time
    return Courses.of(habit, average, recent, now - max(time for time, _ in within))
