"""The columns of each report's table."""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from engine.domain.report_definitions import report_of_tab
from engine.domain.reports import Figures, ReportKind, Row
from tui.live.report import column_kinds as kinds
from tui.live.report.column_widths import Column
from tui.live.words import Basis, share_text
from tui.words.format import clock, day_clock, duration, moment_of, plain


@lru_cache(maxsize=32)
def columns_of(
    kind: ReportKind,
    by: Basis,
    year: int | None = None,
    has_agents: bool = False,
    has_machines: bool = False,
    models: tuple[str, ...] = (),
) -> tuple[Column[Row], ...]:
    """Return the columns of a report, in the order they are drawn.

    Times name their year where it is not `year`; without one, none does. Where rows are of
    several coding agents a column says whose each is, if the report has one, and so of
    several machines. `models` are all that may stand side by side.
    """
    report = report_of_tab(kind)
    assert report.tab is not None
    is_there = {"agent": has_agents, "machine": has_machines}
    ranks = {name: rank for rank, name in enumerate(reversed(report.tab.gives_way), 1)}
    return tuple(
        replace(_column(name, report.name, by, year, models), rank=ranks.get(name, 0))
        for name in report.tab.columns
        if is_there.get(name, True)
    )


def _column(
    name: str, title: str, by: Basis, year: int | None, models: tuple[str, ...]
) -> Column[Row]:
    """Return a column by the name that it has in the definitions of reports."""
    match name:
        case "period":
            return kinds.label("period", title, value=lambda row: row.key, least=24, most=24)
        case "share":
            return _share(by)
        case "model":
            return kinds.model(models)
        case "last":
            return _last("Last activity", year)
        case "start":
            return _start(year)
    return _COLUMNS[name]


def _start(year: int | None) -> Column[Row]:
    return Column(
        "start",
        "Start",
        text=lambda row, zone, _cells: day_clock(row.start, zone, year) if row.start else "",
        value=lambda row: row.start or 0,
        align="left",
        least=_day_cells(year),
    )


def _last(title: str, year: int | None) -> Column[Row]:
    return Column(
        "last",
        title,
        text=lambda row, zone, _cells: (
            day_clock(row.figures.last, zone, year) if row.figures.last is not None else ""
        ),
        value=lambda row: row.figures.last or 0,
        align="left",
        least=_day_cells(year),
        tone="muted",
    )


def _day_cells(year: int | None) -> int:
    return 16 if year is None else 17


def _share(by: Basis) -> Column[Row]:
    return Column(
        "share",
        "Share",
        text=lambda row, _zone, _cells: share_text(share_of(row, by), row.figures, by),
        value=lambda row: share_of(row, by),
    )


def share_of(row: Row, by: Basis) -> float:
    """Return a row's part of the totals, of cost or of tokens."""
    return row.cost_share if by == "cost" else row.token_share


def year_left_out(totals: Figures, zone: str) -> int | None:
    """Return the year that goes without saying: the newest, where there are several."""
    if totals.first is None or totals.last is None:
        return None
    newest = moment_of(totals.last, zone).year
    return newest if moment_of(totals.first, zone).year != newest else None


def _project_name(row: Row) -> str:
    return plain(row.project or row.label or row.key)


def _session_name(row: Row) -> str:
    return plain(row.label) if row.label and row.label != row.key else plain(row.key[:8])


def _length(row: Row) -> int:
    start = row.start if row.start is not None else row.figures.first
    end = row.end if row.end is not None else row.figures.last
    return end - start if start is not None and end is not None else 0


def _state(row: Row) -> str:
    if row.is_gap:
        return f"gap {duration(_length(row))}"
    return "● active" if row.is_active else ""


_COLUMNS: dict[str, Column[Row]] = {
    "place": kinds.label("project", "Project", text=_project_name, least=16, most=28),
    "project": kinds.label("project", "Project", least=20, most=40),
    "session": kinds.label("session", "Session", text=_session_name, least=18, most=40),
    "end": Column(
        "end",
        "End",
        text=lambda row, zone, _cells: clock(row.end, zone) if row.end else "",
        value=lambda row: row.end or 0,
        align="left",
    ),
    "state": Column(
        "state",
        "",
        text=lambda row, _zone, _cells: _state(row),
        value=lambda row: (row.is_active, -_length(row) if row.is_gap else 0),
        align="left",
        least=11,
    ),
    "duration": Column(
        "duration",
        "Length",
        text=lambda row, _zone, _cells: duration(_length(row)) if row.figures.last else "",
        value=_length,
        least=7,
        tone="muted",
    ),
    "agent": kinds.agents(),
    "machine": kinds.machines(),
    "models": kinds.models(),
    "input": kinds.count("input", "Input", lambda each: each.input),
    "output": kinds.count("output", "Output", lambda each: each.output),
    "cache_write": kinds.count("cache_write", "Cache W", lambda each: each.cache_write),
    "cache_read": kinds.count("cache_read", "Cache R", lambda each: each.cache_read),
    "total": kinds.count("total", "Total", lambda each: each.total, is_muted=False),
    "cost": kinds.cost(),
    "sessions": kinds.number(
        "sessions", "Sess.", lambda row: row.sessions, lambda row: row.sessions
    ),
    "responses": kinds.number(
        "responses", "Resp.", lambda row: row.figures.responses, lambda row: not row.is_gap
    ),
}
"""The columns that are the same in every report and zone."""
