"""The 5-hour window's end, as the user says it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from engine.domain.settings import SettingsError
from engine.domain.times import HOUR, MINUTE, SECOND

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z", re.ASCII)


def next_reset(text: str | None, now: int, zone: tzinfo) -> int | None:
    """Return when a clock such as `14:30` shows that time next in a zone, `None` for `None`.

    Raises `SettingsError` for anything else.
    """
    if text is None:
        return None
    match = _CLOCK.match(text.strip())
    if match is None:
        raise SettingsError(
            f"'{text}' is no time for the reset: give the clock's hours and minutes, such as 14:30."
        )
    today = datetime.fromtimestamp(now / SECOND, UTC).astimezone(zone)
    for day in range(3):
        date = today.date() + timedelta(days=day)
        there = datetime(date.year, date.month, date.day, int(match[1]), int(match[2]), tzinfo=zone)
        moment = int(there.timestamp()) * SECOND
        if moment > now:
            return moment
    return None


def checked_pin(time: int, now: int) -> int:
    """Return a pinned reset, to the minute; raises `SettingsError` unless a window can end then."""
    if not now < time <= now + 5 * HOUR:
        raise SettingsError("The reset of the 5-hour window lies within the next five hours.")
    return time - time % MINUTE if time - time % MINUTE > now else time
