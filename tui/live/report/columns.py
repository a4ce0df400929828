"""The columns of each report's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec.structs import replace
from rich.cells import cell_len

from engine.agents.names import title_of
from engine.domain.model_labels import labels_of, short_model
from engine.domain.report_definitions import report_of_tab
from engine.domain.reports import Figures, ReportKind, Row
from engine.domain.responses import Tokens
from tui.live.report.column_widths import Column
from tui.live.words import Basis, cost_text, first_of, names_of_models, share_text
from tui.words.format import (
    clock,
    day_clock,
    duration,
    fit_apart,
    moment_of,
    plain,
    tokens,
    tokens_exact,
)


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
            return _label("period", title, value=lambda row: row.key, least=24, most=24)
        case "share":
            return _share(by)
        case "model":
            return _model(models)
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


def _day_cells(year: int | None) -> int:
    return 16 if year is None else 17


def _label(
    field: str,
    title: str,
    *,
    text: Callable[[Row], str] | None = None,
    value: Callable[[Row], str] | None = None,
    least: int,
    most: int,
) -> Column[Row]:
    shown = text or _plain_label
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: shown(row),
        value=value or (lambda row: shown(row).casefold()),
        align="left",
        least=least,
        most=most,
        widest="rows",
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


def _model(models: tuple[str, ...]) -> Column[Row]:
    labels = labels_of(models)

    def text(row: Row, _zone: str, cells: int) -> str:
        name = labels.get(row.label) or short_model(row.label)
        return fit_apart(name, cells, labels.values()) if cells else name

    return Column(
        "model",
        "Model",
        text=text,
        value=lambda row: (labels.get(row.label) or short_model(row.label)).casefold(),
        align="left",
        least=24,
        most=36,
        widest="rows",
    )


def _models() -> Column[Row]:
    return Column(
        "models",
        "Models",
        text=lambda row, _zone, cells: names_of_models(row.models, cells),
        value=lambda row: row.models,
        align="left",
        least=13,
        most=34,
        widest="rows",
        tone="muted",
    )


def _agents() -> Column[Row]:
    return Column(
        "agent",
        "Agent",
        text=lambda row, _zone, cells: _agents_within(row.agents, cells),
        value=lambda row: row.agents,
        align="left",
        least=11,
        most=14,
        widest="rows",
        tone="muted",
    )


def _machines() -> Column[Row]:
    return Column(
        "machine",
        "Machine",
        text=lambda row, _zone, cells: first_of(row.machines, cells),
        value=lambda row: row.machines,
        align="left",
        least=8,
        most=16,
        widest="rows",
        tone="muted",
    )


def _agents_within(agents: Sequence[str], cells: int) -> str:
    """Return what agents are called, more than one as `+1`; `Claude +2` in few cells."""
    if not agents:
        return ""
    more = f" +{len(agents) - 1}" if len(agents) > 1 else ""
    title, name = plain(title_of(agents[0])), plain(agents[0])
    if not cells or cells >= cell_len(title + more):
        return title + more
    first = title.partition(" ")[0]
    return (first if first.casefold() == name.casefold() else name) + more


def _count(
    field: str, title: str, part: Callable[[Tokens], int], is_muted: bool = True
) -> Column[Row]:
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: "" if row.is_gap else tokens(part(row.figures.tokens)),
        value=lambda row: part(row.figures.tokens),
        exact=lambda row: "" if row.is_gap else tokens_exact(part(row.figures.tokens)),
        tone="muted" if is_muted else "normal",
    )


def _cost() -> Column[Row]:
    return Column(
        "cost",
        "Cost ",
        text=lambda row, _zone, _cells: "" if row.is_gap else cost_text(row.figures),
        value=lambda row: row.figures.cost,
        least=7,
        widest="totals",
        tone="strong",
    )


def _sessions() -> Column[Row]:
    return Column(
        "sessions",
        "Sess.",
        text=lambda row, _zone, _cells: f"{row.sessions:,}" if row.sessions else "",
        value=lambda row: row.sessions,
        widest="totals",
        tone="muted",
    )


def _responses() -> Column[Row]:
    return Column(
        "responses",
        "Resp.",
        text=lambda row, _zone, _cells: "" if row.is_gap else f"{row.figures.responses:,}",
        value=lambda row: row.figures.responses,
        widest="totals",
        tone="muted",
    )


def _plain_label(row: Row) -> str:
    return plain(row.label or row.key)


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
    "place": _label("project", "Project", text=_project_name, least=16, most=28),
    "project": _label("project", "Project", least=20, most=40),
    "session": _label("session", "Session", text=_session_name, least=18, most=40),
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
    "agent": _agents(),
    "machine": _machines(),
    "models": _models(),
    "input": _count("input", "Input", lambda each: each.input),
    "output": _count("output", "Output", lambda each: each.output),
    "cache_write": _count("cache_write", "Cache W", lambda each: each.cache_write),
    "cache_read": _count("cache_read", "Cache R", lambda each: each.cache_read),
    "total": _count("total", "Total", lambda each: each.total, is_muted=False),
    "cost": _cost(),
    "sessions": _sessions(),
    "responses": _responses(),
}
"""The columns that are the same in every report and zone."""
