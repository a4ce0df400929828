"""The tables of hours, days, weeks, months, sessions, projects and models."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.choices import Apart
from engine.domain.questions import Answer, AnswerRow
from engine.domain.report_definitions import By
from tui.tables.columns import (
    FIRST,
    agent_cell,
    bar_cell,
    bar_share,
    change_text,
    machine_cells,
    report_columns,
    row_cells,
    session_cells,
    share_text,
    steps_of,
    time_cell,
    total_row,
)
from tui.tables.layout import Across, Cell, Table, TableLine, TableRow, draw
from tui.tables.look import Look, unpriced_note
from tui.tables.parts import apart_rows, part_rows
from tui.words.format import plain, tokens_exact
from tui.words.lines import Line, footnotes

_OF_ONE_AGENT: tuple[By, ...] = ("session", "model")
"""What is one agent's alone."""
_MOST_OF_LABEL = 10
"""Cells of the widest label that needs no short form: `Sun 22 Nov`."""


def usage_lines(
    answer: Answer, look: Look, is_broken_down: bool = False, apart: Apart | None = None
) -> list[Line]:
    """Return the table of any report but blocks, with its footnotes."""
    table = Table(
        columns=report_columns(answer, look),
        lines=list(_lines(answer, look, is_broken_down, apart)),
        totals=total_row(answer, FIRST, look, _has_mark(answer)),
        steps=steps_of(*answer.question.report.gives_way),
    )
    notes = [_trend_note(answer, look)]
    if look.has_cost:
        notes.append(unpriced_note(answer.totals.figures.unpriced))
    return [*draw(table, look.width, look.is_compact), *footnotes(notes, look.width)]


def _lines(
    answer: Answer, look: Look, is_broken_down: bool, apart: Apart | None
) -> Iterator[TableLine]:
    largest = max((bar_share(each.row, look) for each in answer.rows), default=0.0)
    is_keyed = any(len(each.row.label) > _MOST_OF_LABEL for each in answer.rows)
    has_mark = _has_mark(answer)
    if apart is None and is_broken_down and answer.has_agents:
        apart = "agent"
    if apart == "agent" and answer.question.report.by in _OF_ONE_AGENT:
        apart = None
    for project, rows in _groups(answer, look).items():
        if answer.question.by_project:
            yield Across(project, "bold", is_heading=True)
        for each in rows:
            yield TableRow(_cells(answer, each, look, largest, is_keyed))
            if apart is not None:
                yield from apart_rows(each.row, apart, FIRST, look, has_mark, is_broken_down)
            elif is_broken_down:
                yield from part_rows(each.row.by_model, FIRST, look, has_mark)


def _groups(answer: Answer, look: Look) -> dict[str, list[AnswerRow]]:
    """Return the rows of each project, the projects in the order in which they come."""
    groups: dict[str, list[AnswerRow]] = {}
    for each in answer.rows:
        name = look.project(each.row.project, each.place) if answer.question.by_project else ""
        groups.setdefault(name, []).append(each)
    return groups


def _cells(
    answer: Answer, each: AnswerRow, look: Look, largest: float, is_keyed: bool
) -> dict[str, Cell]:
    row = each.row
    cells = {
        **row_cells(row, look, _has_mark(answer)),
        FIRST: _first_cell(answer.question.report.by, each, look, is_keyed),
        "agent": agent_cell(row, look),
        **machine_cells(row),
        "provider": Cell(plain(row.provider)),
        "bar": bar_cell(row, largest, look),
        "share": Cell(share_text(row, look)),
        "sessions": Cell(tokens_exact(row.sessions)),
        "last": time_cell(row.figures.last, answer.zone),
        "trend": Cell(change_text(each.trend.change, look) if each.trend else ""),
    }
    if answer.question.report.by == "session":
        cells |= session_cells(row, look, each.project)
    return cells


def _first_cell(by: By, each: AnswerRow, look: Look, is_keyed: bool) -> Cell:
    """Return what names a row: in few cells by its key, where a day's or week's label is long."""
    row = each.row
    if by == "project":
        return Cell(look.project(row.label, row.key))
    if by == "model":
        return Cell(look.model(row.label))
    short = plain(row.key) if is_keyed and by != "hour" else ""
    return Cell(plain(row.label or row.key), short)


def _has_mark(answer: Answer) -> bool:
    return bool(answer.totals.figures.unpriced)


def _trend_note(answer: Answer, look: Look) -> str:
    """Return what the change of a month is held against."""
    known = [each for each in answer.rows if each.trend]
    if not known:
        return ""
    what = "cost" if look.has_cost else "tokens"
    running = [each for each in known if each.trend is not None and each.trend.is_to_date]
    note = f"Change: {what} against the month before"
    return f"{note}; {plain(running[0].row.label)} against the same days of it" if running else note
