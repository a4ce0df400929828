"""A calendar of use: every day of a year with what was used, how busy it was, and streaks.

Days are calendar days of the zone in force; money is whole pico-dollars.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from engine.domain.choices import Measure
from engine.domain.reports import Figures, Part

Intensity = Literal[0, 1, 2, 3, 4]

Steps = tuple[int, int, int]
"""The least of a measure at which the intensities 2, 3 and 4 begin."""


class CalendarDay(Struct, frozen=True, gc=False, kw_only=True):
    """One day, also where nothing was used."""

    day: date
    figures: Figures = Figures()
    sessions: int = 0
    by_agent: tuple[Part, ...] = ()
    """Coding agents, the most expensive first; of several each with its models."""
    by_model: tuple[Part, ...] = ()
    cost_intensity: Intensity = 0
    token_intensity: Intensity = 0

    @property
    def is_active(self) -> bool:
        """Whether there was a response."""
        return self.figures.responses > 0

    def intensity(self, by: Measure) -> Intensity:
        """Return how busy the day was, 0 for not at all, by its place among the active days."""
        return self.cost_intensity if by == "cost" else self.token_intensity


class Streak(Struct, frozen=True):
    """Active days without a day between them."""

    first: date
    last: date
    days: int


class Calendar(Struct, frozen=True, kw_only=True):
    """The days of a year, or of the last 53 weeks, oldest first."""

    zone: str
    now: int
    today: date
    year: int | None
    """`None` for the last 53 weeks up to today."""
    week_start: int
    """The first day of the week, counted from Monday, 0."""
    since: date
    until: date
    """First and last day of the calendar; days that are still to come are not in `days`."""
    days: tuple[CalendarDay, ...]
    totals: Figures
    by_agent: tuple[Part, ...]
    by_model: tuple[Part, ...]
    cost_steps: Steps | None
    token_steps: Steps | None
    """`None` where no day is active."""
    active_days: int
    current_streak: Streak | None
    """Of all history: the one that goes on today, or went on until yesterday."""
    longest_streak: Streak | None
    """The longest that has a day in this calendar, with all its days."""
    costliest_day: date | None
    """The active day with the highest cost, the earliest of equal ones."""
    busiest_day: date | None
    """The active day with the most tokens, the earliest of equal ones."""
    years: tuple[int, ...]
    """All years with responses, ascending."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as that no project has the name."""

    def steps(self, by: Measure) -> Steps | None:
        """Return where the intensities 2, 3 and 4 begin, in pico-dollars or tokens."""
        return self.cost_steps if by == "cost" else self.token_steps

    def best_day(self, by: Measure) -> CalendarDay | None:
        """Return the day with the highest cost, or with the most tokens."""
        best = self.costliest_day if by == "cost" else self.busiest_day
        return self.day(best) if best is not None else None

    def day(self, day: date) -> CalendarDay | None:
        """Return a day, `None` where it is not in the calendar or still to come."""
        place = (day - self.since).days
        return self.days[place] if 0 <= place < len(self.days) else None
