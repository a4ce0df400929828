"""Makes a calendar from the rows of days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import cast

from msgspec.structs import replace

from engine.aggregates.tally import shares
from engine.domain.calendars import Calendar, CalendarDay, Intensity, Steps, Streak
from engine.domain.reports import Figures, Part, Row
from engine.domain.times import start_of_week
from engine.domain.totals import sum_of, total_of

_WEEKS_BEFORE = 52
_DAY = timedelta(days=1)


def calendar_of(
    rows: Iterable[Row],
    year: int | None,
    today: date,
    *,
    zone: str,
    now: int,
    week_start: int,
    notes: tuple[str, ...] = (),
) -> Calendar:
    """Return the calendar of a year, or of the last 53 weeks, from the rows of all days.

    A day's intensity is 0 without a response. The active days of the calendar are parted by
    the quartiles of their cost, or of their tokens (of days with any; between two days the
    value is taken in proportion): 1 is below the first quartile, 4 from the third on. So a
    lone day is a 4; a day whose cost is not known is a 1 by cost.
    """
    by_day = {date.fromisoformat(row.key): row for row in rows if row.figures.responses}
    since, until = span_of(year, today, week_start)
    last = min(until, max([today, *(day for day in by_day if day <= until)]))
    shown = [row for day, row in by_day.items() if since <= day <= until]
    cost_steps = steps_of([row.figures.cost for row in shown])
    token_steps = steps_of([row.figures.tokens.total for row in shown])
    streaks = streaks_of(sorted(by_day))
    return Calendar(
        zone=zone,
        now=now,
        today=today,
        year=year,
        week_start=week_start,
        since=since,
        until=until,
        days=tuple(
            _day(day, by_day.get(day), cost_steps, token_steps) for day in _days(since, last)
        ),
        totals=total_of(shown).figures,
        by_agent=_agents(shown),
        by_model=_united([row.by_model for row in shown]),
        cost_steps=cost_steps,
        token_steps=token_steps,
        active_days=len(shown),
        current_streak=next(
            (each for each in streaks if each.first <= today <= each.last + _DAY), None
        ),
        longest_streak=max(
            (each for each in streaks if each.first <= until and each.last >= since),
            key=lambda each: each.days,
            default=None,
        ),
        costliest_day=_best(shown, lambda row: row.figures.cost),
        busiest_day=_best(shown, lambda row: row.figures.tokens.total),
        years=tuple(sorted({day.year for day in by_day})),
        notes=notes,
    )


def span_of(year: int | None, today: date, week_start: int) -> tuple[date, date]:
    """Return the first and the last day of a year, or of the 53 weeks that end today."""
    if year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    return start_of_week(today, week_start) - timedelta(weeks=_WEEKS_BEFORE), today


def steps_of(values: Sequence[int]) -> Steps | None:
    """Return the quartiles of all values above 0, rounded up; `None` where there are none."""
    ordered = sorted(value for value in values if value > 0)
    if not ordered:
        return None
    made = []
    for quarter in (1, 2, 3):
        place, rest = divmod(quarter * (len(ordered) - 1), 4)
        low = ordered[place]
        high = ordered[min(place + 1, len(ordered) - 1)]
        made.append(low - (low - high) * rest // 4)
    return made[0], made[1], made[2]


def intensity_of(value: int, steps: Steps | None) -> Intensity:
    """Return the intensity, 1 to 4, of an active day with a value."""
    reached = sum(value >= step for step in steps or ()) if value else 0
    return cast(Intensity, 1 + reached)


def streaks_of(days: Sequence[date]) -> list[Streak]:
    """Return the runs of days that follow each other, given all active days in order."""
    if not days:
        return []
    breaks = [place for place, (one, next_) in enumerate(pairwise(days), 1) if next_ - one > _DAY]
    bounds = pairwise([0, *breaks, len(days)])
    return [Streak(days[begin], days[end - 1], end - begin) for begin, end in bounds]


def _days(since: date, until: date) -> Iterator[date]:
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def _day(
    day: date, row: Row | None, cost_steps: Steps | None, token_steps: Steps | None
) -> CalendarDay:
    if row is None:
        return CalendarDay(day=day)
    return CalendarDay(
        day=day,
        figures=row.figures,
        sessions=row.sessions,
        by_agent=row.by_agent,
        by_model=row.by_model,
        cost_intensity=intensity_of(row.figures.cost, cost_steps),
        token_intensity=intensity_of(row.figures.tokens.total, token_steps),
    )


def _best(rows: Iterable[Row], value: Callable[[Row], int]) -> date | None:
    best = min(rows, key=lambda row: (-value(row), row.key), default=None)
    return date.fromisoformat(best.key) if best is not None else None


def _agents(rows: Sequence[Row]) -> tuple[Part, ...]:
    """Return the agents of all rows; of several each with its models."""
    parts = _united([row.by_agent for row in rows])
    if len(parts) < 2:
        return parts
    models: dict[str, list[tuple[Part, ...]]] = {}
    for row in rows:
        for part in row.by_agent:
            models.setdefault(part.name, []).append(part.parts or row.by_model)
    return tuple(replace(part, parts=_united(models[part.name])) for part in parts)


def _united(groups: Iterable[Iterable[Part]]) -> tuple[Part, ...]:
    """Return the sums of parts by name, the most expensive first."""
    named: dict[str, list[Figures]] = {}
    for group in groups:
        for part in group:
            named.setdefault(part.name, []).append(part.figures)
    return shares({name: sum_of(figures) for name, figures in named.items()})
