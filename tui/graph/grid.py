"""How a calendar lies in weeks: columns of seven days, and where the months begin."""

from __future__ import annotations

from datetime import date, timedelta

from engine.domain.calendars import Calendar

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMED_ROWS = (0, 2, 4)

SIGNS = "·░▒▓█"
"""A day by its intensity, for eyes without colour."""


def weeks_of(calendar: Calendar) -> list[date]:
    """Return the first day of every week that has a day of the calendar."""
    begin = calendar.since - timedelta(days=week_row(calendar.since, calendar))
    count = ((calendar.until - begin).days // 7) + 1
    return [begin + timedelta(weeks=week) for week in range(count)]


def week_row(day: date, calendar: Calendar) -> int:
    """Return a day's place in its week, 0 for the week's first day."""
    return (day.weekday() - calendar.week_start) % 7


def row_names(calendar: Calendar) -> list[str]:
    """Return what stands before the seven rows: every second one is named."""
    return [
        _DAYS[(calendar.week_start + row) % 7] if row in _NAMED_ROWS else "" for row in range(7)
    ]


def month_marks(calendar: Calendar, weeks: list[date], least: int = 2) -> list[tuple[int, str]]:
    """Return the columns above which a month is named: those with its first day.

    The first column's month is named too, unless the next name is under `least` columns away.
    """
    marks: list[tuple[int, str]] = []
    for column, begin in enumerate(weeks):
        first = max(begin, calendar.since)
        last = min(begin + timedelta(days=6), calendar.until)
        if column == 0 or first.day == 1 or first.month != last.month:
            marks.append((column, MONTHS[(first if column == 0 else last).month - 1]))
    if len(marks) > 1 and marks[1][0] - marks[0][0] < least:
        del marks[0]
    return marks
