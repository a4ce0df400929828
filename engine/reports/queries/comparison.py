"""Two periods, or two projects, side by side."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from msgspec.structs import replace

from engine.aggregates.sessions import Group
from engine.domain.chosen import Chosen
from engine.domain.mistakes import SettingsError
from engine.domain.questions import AnswerRow, ComparedPart, Comparison, Selection
from engine.domain.reports import Figures
from engine.domain.times import start_of_day
from engine.domain.typed.days import PERIODS, Days, check_days, parse_period
from engine.reports.queries.basis import Basis
from engine.reports.queries.changes import change_between
from engine.reports.queries.choice import Choice, choose, places_named, unknown_project
from engine.reports.queries.groups import whole_group
from engine.reports.rows import period_row, project_row


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
            f"'{other}' is not a period and the other side is one: give two periods ({PERIODS})"
            " or two projects."
        )
    choice = _choice(replace(selection, project=None), basis)
    chosen = choice.between(selection.since, selection.until, basis)
    sides = [_project_side(text, chosen, basis) for text in (left, right)]
    return _compared("projects", sides, basis)


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
    named = places_named(pattern, basis)
    if named is None:
        raise SettingsError(unknown_project(pattern, basis))
    some = replace(chosen, directories=named.directories, workplaces=named.workplaces)
    group = whole_group(some, basis)
    projects, directories = basis.projects, tuple(map(basis.directory, group.in_order()))
    directory = basis.directory(named.directories[0]) if named.directories else ""
    project = ""
    found = list(named.projects) or group.projects(projects)
    if len(found) == 1:
        label = projects.label(found[0])
        project = directory or projects.key(found[0])
    else:
        label = f"{pattern} ({len(found)} projects)"
    row = project_row(project or pattern, label, group, basis.model)
    return AnswerRow(row=row, project=project, directory=directory, directories=directories)


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
    """Return the models of either side, the most expensive first."""
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
