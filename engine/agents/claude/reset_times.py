"""The time at which a limit resets, read from the words of Claude Code's message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from engine.domain.times import DAY, HOUR, MINUTE, day_of, minute_of

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH = re.compile(r"limit reached ?\| ?(\d{9,14})\b", re.IGNORECASE)
_FROM_NOW = re.compile(
    r"\bresets? in (?=\d)(?:(\d{1,3}) ?d\w* ?)?(?:(\d{1,3}) ?h\w* ?)?(?:(\d{1,4}) ?m\w*)?",
    re.IGNORECASE,
)
_AT = re.compile(
    rf"""\bresets?\ (?:at\ |on\ )?
    (?:(?P<month>{"|".join(_MONTHS)})[a-z]*\.?\ (?P<day>\d{{1,2}})
       (?:,?\ (?P<year>\d{{4}}))?(?:,?\ at|,)?\ 
      |(?P<weekday>{"|".join(_DAYS)})[a-z]*,?\ (?:at\ )?)?
    (?P<hour>\d{{1,2}})(?::(?P<minute>[0-5]\d))?(?:\s?(?P<half>[ap])\.?m\b\.?)?
    (?:\ ?\((?P<zone>[A-Za-z][\w/+-]{{1,60}})\))?""",
    re.IGNORECASE | re.VERBOSE,
)
"""`3:45pm (Europe/Kyiv)`, `18:00`, `Nov 13 at 9am`, `Oct 9, 5pm (UTC)`, `Mon 9am`."""


def reset_in(text: str, time: int, zone: Callable[[], tzinfo], longest: int) -> int | None:
    """Return the reset that a text of a moment tells, in UTC milliseconds, to the minute.

    A clock time is the next one after the moment, in the zone named in parentheses, else
    in `zone()`. Where that is further than the window lasts (`longest`, in milliseconds),
    the message was repeated late and means the one before. `None` where none is told, and
    where the zone named is not known: it is never taken for another.
    """
    epoch = _EPOCH.search(text)
    if epoch is not None:
        return minute_of(int(epoch[1]))
    ahead = _FROM_NOW.search(text)
    if ahead is not None and any(ahead.groups()):
        days, hours, minutes = (int(part or 0) for part in ahead.groups())
        return minute_of(time + days * DAY + hours * HOUR + minutes * MINUTE)
    said = _AT.search(text)
    clock = _clock_of(said) if said is not None else None
    if said is None or clock is None:
        return None
    named = _zone_named(said["zone"]) if said["zone"] else zone()
    if named is None:
        return None
    moments = sorted(_moments(said, clock, time, named))
    if said["month"]:
        return min(moments, key=lambda moment: abs(moment - time), default=None)
    following = [moment for moment in moments if time < moment <= time + longest]
    earlier = [moment for moment in moments if moment <= time]
    return following[0] if following else earlier[-1] if earlier else None


def _clock_of(said: re.Match[str]) -> tuple[int, int] | None:
    """Return hour and minute of a clock time, `None` where it is none."""
    hour, minute = int(said["hour"]), int(said["minute"] or 0)
    if said["half"]:
        return (hour % 12 + 12 * (said["half"].lower() == "p"), minute) if hour <= 12 else None
    return (hour, minute) if hour < 24 and said["minute"] else None


def _moments(said: re.Match[str], clock: tuple[int, int], time: int, zone: tzinfo) -> Iterator[int]:
    """Yield the moments near a time that a clock time with or without a day may mean.

    An hour that comes twice when clocks go back gives two.
    """
    for day in _days(said, day_of(time, zone)):
        for fold in (0, 1):
            moment = datetime(day.year, day.month, day.day, *clock, tzinfo=zone, fold=fold)
            yield int(moment.timestamp()) // 60 * MINUTE


def _days(said: re.Match[str], today: date) -> Iterator[date]:
    if said["month"]:
        month = _MONTHS.index(said["month"].lower()) + 1
        nearest = range(today.year - 1, today.year + 2)
        for year in [int(said["year"])] if said["year"] else nearest:
            try:
                yield date(year, month, int(said["day"]))
            except ValueError:
                continue
        return
    wanted = _DAYS.index(said["weekday"].lower()) if said["weekday"] else None
    for ahead in range(-1, 2) if wanted is None else range(-7, 8):
        day = today + timedelta(days=ahead)
        if wanted is None or day.weekday() == wanted:
            yield day


def _zone_named(name: str) -> tzinfo | None:
    if name.upper() in ("UTC", "GMT", "ETC/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
