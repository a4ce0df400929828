"""Days, weeks and months of the calendar: where each begins and ends, and its name."""

from __future__ import annotations

from datetime import UTC, date, timedelta

from engine.domain.report_definitions import By
from engine.domain.times import start_of_day, start_of_week


def first_day(period: By, day: date, week_start: int) -> date:
    """Return the first day of the day, week or month (`day`, `week`, `month`) that a day is in."""
    if period == "week":
        return start_of_week(day, week_start)
    return day.replace(day=1) if period == "month" else day


def day_after(period: By, begin: date) -> date:
    """Return the day after a day, week or month, given its first."""
    if period == "week":
        return begin + timedelta(days=7)
    if period == "month":
        return (begin + timedelta(days=32)).replace(day=1)
    return begin + timedelta(days=1)


def first_day_before(period: By, begin: date, count: int) -> date:
    """Return the first day of the day, week or month so many before one, given its first.

    Raises `OverflowError` or `ValueError` before the year 1.
    """
    if period == "month":
        month = begin.year * 12 + begin.month - 1 - count
        return date(month // 12, month % 12 + 1, 1)
    return begin - timedelta(days=count * (7 if period == "week" else 1))


def month_bounds(month: str) -> tuple[int, int]:
    """Return when a month of UTC, `2026-11`, begins and ends, in UTC milliseconds."""
    begin = date.fromisoformat(f"{month}-01")
    return start_of_day(begin, UTC), start_of_day(day_after("month", begin), UTC)


def key_of(period: By, begin: date) -> str:
    """Return the key of a period's row, such as `2026-11-22`, or `2026-11` of a month."""
    return f"{begin:%Y-%m}" if period == "month" else begin.isoformat()


def label_of(period: By, begin: date, year: int) -> str:
    """Name a period; days and weeks of another year than the present one say which."""
    if period == "month":
        return f"{begin:%b %Y}"
    if period == "week":
        end = begin + timedelta(days=6)
        named = f"{begin.day} {begin:%b} to {end.day} {end:%b}"
    else:
        named = f"{begin:%a} {begin.day} {begin:%b}"
    return named if begin.year == year else f"{named} {begin.year}"
