"""Days, and periods of days: dates, and what is said from today."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from engine.domain.mistakes import SettingsError
from engine.domain.periods import day_after, first_day, first_day_before

_DATE = r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)"
_NAMED_PERIODS: tuple[Literal["week", "month"], ...] = ("week", "month")
_AGO = r"(\d{1,6})([dw])"
_DAYS = (
    "2026-11-22, 20261122, today, yesterday, 7d (the last seven days), 2w, this-week, last-month or"
    " 2026-11"
)
_WEEK = r"(\d{4})-w(\d{2})"
_MONTH = r"\d{4}-\d{2}"
_BACK = r"\d+[dw]"
_OF_A_PERIOD = r"(this|last)-(week|month)|\d{4}-(0[1-9]|1[0-2])"
_LIKE_A_PERIOD = r"[\d-]+(w\d*)?|.*\.\..*|\d+[dw]"
PERIODS = (
    "today, yesterday, this-week, last-week, this-month, last-month, 7d, 2026-11-22, 2026-11,"
    " 2026-W47 or 2026-11-01..2026-11-15"
)
"""What a period may be."""


class Days(Struct, frozen=True):
    """A period from its first to its last day, as asked for."""

    name: str
    since: date
    until: date


class TypedDay(Struct, frozen=True):
    """A day as it was typed: one of the calendar, so many days before today, or of a period."""

    text: str
    day: date | None
    back: int = 0
    period: str = ""
    """A week or month, of which it is the first day or the last."""

    def __str__(self) -> str:
        return self.text

    def first(self, today: date, week_start: int) -> date:
        """Return the day that it names on a day, of a period the first.

        Raises `SettingsError` where there is none.
        """
        return self._bounds(today, week_start)[0]

    def last(self, today: date, week_start: int) -> date:
        """Return the day that it names on a day, of a period the last.

        Raises `SettingsError` where there is none.
        """
        return self._bounds(today, week_start)[1]

    def _bounds(self, today: date, week_start: int) -> tuple[date, date]:
        try:
            if self.period:
                return _week_or_month(self.period, today, week_start) or _month(self.period)
            day = self.day or today - timedelta(days=self.back)
        except (OverflowError, ValueError):
            raise _no_day(self.text) from None
        return day, day


def read_day(text: str) -> TypedDay:
    """Return the day that a text names: a date, `today`, `yesterday`, `7d`, `2w`, `this-week`.

    `7d` and `2w` are the first of so many days, or weeks of days, that end today. `this-week`,
    `last-month` and `2026-11` are their first day or their last. Raises `SettingsError` for
    anything else, and for a day that no calendar has.
    """
    said = text.strip().lower()
    if re.fullmatch(_OF_A_PERIOD, said, re.ASCII):
        return TypedDay(text, None, period=said)
    if said in ("today", "yesterday"):
        return TypedDay(text, None, int(said == "yesterday"))
    if match := re.fullmatch(_DATE, said, re.ASCII):
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            return TypedDay(text, date(year, month, day))
        except ValueError:
            raise _no_day(text) from None
    match = re.fullmatch(_AGO, said, re.ASCII)
    if match and int(match[1]):
        return TypedDay(text, None, int(match[1]) * (7 if match[2] == "w" else 1) - 1)
    raise SettingsError(f"'{text}' is not a day: give {_DAYS}.")


def _no_day(text: str) -> SettingsError:
    return SettingsError(f"There is no day '{text}': give a day such as {_DAYS}.")


def parse_day(text: str, today: date, week_start: int = 0) -> date:
    """Return the day that a text names on a day, of a period the first; raises `SettingsError`."""
    return read_day(text).first(today, week_start)


def check_days(since: date | None, until: date | None) -> None:
    """Raise `SettingsError` where the first day comes after the last."""
    if since is not None and until is not None and since > until:
        raise SettingsError(f"--since {since} is after --until {until}: swap them.")


def parse_period(text: str, today: date, week_start: int) -> Days | None:
    """Return the days that a text names, `None` where it names no period.

    Weeks by number are those of ISO 8601, from Monday on; `7d` is today and the six days
    before it. Raises `SettingsError` for what looks like a period and is none.
    """
    said = text.strip().lower()
    try:
        found = _named(said, today, week_start) or _numbered(said, today, week_start)
    except (ValueError, OverflowError, SettingsError):
        found = None
    if found is None:
        if re.fullmatch(_LIKE_A_PERIOD, said, re.ASCII) and any(each.isdigit() for each in said):
            raise SettingsError(f"'{text}' is not a period: give {PERIODS}.")
        return None
    since, until = found
    if since > until:
        raise SettingsError(f"The period '{text}' ends before it begins.")
    return Days(text.strip(), since, until)


def _named(said: str, today: date, week_start: int) -> tuple[date, date] | None:
    """Return the days of a period with a name of its own."""
    if said in ("today", "yesterday"):
        day = parse_day(said, today)
        return day, day
    return _week_or_month(said, today, week_start)


def _week_or_month(said: str, today: date, week_start: int) -> tuple[date, date] | None:
    """Return the days of `this-week`, `last-month` and the like."""
    which, _, unit = said.partition("-")
    period = next((each for each in _NAMED_PERIODS if each == unit), None)
    if period is None or which not in ("this", "last"):
        return None
    begin = first_day_before(period, first_day(period, today, week_start), which == "last")
    return begin, day_after(period, begin) - timedelta(days=1)


def _numbered(said: str, today: date, week_start: int) -> tuple[date, date] | None:
    """Return the days of a period given by numbers."""
    first, is_range, last = said.partition("..")
    if is_range:
        return parse_day(first, today, week_start), read_day(last).last(today, week_start)
    if re.fullmatch(_BACK, said, re.ASCII):
        return parse_day(said, today), today
    if match := re.fullmatch(_WEEK, said, re.ASCII):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if re.fullmatch(_MONTH, said, re.ASCII):
        return _month(said)
    day = parse_day(said, today)
    return day, day


def _month(said: str) -> tuple[date, date]:
    """Return the days of a month such as `2026-11`; raises `ValueError`."""
    begin = date.fromisoformat(f"{said}-01")
    return begin, day_after("month", begin) - timedelta(days=1)
