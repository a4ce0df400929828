"""A session with its responses, a comparison and a summary as flat tables."""

from __future__ import annotations

from collections.abc import Mapping

from engine.documents.figures import UNKNOWN_MODEL
from engine.domain.projects import called
from engine.domain.questions import Change, ComparedPart, Comparison, SessionAnswer, Summary
from engine.domain.reports import Figures, Part, Row
from engine.domain.times import iso_time
from tui.flat.table import (
    CHANGES,
    MODEL,
    MODELS,
    SESSIONS,
    SUMS,
    TOKENS,
    TOTAL,
    Column,
    FlatLine,
    FlatTable,
    Value,
    figure_line,
    model_values,
    token_values,
)

_RESPONSE = (
    Column("timestamp", "Time", "time"),
    Column("model", "Model", "models"),
    Column("agent", "Agent", "text"),
    Column("isSidechain", "", "flag"),
    *TOKENS,
    Column("costUSD", "Cost", "usd", is_money=True),
    Column("recordedCostUSD", "", "usd", is_money=True),
)
_COMPARED = (
    Column("side", "", "text"),
    Column("id", "", "text"),
    Column("name", "Compared", "text"),
    MODEL,
    *MODELS,
    *SUMS,
    *CHANGES,
)
_SUMMARY = (
    Column("section", "", "text"),
    Column("id", "", "text"),
    Column("name", "Summary", "text"),
    Column("projectName", "Project", "text"),
    *MODELS,
    SESSIONS,
    *SUMS,
)


def session_table(session: SessionAnswer) -> FlatTable:
    """Return a session's responses, oldest first, and their totals."""
    lines = [
        FlatLine(
            {
                **token_values(response.tokens),
                "timestamp": response.time,
                "model": (response.model or UNKNOWN_MODEL,),
                "agent": response.agent,
                "isSidechain": response.is_sidechain,
                "costUSD": response.cost,
                "recordedCostUSD": recorded,
            },
            is_partial=response.cost is None,
        )
        for response, recorded in zip(session.responses, session.recorded, strict=True)
    ]
    figures = session.row.row.figures
    totals = FlatLine(
        {**token_values(figures.tokens), "timestamp": TOTAL, "costUSD": figures.cost},
        is_partial=bool(figures.unpriced),
    )
    return FlatTable(_RESPONSE, tuple(lines), totals, figures.unpriced)


def comparison_table(comparison: Comparison, aliases: Mapping[str, str]) -> FlatTable:
    """Return both sides and the change, in all and by model; no totals."""
    names = {}
    for side, answer in (("left", comparison.left), ("right", comparison.right)):
        row = answer.row
        is_project = comparison.kind == "projects"
        name = called(row.label, row.key, aliases) if is_project else row.label
        names[side] = {"side": side, "id": row.key, "name": name}
    left, right = comparison.left.row.figures, comparison.right.row.figures
    lines = _compared(left, right, comparison.change, names, {})
    for part in comparison.by_model:
        lines += _compared_part(part, names)
    unpriced = tuple(sorted({*left.unpriced, *right.unpriced}))
    return FlatTable(_COMPARED, tuple(lines), None, unpriced)


def _compared_part(part: ComparedPart, names: Mapping[str, Mapping[str, Value]]) -> list[FlatLine]:
    return _compared(part.left, part.right, part.change, names, model_values(part.name))


def _compared(
    left: Figures,
    right: Figures,
    change: Change,
    names: Mapping[str, Mapping[str, Value]],
    values: Mapping[str, Value],
) -> list[FlatLine]:
    difference: dict[str, Value] = {
        "side": "change",
        "name": "Change",
        "responses": change.responses,
        "totalTokens": change.tokens,
        "totalCost": change.cost,
        "totalTokensPercent": change.token_share,
        "totalCostPercent": change.cost_share,
    }
    return [
        figure_line(left, {**names["left"], **values}),
        figure_line(right, {**names["right"], **values}),
        FlatLine({**difference, **values}, is_partial=bool(left.unpriced or right.unpriced)),
    ]


def summary_table(summary: Summary, aliases: Mapping[str, str]) -> FlatTable:
    """Return the periods, the active block, this month's models and today's sessions."""
    periods = (("Today", summary.today), ("This week", summary.week), ("This month", summary.month))
    lines = [
        figure_line(
            row.figures,
            {"section": "period", "id": row.key, "name": name, "sessions": row.sessions},
        )
        for name, row in periods
    ]
    if summary.block:
        names: dict[str, Value] = {"section": "block", "name": "Active block"}
        names["id"] = iso_time(summary.block.start)
        lines.append(figure_line(summary.block.figures, names))
    lines += [_summary_model(part) for part in summary.by_model]
    lines += [_summary_session(row, aliases) for row in summary.sessions]
    unpriced = {model for _, row in periods for model in row.figures.unpriced}
    if summary.block:
        unpriced.update(summary.block.figures.unpriced)
    return FlatTable(_SUMMARY, tuple(lines), None, tuple(sorted(unpriced)))


def _summary_model(part: Part) -> FlatLine:
    values: dict[str, Value] = {
        "section": "model",
        "id": part.name or UNKNOWN_MODEL,
        "name": "This month",
    }
    return figure_line(part.figures, {**values, **model_values(part.name)})


def _summary_session(row: Row, aliases: Mapping[str, str]) -> FlatLine:
    project = called(row.project, "", aliases)
    names = {"section": "session", "id": row.key, "name": row.label, "projectName": project}
    return figure_line(row.figures, names)
