"""Holds an answer against a slow one, row by row and to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple as dataclass_astuple
from itertools import groupby, pairwise
from typing import Any

import pytest
from msgspec.structs import astuple

from engine.domain.questions import Answer, AnswerRow, Question
from engine.domain.reports import Figures
from tests.slow_reports import SlowFigures
from tests.slow_rows import SlowAnswer, SlowRow

_PERIODS = ("hourly", "daily", "weekly", "monthly")
_FIGURES: Mapping[str, Callable[[AnswerRow], Any]] = {
    "responses": lambda row: row.row.figures.responses,
    "sessions": lambda row: row.row.sessions,
    "input": lambda row: row.row.figures.tokens.input,
    "output": lambda row: row.row.figures.tokens.output,
    "cache-write": lambda row: row.row.figures.tokens.cache_write,
    "cache-read": lambda row: row.row.figures.tokens.cache_read,
    "tokens": lambda row: row.row.figures.tokens.total,
    "cost": lambda row: row.row.figures.cost,
    "first": lambda row: row.row.figures.first or row.row.start,
    "last": lambda row: row.row.figures.last or row.row.end,
}
Name = tuple[object, ...]


def assert_answer_agrees(answer: Answer, right: SlowAnswer) -> None:
    """Fail unless an answer has the rows, figures, order and totals of the slow one."""
    question = answer.question
    rows = {_name(question, row): _quick_row(question, row) for row in answer.rows}
    used = {_slow_name(question, row): row.directories for row in right.rows}
    is_of_time = question.sort in (None, "name", "first", "last")
    expected = {
        _slow_name(question, row): _slow_row(question, row)
        for row in right.rows
        if is_of_time or not row.is_gap
    }
    assert len(rows) == len(answer.rows), "two rows have one name"
    if question.top is not None:
        _assert_are_first(answer, expected, "cost", question.top)
    elif question.last is not None and question.kind not in _PERIODS:
        _assert_are_first(answer, expected, "last", question.last)
    else:
        assert set(rows) == set(expected)
        assert answer.token_limit == right.token_limit
        totals = answer.totals
        assert _in_any_order(_quick(totals.figures)) == _in_any_order(_slow(right.totals))
        assert totals.sessions == right.sessions
    for name, found in rows.items():
        other = expected[name]
        differing = {key: (found[key], other[key]) for key in found if found[key] != other[key]}
        assert not differing, f"{question.kind}: {name}"
    for row in answer.rows:
        _assert_directories(row, used[_name(question, row)])
        assert question.kind != "session" or row.directory == row.directories[0]
    _assert_order(question, answer.rows)


def _assert_directories(row: AnswerRow, used: Mapping[str, int]) -> None:
    """Fail unless a row's directories are all and stand in order of first use."""
    assert set(row.directories) == set(used)
    _assert_runs([used[name] for name in row.directories], is_falling=False)


def _in_any_order(figures: dict[str, Any]) -> dict[str, Any]:
    """Return totals with their models as a set: these stand in the order of the rows."""
    return {**figures, "models": set(figures["models"])}


def _assert_are_first(
    answer: Answer, expected: dict[Name, dict[str, Any]], column: str, most: int
) -> None:
    """Fail unless the rows shown are the largest, or the newest, of all."""
    rows = [row for row in answer.rows if not row.row.is_gap]
    values = sorted(row["figures"][column] for row in expected.values() if not row["is_gap"])
    shown = sorted(_FIGURES[column](row) for row in rows)
    assert shown == values[max(0, len(values) - most) :]


