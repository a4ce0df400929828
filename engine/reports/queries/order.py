"""Puts an answer's rows in the order asked for, and keeps the largest or newest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.choices import SortColumn
from engine.domain.questions import AnswerRow, Question
from engine.domain.reports import Row

_TIMES: tuple[SortColumn, ...] = ("first", "last")
_FIGURES: dict[SortColumn, Callable[[Row], int]] = {
    "responses": lambda row: row.figures.responses,
    "sessions": lambda row: row.sessions,
    "input": lambda row: row.figures.tokens.input,
    "output": lambda row: row.figures.tokens.output,
    "cache-write": lambda row: row.figures.tokens.cache_write,
    "cache-read": lambda row: row.figures.tokens.cache_read,
    "tokens": lambda row: row.figures.tokens.total,
    "cost": lambda row: row.figures.cost,
}


def newest(rows: Sequence[AnswerRow], most: int | None) -> list[AnswerRow]:
    """Return the rows with the newest responses, and gaps that come after the first of them."""
    if most is None:
        return list(rows)
    used = [row for row in rows if not row.row.is_gap]
    used.sort(key=lambda row: (-(row.row.figures.last or 0), row.row.key))
    kept = {id(row) for row in used[:most]}
    since = used[:most][-1].row.figures.last if kept else None
    return [
        row
        for row in rows
        if id(row) in kept
        or (row.row.is_gap and since is not None and (row.row.start or 0) > since)
    ]


def in_order(rows: Sequence[AnswerRow], question: Question) -> list[AnswerRow]:
    """Return rows in a question's order; rows of one rank by tokens, then by name.

    Periods and blocks are given by time, which is the order of their names. Gaps stand
    between blocks only where these stand in order of time.
    """
    column = question.sort or _usual_column(question)
    is_descending = (question.order or _usual_order(column)) == "desc"
    named = _by_name(rows, question)
    if question.by_project and question.sort is None:
        return _by_project(named, is_descending)
    figure = _FIGURES.get(column)
    if figure is None:
        if column in _TIMES:
            named.sort(key=lambda row: _time(row.row, column))
        return named[::-1] if is_descending else named
    sign = -1 if is_descending else 1
    used = [row for row in named if not row.row.is_gap]
    return sorted(
        used, key=lambda row: (sign * figure(row.row), sign * row.row.figures.tokens.total)
    )


def largest(rows: Sequence[AnswerRow], question: Question) -> list[AnswerRow]:
    """Return the rows of the largest cost that a question asks for, in the order they stand in.

    Of equal rows those stay that come first by name, whatever the order.
    """
    if question.top is None:
        return list(rows)
    used = _by_name([row for row in rows if not row.row.is_gap], question)
    if question.report.is_by_time:
        used.sort(key=lambda row: (row.row.start or 0, row.row.project, row.directory))
    used.sort(key=lambda row: (-row.row.figures.cost, -row.row.figures.tokens.total))
    kept = {id(row) for row in used[: question.top]}
    return [row for row in rows if id(row) in kept]


def _usual_column(question: Question) -> SortColumn:
    return "name" if question.report.is_by_time else "cost"


def _usual_order(column: SortColumn) -> str:
    return "desc" if column in _FIGURES else "asc"


def _by_name(rows: Sequence[AnswerRow], question: Question) -> list[AnswerRow]:
    if question.report.is_by_time:
        return list(rows)
    return sorted(rows, key=lambda row: (row.row.label.casefold(), row.row.key))


def _by_project(rows: list[AnswerRow], is_descending: bool) -> list[AnswerRow]:
    """Return periods by project, the most expensive project first, each project's by time."""
    costs: dict[str, tuple[int, int]] = {}
    for row in rows:
        cost, tokens = costs.get(row.place, (0, 0))
        figures = row.row.figures
        costs[row.place] = (cost - figures.cost, tokens - figures.tokens.total)
    by_time = rows[::-1] if is_descending else rows
    return sorted(by_time, key=lambda row: (costs[row.place], row.row.project, row.place))


def _time(row: Row, column: SortColumn) -> int:
    first, last = row.figures.first, row.figures.last
    return (first or row.start or 0) if column == "first" else (last or row.end or 0)
