"""Two periods, or two projects, side by side."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.aggregates.sessions import Group
from engine.domain.periods import day_after, first_day, first_day_before
from engine.domain.questions import AnswerRow, ComparedPart, Comparison, Selection
from engine.domain.reports import Figures
from engine.domain.settings import SettingsError
from engine.domain.times import start_of_day
from engine.ledger.selector import Chosen
from engine.reports.queries.basis import Basis
from engine.reports.queries.changes import change_between
from engine.reports.queries.choosing import Choice, choose, projects_named, unknown_project
from engine.reports.queries.days import check_days, parse_day
from engine.reports.queries.groups import whole_group
from engine.reports.rows import period_row, project_row

_WEEK = re.compile(r"(\d{4})-w(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_BACK = re.compile(r"\d+[dw]", re.ASCII)
_LIKE_A_PERIOD = re.compile(r"[\d-]+(w\d*)?|.*\.\..*|\d+[dw]", re.ASCII)
_ACCEPTED = (
    "today, yesterday, this-week, last-week, this-month, last-month, 7d, 2026-11-22, 2026-11,"
    " 2026-W47 or 2026-11-01..2026-11-15"
)


class Days(Struct, frozen=True):
    """A period from its first to its last day, as asked for."""

    name: str
    since: date
    until: date


def compare(left: str, right: str, selection: Selection, basis: Basis) -> Comparison:
    """Return two periods, or two projects where neither is a period, side by side.

    Raises `SettingsError` for one of each, and for a project that is unknown.
    """
    check_days(selection.since, selection.until)
    periods = [parse_period(text, basis.today, basis.week_start) for text in (left, right)]
    if periods[0] and periods[1]:
        choice = _choice(selection, basis)
        sides = [_period_side(days, choice, selection, basis) for days in periods if days]
        return _compared("periods", sides, basis)
    if periods[0] or periods[1]:
        other = right if periods[0] else left
        raise SettingsError(
            f"'{other}' is no period and the other side is one: give two periods ({_ACCEPTED})"
            " or two projects."
        )
    choice = _choice(replace(selection, project=None), basis)
    chosen = choice.between(selection.since, selection.until, basis)
    sides = [_project_side(text, chosen, basis) for text in (left, right)]
    return _compared("projects", sides, basis)


def parse_period(text: str, today: date, week_start: int) -> Days | None:
    """Return the days that a text names, `None` where it names no period.

    Weeks by number are those of ISO 8601, from Monday on; `7d` is today and the six days
    before it. Raises `SettingsError` for what looks like a period and is none.
    """
    said = text.strip().lower()
    try:
        found = _named(said, today, week_start) or _numbered(said, today)
    except (ValueError, OverflowError, SettingsError):
        found = None
    if found is None:
        if _LIKE_A_PERIOD.fullmatch(said) and any(each.isdigit() for each in said):
            raise SettingsError(f"'{text}' is no period: give {_ACCEPTED}.")
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
    which, _, unit = said.partition("-")
    kind = {"week": "weekly", "month": "monthly"}.get(unit)
    if kind is None or which not in ("this", "last"):
        return None
    begin = first_day_before(kind, first_day(kind, today, week_start), which == "last")
    return begin, day_after(kind, begin) - timedelta(days=1)


def _numbered(said: str, today: date) -> tuple[date, date] | None:
    """Return the days of a period given by numbers."""
    first, is_range, last = said.partition("..")
    if is_range:
        return parse_day(first, today), parse_day(last, today)
    if _BACK.fullmatch(said):
        return parse_day(said, today), today
    if match := _WEEK.fullmatch(said):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if match := _MONTH.fullmatch(said):
        begin = date(int(match[1]), int(match[2]), 1)
        return begin, day_after("monthly", begin) - timedelta(days=1)
    day = parse_day(said, today)
    return day, day


def _choice(selection: Selection, basis: Basis) -> Choice:
    choice = choose(selection, basis)
    if choice.notes:
        raise SettingsError(" ".join(choice.notes))
    return choice


def _period_side(days: Days, choice: Choice, selection: Selection, basis: Basis) -> AnswerRow:
    since = max(days.since, selection.since or days.since)
    until = min(days.until, selection.until or days.until)
    group = Group()
    if since <= until:
        group = whole_group(choice.between(since, until, basis), basis)
    span = (
        start_of_day(days.since, basis.zone),
        start_of_day(days.until + timedelta(days=1), basis.zone),
    )
    key = f"{days.since}" if days.since == days.until else f"{days.since}..{days.until}"
    row = period_row(key, days.name, group.tally, span, len(group.sessions), basis.model)
    return AnswerRow(row=row)


def _project_side(pattern: str, chosen: Chosen, basis: Basis) -> AnswerRow:
    """Return all projects that a pattern names as one side."""
    projects = projects_named(pattern, basis)
    if not projects:
        raise SettingsError(unknown_project(pattern, basis))
    group = whole_group(replace(chosen, projects=projects), basis)
    if len(projects) == 1:
        directory, label = basis.directory(projects[0]), basis.short_names[projects[0]]
    else:
        directory, label = "", f"{pattern} ({len(projects)} projects)"
    row = project_row(directory or pattern, label, group, basis.model)
    directories = tuple(basis.directory(project) for project in group.in_order())
    return AnswerRow(row=row, directory=directory, directories=directories)


def _compared(
    kind: Literal["periods", "projects"], sides: list[AnswerRow], basis: Basis
) -> Comparison:
    left, right = sides
    return Comparison(
        kind=kind,
        zone=basis.zone_name,
        left=left,
        right=right,
        change=change_between(left.row.figures, right.row.figures),
        by_model=_by_model(left, right),
    )


def _by_model(left: AnswerRow, right: AnswerRow) -> tuple[ComparedPart, ...]:
    """Return the models of either side, the dearest first."""
    sides = [{part.name: part.figures for part in side.row.by_model} for side in (left, right)]
    parts = [
        ComparedPart(name, before, after, change_between(before, after))
        for name in sides[0] | sides[1]
        for before, after in [(sides[0].get(name, Figures()), sides[1].get(name, Figures()))]
    ]
    parts.sort(
        key=lambda part: (
            -max(part.left.cost, part.right.cost),
            -max(part.left.tokens.total, part.right.tokens.total),
            part.name,
        )
    )
    return tuple(parts)
