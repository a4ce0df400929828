"""A calendar as the document of `ccmon graph --json`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from engine.documents.agents import AgentBreakdown, agent_parts
from engine.documents.encoding import dollars
from engine.documents.figures import RowSums, breakdowns, model_names, sums
from engine.domain.calendars import Calendar, CalendarDay, Streak
from engine.domain.choices import Measure
from engine.domain.reports import Figures, Part
from engine.domain.times import iso_time

WEEK_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class GraphSums(RowSums, frozen=True, kw_only=True, rename="camel"):
    """What a day or the calendar sums to, with each agent's part, by name."""

    agents: list[AgentBreakdown]


class GraphDay(GraphSums, frozen=True, kw_only=True, rename="camel"):
    """A day, also one on which nothing was used."""

    date: str
    sessions: int
    intensity: Annotated[int, Meta(ge=0, le=4)]


class StreakDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Active days without a day between them."""

    since: str
    until: str
    days: int


class GraphDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon graph --json` prints; `year` is `null` of the last 53 weeks."""

    generated_at: str
    timezone: str
    year: int | None
    since: str
    until: str
    week_start: str
    by: Measure
    intensity_steps: list[int | float] | None
    active_days: int
    current_streak: StreakDocument | None
    longest_streak: StreakDocument | None
    best_day: str | None
    years: list[int]
    days: list[GraphDay]
    totals: GraphSums
    notes: list[str] | UnsetType = UNSET


def graph_document(calendar: Calendar, by: Measure) -> GraphDocument:
    """Return a calendar as the document that scripts read, intensities by cost or by tokens."""
    steps, best = calendar.steps(by), calendar.best_day(by)
    return GraphDocument(
        generated_at=iso_time(calendar.now),
        timezone=calendar.zone,
        year=calendar.year,
        since=calendar.since.isoformat(),
        until=calendar.until.isoformat(),
        week_start=WEEK_DAYS[calendar.week_start],
        by=by,
        intensity_steps=_steps(steps, by),
        active_days=calendar.active_days,
        current_streak=_streak(calendar.current_streak),
        longest_streak=_streak(calendar.longest_streak),
        best_day=_iso(best.day) if best is not None else None,
        years=list(calendar.years),
        days=[_day(day, by) for day in calendar.days],
        totals=GraphSums(**_sums(calendar.totals, calendar.by_agent, calendar.by_model)),
        notes=list(calendar.notes) or UNSET,
    )


def _steps(steps: tuple[int, int, int] | None, by: Measure) -> list[int | float] | None:
    if steps is None:
        return None
    return [dollars(step) if by == "cost" else step for step in steps]


def _streak(streak: Streak | None) -> StreakDocument | None:
    if streak is None:
        return None
    return StreakDocument(since=_iso(streak.first), until=_iso(streak.last), days=streak.days)


def _iso(day: date) -> str:
    return day.isoformat()


def _day(day: CalendarDay, by: Measure) -> GraphDay:
    return GraphDay(
        **_sums(day.figures, day.by_agent, day.by_model),
        date=_iso(day.day),
        sessions=day.sessions,
        intensity=day.intensity(by),
    )


def _sums(
    figures: Figures, by_agent: tuple[Part, ...], by_model: tuple[Part, ...]
) -> dict[str, Any]:
    return {
        **sums(figures, dollars),
        "models_used": model_names(figures.models),
        "model_breakdowns": breakdowns(by_model, dollars),
        "agents": agent_parts(by_agent, by_model, dollars),
    }