def _assert_order(question: Question, rows: Sequence[AnswerRow]) -> None:
    if question.by_project and question.sort is None:
        projects = [list(group) for _, group in groupby(rows, lambda row: row.place)]
        assert len(projects) == len({row.place for row in rows}), "a project stands twice"
        costs = [sum(row.row.figures.cost for row in project) for project in projects]
        assert question.top is not None or costs == sorted(costs, reverse=True)
        for project in projects:
            _assert_runs([row.row.start or 0 for row in project], question.order == "desc")
        return
    is_of_time = question.kind in (*_PERIODS, "blocks")
    column = question.sort or ("start" if is_of_time else "cost")
    if column == "start":
        _assert_runs([row.row.start or 0 for row in rows], question.order == "desc")
    elif column != "name":
        usual = "asc" if column in ("first", "last") else "desc"
        values = [_FIGURES[column](row) for row in rows]
        _assert_runs(values, (question.order or usual) == "desc")


def _assert_runs(values: Sequence[Any], is_falling: bool) -> None:
    for earlier, later in pairwise(values):
        assert (earlier >= later) if is_falling else (earlier <= later)


def _name(question: Question, row: AnswerRow) -> Name:
    if question.kind in (*_PERIODS, "blocks"):
        return (row.row.start, row.place, row.row.is_gap, row.row.figures.first)
    return (row.row.key,)


def _slow_name(question: Question, row: SlowRow) -> Name:
    if question.kind in (*_PERIODS, "blocks"):
        first = row.figures.first if row.figures.responses else None
        return (row.start, row.place, row.is_gap, first)
    return (row.key,)


def _quick_row(question: Question, answer: AnswerRow) -> dict[str, Any]:
    row = answer.row
    rate, projection, limit, trend = answer.rate, answer.projection, answer.limit, answer.trend
    return {
        "key": row.key if question.kind != "hourly" else "",
        "start": row.start,
        "end": row.end,
        "is_gap": row.is_gap,
        "is_active": row.is_active,
        "sessions": row.sessions,
        "place": answer.place if question.kind != "session" else "",
        "projects": {answer.project} if question.kind == "session" else set(),
        "figures": _quick(row.figures),
        "by_model": {part.name: _quick(part.figures) for part in row.by_model},
        "rate": rate and (rate.tokens_per_minute, rate.plain_tokens_per_minute, rate.cost_per_hour),
        "projection": projection
        and (projection.tokens, projection.cost, projection.remaining_minutes),
        "limit": limit and (limit.limit, limit.projected_share, limit.status),
        "trend": trend
        and (
            trend.before,
            trend.is_to_date,
            trend.change.tokens,
            trend.change.cost,
            trend.change.responses,
            trend.change.token_share,
            trend.change.cost_share,
        ),
    }


def _slow_row(question: Question, row: SlowRow) -> dict[str, Any]:
    parts = {} if question.kind == "models" else row.by_model
    return {
        "key": row.key if question.kind != "hourly" else "",
        "start": row.start,
        "end": row.end,
        "is_gap": row.is_gap,
        "is_active": row.is_active,
        "sessions": row.sessions,
        "place": row.place,
        "projects": row.projects if question.kind == "session" else set(),
        "figures": _slow(row.figures),
        "by_model": {name: _slow(figures) for name, figures in parts.items()},
        "rate": row.rate and tuple(pytest.approx(float(each), rel=1e-12) for each in row.rate),
        "projection": row.projection,
        "limit": row.limit
        and (row.limit[0], pytest.approx(float(row.limit[1]), rel=1e-12), row.limit[2]),
        "trend": row.trend and tuple(row.trend),
    }


def _quick(figures: Figures) -> dict[str, Any]:
    return {
        "responses": figures.responses,
        "tokens": astuple(figures.tokens),
        "cost": figures.cost,
        "models": figures.models,
        "unpriced": figures.unpriced,
        "first": figures.first,
        "last": figures.last,
    }


def _slow(figures: SlowFigures) -> dict[str, Any]:
    in_order = sorted(figures.first_of, key=lambda model: (figures.first_of[model], model))
    return {
        "responses": figures.responses,
        "tokens": dataclass_astuple(figures.tokens),
        "cost": figures.cost,
        "models": tuple(in_order),
        "unpriced": tuple(sorted(figures.unpriced)),
        "first": figures.first if figures.responses else None,
        "last": figures.last if figures.responses else None,
    }
