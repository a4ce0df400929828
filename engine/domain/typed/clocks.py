"""Times of the day by the clock on the wall: the 5-hour window's end, and quiet hours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from engine.domain.mistakes import SettingsError
from engine.domain.times import BLOCK_LENGTH, MINUTE, SECOND, moment_at

_CLOCK = re.compile(r"\s*(\d{1,2}):(\d\d)\s*\Z", re.ASCII)
_HOURS, _MINUTES = 24, 60


class Clock(NamedTuple):
    """A time of the day."""

    hour: int
    minute: int

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}"

    def next(self, now: int, zone: tzinfo) -> int | None:
        """Return when a clock of a zone shows this time next, `None` where none ever does."""
        today = moment_at(now, zone)
        for ahead in range(3):
            date = today.date() + timedelta(days=ahead)
            there = datetime(date.year, date.month, date.day, *self, tzinfo=zone)
            moment = int(there.timestamp()) * SECOND
            if moment > now:
                return moment
        return None


class QuietHours(NamedTuple):
    """A stretch of every day by the clock on the wall, over midnight where it ends earlier.

    Minutes since midnight; the first belongs to it, the last does not.
    """

    start: int
    end: int

    def covers(self, now: int, zone: tzinfo) -> bool:
        """Say whether a moment (UTC milliseconds) lies in the quiet hours of a zone.

        By what the clock shows there: an hour that a change of the clocks repeats is quiet
        twice, one that it leaves out is missed.
        """
        clock = moment_at(now // SECOND * SECOND, zone)
        minute = clock.hour * 60 + clock.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        return "-".join(f"{each // 60:02}:{each % 60:02}" for each in (self.start, self.end))


def parse_clock(text: str) -> Clock:
    """Return what `14:30` means; raises `SettingsError`."""
    match = _CLOCK.match(text)
    if match is None or int(match[1]) >= _HOURS or int(match[2]) >= _MINUTES:
        raise SettingsError(
            f"'{text}' is not a time of the day: give hours and minutes, such as 14:30."
        )
    return Clock(int(match[1]), int(match[2]))


def parse_quiet_hours(text: str) -> QuietHours:
    """Return what `22:00-07:30` means; raises `SettingsError`. At its end `24:00` is midnight."""
    first, _, last = text.partition("-")
    try:
        start, end = parse_clock(first), parse_clock("0:00" if last.strip() == "24:00" else last)
    except SettingsError:
        start = end = Clock(0, 0)
    if start == end:
        raise SettingsError(
            f"Quiet hours are two different times of the day, such as 22:00-07:30, not '{text}'."
        )
    return QuietHours(*(each.hour * _MINUTES + each.minute for each in (start, end)))


def checked_pin(time: int, now: int) -> int:
    """Return a pinned reset, to the minute; raises `SettingsError` unless a window can end then."""
    if not now < time <= now + BLOCK_LENGTH:
        raise SettingsError(
            "The reset must lie within the next five hours: give the time at which it is due."
        )
    return time - time % MINUTE if time - time % MINUTE > now else time
