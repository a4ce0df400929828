"""What is said of a calendar beside its picture."""

from __future__ import annotations

from datetime import date

from engine.agents.names import title_of
from engine.domain.calendars import Calendar, CalendarDay, Streak
from engine.domain.choices import Measure
from engine.domain.reports import Figures
from tui.graph.grid import MONTHS
from tui.words.format import dollars, percent, plain, tokens, tokens_exact

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_AGENTS = 4


def span_words(calendar: Calendar) -> str:
    """Name what the calendar is of."""
    return "the last 53 weeks" if calendar.year is None else str(calendar.year)


def day_words(day: date, beside: int) -> str:
    """Name a day, with its year where that is another than the one beside."""
    named = f"{_DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return named if day.year == beside else f"{named} {day.year}"


def counted(number: int, noun: str) -> str:
    """Return how many there are of something."""
    return f"{tokens_exact(number)} {noun}{'' if number == 1 else 's'}"


def cost_words(figures: Figures) -> str:
    """Return a cost; `+` says that responses without a known price are left out, `?` that all."""
    if figures.unpriced and figures.cost == 0:
        return "cost unknown"
    return dollars(figures.cost, bool(figures.unpriced))


def figure_words(figures: Figures, by: Measure) -> list[str]:
    """Return cost and tokens, first what the calendar is drawn by."""
    said = [cost_words(figures), f"{tokens(figures.tokens.total)} tokens"]
    return said if by == "cost" else said[::-1]


def active_words(calendar: Calendar) -> str:
    """Say how many days were active, of all that have come."""
    return f"{tokens_exact(calendar.active_days)} of {counted(len(calendar.days), 'day')} active"


def nothing_words(calendar: Calendar) -> str:
    """Say that there is no response in the calendar; empty where there is one."""
    if calendar.active_days:
        return ""
    if not calendar.years:
        return "No response is known yet, or none matches: ccmon doctor says what was found."
    return f"No response in {span_words(calendar)}."


def current_words(calendar: Calendar) -> str:
    """Say how long the current streak is; empty where the calendar is not of today."""
    if not calendar.since <= calendar.today <= calendar.until:
        return ""
    streak = calendar.current_streak
    return f"current streak {counted(streak.days, 'day') if streak else 'none'}"


def longest_words(calendar: Calendar) -> str:
    """Say how long the longest streak is, and of which days; empty where there is none."""
    streak = calendar.longest_streak
    if streak is None:
        return ""
    return f"longest streak {counted(streak.days, 'day')}{_from_to(streak, calendar)}"


def best_words(calendar: Calendar, by: Measure) -> str:
    """Say which day was the best, and what was used on it; empty where there is none."""
    best = calendar.best_day(by)
    if best is None:
        return ""
    figures = " · ".join(figure_words(best.figures, by))
    return f"best day {day_words(best.day, _year(calendar))} · {figures}"


def total_words(calendar: Calendar, by: Measure) -> str:
    """Say what all days sum to."""
    said = figure_words(calendar.totals, by)
    return " · ".join([*said, counted(calendar.totals.responses, "response")])


def agent_words(calendar: Calendar, by: Measure) -> str:
    """Say which coding agents had which share; empty where there is only one."""
    if len(calendar.by_agent) < 2:
        return ""
    parts = sorted(
        calendar.by_agent,
        key=lambda part: part.cost_share if by == "cost" else part.token_share,
        reverse=True,
    )
    said = [
        f"{plain(title_of(part.name))}"
        f" {percent(part.cost_share if by == 'cost' else part.token_share)}"
        for part in parts[:_MOST_AGENTS]
    ]
    more = len(parts) - len(said)
    return " · ".join([*said, f"{more} more"] if more else said)


def summary_words(calendar: Calendar, by: Measure) -> list[str]:
    """Return the lines that say what the calendar comes to, or that there is nothing in it."""
    if nothing := nothing_words(calendar):
        return [nothing]
    streaks = [words for words in (current_words(calendar), longest_words(calendar)) if words]
    said = (
        f"{total_words(calendar, by)} · {active_words(calendar)}",
        " · ".join(streaks),
        best_words(calendar, by),
        agent_words(calendar, by),
    )
    return [each for each in said if each]


def shade_words(calendar: Calendar, by: Measure) -> list[str]:
    """Say what each intensity from 0 on means; where no value is known there are two."""
    steps = calendar.steps(by) or ()
    return [
        "none",
        "less" if steps else "active",
        *(f"from {dollars(step) if by == 'cost' else tokens(step)}" for step in steps),
    ]


def intensity_words(day: CalendarDay, by: Measure) -> str:
    """Say how busy a day was."""
    return f"shade {day.intensity(by)} of 4"


def _from_to(streak: Streak, calendar: Calendar) -> str:
    beside = _year(calendar)
    first, last = _date(streak.first, beside), _date(streak.last, beside)
    return f", {first}" if streak.days == 1 else f", {first} to {last}"


def _date(day: date, beside: int) -> str:
    named = f"{day.day} {MONTHS[day.month - 1]}"
    return named if day.year == beside else f"{named} {day.year}"


def _year(calendar: Calendar) -> int:
    return calendar.today.year if calendar.year is None else calendar.year
