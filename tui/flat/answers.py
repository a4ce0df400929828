"""Answers as flat tables, with the columns of their kind."""

from __future__ import annotations

from collections.abc import Mapping

from engine.documents.blocks import block_id
from engine.documents.figures import UNKNOWN_MODEL, project_name
from engine.domain.questions import Answer, AnswerRow, QuestionKind
from engine.domain.reports import Row
from tui.flat.table import (
    ACTIVITY,
    AGENT,
    CHANGES,
    MODEL,
    MODELS,
    SESSIONS,
    SUMS,
    Column,
    FlatLine,
    FlatTable,
    Value,
    figure_line,
    model_lines,
    part_line,
    total_line,
)

_NAMED: Mapping[QuestionKind, tuple[Column, ...]] = {
    "hourly": (Column("hour", "Hour", "text"),),
    "daily": (Column("date", "Day", "text"),),
    "weekly": (Column("week", "Week", "text"),),
    "monthly": (Column("month", "Month", "text"),),
    "session": (
        Column("sessionId", "Session", "text"),
        Column("title", "Title", "text"),
        Column("projectPath", "", "text"),
        Column("projectName", "Project", "text"),
    ),
    "blocks": (
        Column("id", "", "text"),
        Column("startTime", "Start", "time"),
        Column("endTime", "End", "time"),
        Column("actualEndTime", "Last response", "time"),
        Column("isActive", "Active", "flag"),
        Column("isGap", "Gap", "flag"),
    ),
    "projects": (Column("project", "", "text"), Column("name", "Project", "text")),
    "models": (Column("model", "Model", "text"),),
}
"""The columns that name a row of each kind."""
_OF_A_PROJECT = (Column("project", "", "text"), Column("projectName", "Project", "text"))
_PROVIDER = Column("provider", "Provider", "text")
_LIMIT = (Column("limitPercent", "Of limit", "percent"),)


def answer_table(
    answer: Answer, is_broken_down: bool, is_by_agent: bool, aliases: Mapping[str, str]
) -> FlatTable:
    """Return an answer's rows and totals, with a line for each agent or each model below."""
    kind = answer.question.kind
    lines: list[FlatLine] = []
    for each in answer.rows:
        values = {**_names(kind, each, aliases), **_extras(answer, each)}
        lines.append(figure_line(each.row.figures, values))
        names = _names(kind, each, aliases)
        lines += _parts(each.row, names, is_broken_down, is_by_agent)
    columns = _columns(answer, is_broken_down, is_by_agent)
    totals = total_line(answer.totals.figures, columns[0], answer.totals.sessions)
    return FlatTable(columns, tuple(lines), totals, answer.totals.figures.unpriced)


def _parts(
    row: Row, names: Mapping[str, Value], is_broken_down: bool, is_by_agent: bool
) -> list[FlatLine]:
    """Return a row's lines of agents and of models, those of several agents apart."""
    if not is_by_agent and len(row.by_agent) < 2:
        return model_lines(row.by_model, names) if is_broken_down else []
    lines: list[FlatLine] = []
    for agent in row.by_agent:
        lines += [part_line(agent, names)] if is_by_agent else []
        lines += model_lines(agent.parts or row.by_model, names) if is_broken_down else []
    return lines


def _columns(answer: Answer, is_broken_down: bool, is_by_agent: bool) -> tuple[Column, ...]:
    kind = answer.question.kind
    agent = (AGENT,) if answer.has_agents or is_by_agent else ()
    provider = (_PROVIDER,) if any(each.row.provider for each in answer.rows) else ()
    model = (MODEL,) if is_broken_down and kind != "models" else ()
    apart = _OF_A_PROJECT if answer.question.by_project else ()
    sessions = () if kind in ("session", "blocks") else (SESSIONS,)
    models = tuple(each for each in MODELS if kind != "models" or each.name != "modelsUsed")
    activity = ACTIVITY if kind in ("session", "projects", "models") else ()
    trend = CHANGES if any(each.trend for each in answer.rows) else ()
    limit = _LIMIT if answer.token_limit else ()
    names = (*_NAMED[kind], *apart, *agent, *provider, *model, *models)
    return (*names, *sessions, *SUMS, *limit, *trend, *activity)


def _names(kind: QuestionKind, each: AnswerRow, aliases: Mapping[str, str]) -> dict[str, Value]:
    """Return what names a row, by its columns' names."""
    row = each.row
    if kind == "blocks":
        return _block_names(each)
    if kind == "projects":
        return {"project": row.key, "name": project_name(row.label, row.key, aliases)}
    if kind == "models":
        return {"model": row.label or UNKNOWN_MODEL, "provider": row.provider}
    project = project_name(row.project, each.directory, aliases)
    if kind == "session":
        title = row.label if row.label != row.key else ""
        place: dict[str, Value] = {"projectPath": each.directory, "projectName": project}
        return {"sessionId": row.key, "title": title, **place}
    name = _NAMED[kind][0].name
    return {
        name: row.key,
        "project": each.directory,
        "projectName": project,
    }


def _block_names(each: AnswerRow) -> dict[str, Value]:
    row = each.row
    return {
        "id": block_id(row),
        "startTime": row.start,
        "endTime": row.end,
        "actualEndTime": row.figures.last,
        "isActive": row.is_active,
        "isGap": row.is_gap,
    }


def _extras(answer: Answer, each: AnswerRow) -> dict[str, Value]:
    """Return what a row has that its models' lines have not."""
    extras: dict[str, Value] = {"sessions": each.row.sessions}
    if answer.token_limit:
        extras["limitPercent"] = answer.limit_share(each.row.figures.tokens.total)
    if each.trend:
        extras["totalTokensPercent"] = each.trend.change.token_share
        extras["totalCostPercent"] = each.trend.change.cost_share
    return extras
