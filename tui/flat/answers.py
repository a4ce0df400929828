"""Answers as flat tables, with the columns of their kind."""

from __future__ import annotations

from collections.abc import Mapping

from engine.documents.blocks import block_id
from engine.documents.figures import UNKNOWN_MODEL
from engine.domain.choices import Apart
from engine.domain.projects import called
from engine.domain.questions import Answer, AnswerRow
from engine.domain.report_definitions import ReportDefinition
from engine.domain.reports import Row
from tui.flat.table import (
    ACTIVITY,
    AGENT,
    CHANGES,
    COST,
    MACHINE,
    MODEL,
    MODELS,
    PERSON,
    RESPONSES,
    SESSIONS,
    TOKENS,
    Column,
    FlatLine,
    FlatTable,
    Value,
    figure_line,
    model_lines,
    part_line,
    total_line,
)

_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "place": (Column("project", "", "text"), Column("projectName", "Project", "text")),
    "agent": (AGENT,),
    "machine": (MACHINE,),
    "person": (PERSON,),
    "provider": (Column("provider", "Provider", "text"),),
    "model": (MODEL,),
    "models": MODELS,
    "unpriced": MODELS[1:],
    "sessions": (SESSIONS,),
    "responses": (RESPONSES,),
    "tokens": TOKENS,
    "cost": (COST,),
    "limit": (Column("limitPercent", "Of limit", "percent"),),
    "trend": CHANGES,
    "activity": ACTIVITY,
}
"""What a report's definition names."""


def answer_table(
    answer: Answer, is_broken_down: bool, apart: Apart | None, aliases: Mapping[str, str]
) -> FlatTable:
    """Return an answer's rows and totals, with a line for each agent or each model below."""
    report = answer.question.report
    lines: list[FlatLine] = []
    for each in answer.rows:
        values = {**_names(report, each, aliases), **_extras(answer, each)}
        lines.append(figure_line(each.row.figures, values))
        names = _names(report, each, aliases)
        lines += _parts(each.row, names, is_broken_down, apart)
    columns = _columns(answer, is_broken_down, apart)
    totals = total_line(answer.totals.figures, columns[0], answer.totals.sessions)
    return FlatTable(columns, tuple(lines), totals, answer.totals.figures.unpriced)


def _parts(
    row: Row, names: Mapping[str, Value], is_broken_down: bool, apart: Apart | None
) -> list[FlatLine]:
    """Return a row's lines of agents, machines or people and of models, those apart by them."""
    if not apart and len(row.by_agent) < 2:
        return model_lines(row.by_model, names) if is_broken_down else []
    lines: list[FlatLine] = []
    for whose in row.parts_by(apart or "agent"):
        lines += [part_line(whose, names)] if apart else []
        lines += model_lines(whose.parts or row.by_model, names) if is_broken_down else []
    return lines


def _columns(answer: Answer, is_broken_down: bool, apart: Apart | None) -> tuple[Column, ...]:
    """Return the columns of the report's definition that have something to say."""
    report = answer.question.report
    is_there = {
        "place": answer.question.by_project,
        "agent": answer.has_agents or apart == "agent",
        "machine": answer.has_machines or apart == "machine",
        "person": answer.has_people or apart == "person",
        "provider": any(each.row.provider for each in answer.rows),
        "model": is_broken_down,
        "limit": bool(answer.token_limit),
        "trend": any(each.trend for each in answer.rows),
    }
    named = (_COLUMNS[name] for name in report.flat if is_there.get(name, True))
    return (*_naming(report), *(column for columns in named for column in columns))


def _naming(report: ReportDefinition) -> tuple[Column, ...]:
    """Return the columns that name a row."""
    key = report.row_key
    if report.by == "session":
        return (
            Column(key, report.name, "text"),
            Column("title", "Title", "text"),
            Column("projectPath", "", "text"),
            Column("projectName", "Project", "text"),
        )
    if report.by == "block":
        return (
            Column(key, "", "text"),
            Column("startTime", "Start", "time"),
            Column("endTime", "End", "time"),
            Column("actualEndTime", "Last response", "time"),
            Column("isActive", "Active", "flag"),
            Column("isGap", "Gap", "flag"),
        )
    if report.by == "project":
        return (Column(key, "", "text"), Column("name", report.name, "text"))
    return (Column(key, report.name, "text"),)


def _names(
    report: ReportDefinition, each: AnswerRow, aliases: Mapping[str, str]
) -> dict[str, Value]:
    """Return what names a row, by its columns' names."""
    row = each.row
    if report.by == "block":
        return {report.row_key: block_id(row), **_block_times(row)}
    if report.by == "project":
        return {report.row_key: row.key, "name": called(row.label, row.key, aliases)}
    if report.by == "model":
        return {report.row_key: row.label or UNKNOWN_MODEL, "provider": row.provider}
    project = called(row.project, each.place, aliases)
    if report.by == "session":
        title = row.label if row.label != row.key else ""
        project = called(row.project, each.project, aliases)
        place: dict[str, Value] = {"projectPath": each.directory, "projectName": project}
        return {report.row_key: row.key, "title": title, **place}
    return {
        report.row_key: row.key,
        "project": each.place,
        "projectName": project,
    }


def _block_times(row: Row) -> dict[str, Value]:
    return {
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
