"""What Claude Code's server would have said of the made-up user's limit windows."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.scans import WindowUse
from engine.domain.times import DAY, HOUR, MINUTE, SECOND

_FIVE_HOURS_LEFT = 2 * HOUR + 46 * MINUTE
_WEEK_LEFT = 3 * DAY + 11 * HOUR + 36 * MINUTE
_COURSES = (
    (
        "five_hour",
        5 * HOUR,
        _FIVE_HOURS_LEFT,
        (3, 6, 8, 11, 13, 17, 20, 24, 29, 33, 39, 45, 52, 58),
    ),
    ("seven_day", 7 * DAY, _WEEK_LEFT, (2, 5, 9, 13, 14, 19, 23, 27, 33, 36, 38, 43)),
    ("seven_day:Fable", 7 * DAY, _WEEK_LEFT, (1, 3, 6, 8, 11, 12)),
)
"""Each window with its length, what is left of it, and percents at even steps up to now."""
_AGO = 90 * SECOND


def window_uses(now: int) -> Iterator[WindowUse]:
    """Yield the uses said of each window since its start; the newest is of a moment ago."""
    for window, length, left, percents in _COURSES:
        end = now + left
        start = end - length
        for number, percent in enumerate(percents, 1):
            time = start + (now - _AGO - start) * number // len(percents)
            yield WindowUse(window, percent, end, time)
