"""The hours of the day in which a warning is only drawn on the screen."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Self

from msgspec import Struct

from engine.domain.settings import SettingsError
from engine.domain.times import SECOND

_FORM = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*\Z", re.ASCII)
_DAY = 24 * 60


class QuietHours(Struct, frozen=True):
    """A stretch of every day by the clock on the wall, over midnight where it ends earlier.

    Minutes since midnight; the first belongs to it, the last does not.
    """

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `22:00-07:30`; raises `SettingsError`."""
        match = _FORM.match(text)
        if match is not None:
            hours, minutes, end_hours, end_minutes = (int(each) for each in match.groups())
            start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
            is_time = max(minutes, end_minutes) < 60 and start < _DAY and end <= _DAY
            if is_time and start != end % _DAY:
                return cls(start, end % _DAY)
        raise SettingsError(
            f"Quiet hours are two different times of the day, such as 22:00-07:30, not '{text}'."
        )

    def covers(self, now: int, zone: tzinfo) -> bool:
        """Say whether a moment (UTC milliseconds) lies in the quiet hours of a zone.

        By what the clock shows there: an hour that a change of the clocks repeats is quiet
        twice, one that it leaves out is missed.
        """
        clock = datetime.fromtimestamp(now // SECOND, zone)
        minute = clock.hour * 60 + clock.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        return "-".join(f"{each // 60:02}:{each % 60:02}" for each in (self.start, self.end))
