"""Answers of the period, project and model reports as documents, and the door to all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from engine.documents.agents import (
    AgentRow,
    MachineBreakdown,
    PersonBreakdown,
    Telling,
    agent_of,
    of_agents,
    of_machines,
    telling,
)
from engine.documents.changes import TrendDocument, trend_document
from engine.documents.encoding import Price, iso, pricing
from engine.documents.figures import (
    UNKNOWN_MODEL,
    Sums,
    Totals,
    row_sums,
    sums,
    totals,
)
from engine.domain.choices import Apart
from engine.domain.projects import called
from engine.domain.questions import Answer, AnswerRow
from engine.domain.report_definitions import definition_of


class PeriodRow(AgentRow, frozen=True, kw_only=True, rename="camel"):
    """What the rows of all periods have; `project` names the one that a row is of, if it is of
    one: by path or, apart by directory as ccusage has it, by the name below `projects`."""

    sessions: int
    project: str | UnsetType = UNSET


class HourRow(PeriodRow, frozen=True, kw_only=True, rename="camel"):
    """An hour, named by its start in the zone with its offset from UTC."""

    hour: str


class DayRow(PeriodRow, frozen=True, kw_only=True, rename="camel"):
    """A day."""

    date: str


class WeekRow(PeriodRow, frozen=True, kw_only=True, rename="camel"):
    """A week, named by its first day."""

    week: str


class MonthRow(PeriodRow, frozen=True, kw_only=True, rename="camel"):
    """A month, and how it differs from the one before it, where there is one."""

    month: str
    trend: TrendDocument | UnsetType = UNSET


class ProjectRow(AgentRow, frozen=True, kw_only=True, rename="camel"):
    """A project: its path (else its directory's name), and what people call it."""

    project: str
    name: str
    sessions: int
    first_activity: str | None
    last_activity: str | None


class ModelRow(Sums, frozen=True, kw_only=True, rename="camel"):
    """A model of an agent and a provider, and the projects' directory names that used it."""

    model: str
    agent: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    sessions: int
    project_paths: list[str]
    first_activity: str | None
    last_activity: str | None
    machines_used: list[str] | UnsetType = UNSET
    people_used: list[str] | UnsetType = UNSET
    machines: list[MachineBreakdown] | UnsetType = UNSET
    people: list[PersonBreakdown] | UnsetType = UNSET


class AnswerDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What all reports have beside their rows; `totals` are of all rows found."""

    totals: Totals
    timezone: str
    notes: list[str] | UnsetType = UNSET


class HourlyDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon hourly --json` prints; rows stand below `projects` where those are apart."""

    hourly: list[HourRow] | UnsetType = UNSET
    projects: dict[str, list[HourRow]] | UnsetType = UNSET


class DailyDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon daily --json` prints; rows stand below `projects` where those are apart."""

    daily: list[DayRow] | UnsetType = UNSET
    projects: dict[str, list[DayRow]] | UnsetType = UNSET


class WeeklyDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon weekly --json` prints; rows stand below `projects` where those are apart."""

    weekly: list[WeekRow] | UnsetType = UNSET
    projects: dict[str, list[WeekRow]] | UnsetType = UNSET


class MonthlyDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon monthly --json` prints; rows stand below `projects` where those are apart."""

    monthly: list[MonthRow] | UnsetType = UNSET
    projects: dict[str, list[MonthRow]] | UnsetType = UNSET


class ProjectsDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon projects --json` prints."""

    projects: list[ProjectRow]


class ModelsDocument(AnswerDocument, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon models --json` prints."""

    models: list[ModelRow]


_PERIODS: Mapping[str, tuple[type[AnswerDocument], type[PeriodRow]]] = {
    "hourly": (HourlyDocument, HourRow),
    "daily": (DailyDocument, DayRow),
    "weekly": (WeeklyDocument, WeekRow),
    "monthly": (MonthlyDocument, MonthRow),
}
"""The documents of periods, each with its row."""


def answer_document(
    answer: Answer,
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
    apart: Apart | None = None,
) -> Struct:
    """Return an answer as the document that scripts read.

    Without cost every key of money is left out. `aliases` are names for projects, by path,
    directory's name or label; they change what people read, never what names a row.
    `apart` says whose parts rows have: each agent's, machine's or person's.
    """
    price, names = pricing(is_without_cost), aliases or {}
    told = telling(answer.totals.figures, answer.question.selection.agents, apart)
    document = answer.question.report.document
    if document == "blocks":
        from engine.documents.blocks import blocks_document

        return blocks_document(answer, price, told)
    if document == "session":
        from engine.documents.sessions import sessions_document

        return sessions_document(answer, price, names, told)
    if document == "projects":
        projects = [_project(each, price, names, told) for each in answer.rows]
        return ProjectsDocument(**_common(answer, price), projects=projects)
    if document == "models":
        models = [_model(each, price, told) for each in answer.rows]
        return ModelsDocument(**_common(answer, price), models=models)
    return _periods(answer, price, told)


def period_fields(kind: str, answer: AnswerRow, price: Price, told: Telling) -> dict[str, Any]:
    """Return the row of an hour, day, week or month as the fields of its struct."""
    key = definition_of(kind).row_key
    row = answer.row
    fields: dict[str, Any] = {
        **row_sums(row, price),
        **of_agents(row, row.key, told, price),
        **of_machines(row, told, price),
        key: row.key,
        "sessions": row.sessions,
        "project": answer.place or UNSET,
    }
    if answer.trend:
        fields["trend"] = trend_document(answer.trend, price)
    return fields


def _periods(answer: Answer, price: Price, told: Telling) -> AnswerDocument:
    """Return rows under the report's name or, apart by project or directory, under its name.

    As ccusage does, an answer without rows has the report's name in either case.
    """
    kind, name = answer.question.kind, answer.question.report.document
    document, make = _PERIODS[name]
    rows = [make(**period_fields(kind, each, price, told)) for each in answer.rows]
    fields = _common(answer, price)
    if answer.question.by_project:
        projects: dict[str, list[PeriodRow]] = {}
        for each, row in zip(answer.rows, rows, strict=True):
            projects.setdefault(each.place, []).append(row)
        fields["projects"] = projects
    if not (answer.question.by_project and rows):
        fields[name] = rows
    return document(**fields)


def _common(answer: Answer, price: Price) -> dict[str, Any]:
    return {
        "totals": totals(answer.totals, price),
        "timezone": answer.zone,
        "notes": list(answer.notes) or UNSET,
    }


def _project(
    answer: AnswerRow, price: Price, aliases: Mapping[str, str], told: Telling
) -> ProjectRow:
    row = answer.row
    return ProjectRow(
        **row_sums(row, price),
        **of_agents(row, row.key, told, price),
        **of_machines(row, told, price),
        project=row.key,
        name=called(row.label, row.key, aliases),
        sessions=row.sessions,
        first_activity=iso(row.figures.first),
        last_activity=iso(row.figures.last),
    )


def _model(answer: AnswerRow, price: Price, told: Telling) -> ModelRow:
    row = answer.row
    return ModelRow(
        **sums(row.figures, price),
        **of_machines(row, told, price),
        agent=agent_of(row),
        model=row.label or UNKNOWN_MODEL,
        provider=row.provider or UNSET,
        sessions=row.sessions,
        project_paths=list(answer.directories),
        first_activity=iso(row.figures.first),
        last_activity=iso(row.figures.last),
    )
