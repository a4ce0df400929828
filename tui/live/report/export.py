"""A tab's rows as a CSV or JSON file: exact, whole or not at all, over nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from engine.domain.report_definitions import By, report_of_tab
from engine.domain.reports import Part, Report, ReportKind, Row
from engine.domain.responses import PICO, Tokens
from engine.domain.times import iso_time
from engine.domain.totals import total_of
from tui.flat.csv_text import csv_cell, csv_lines, usd
from tui.live.new_file import write_new
from tui.words.format import moment_of

ExportFormat = Literal["csv", "json"]


def write_report(
    report: Report,
    rows: Sequence[Row],
    fmt: ExportFormat,
    directory: Path,
    now_ms: int,
    *,
    home: Path,
) -> Path:
    """Write rows of a report with their totals into a new file and return its path.

    The file appears whole, never over another one, in `directory` or, where that cannot
    be written to, in `home`. Raises `ExportError` where neither can.
    """
    text = _as_csv(report, rows) if fmt == "csv" else _as_json(report, rows)
    stem = f"ccmon-{report.kind}-{moment_of(now_ms, report.zone):%Y%m%d-%H%M%S}"
    return write_new(directory, home, stem, fmt, text.encode("utf-8", "replace"))


def _as_json(report: Report, rows: Sequence[Row]) -> str:
    document: dict[str, Any] = {
        report.kind: [_fields(report.kind, row) for row in rows],
        "totals": _sums(_totals(report, rows)),
        "span": report.span,
        "timezone": report.zone,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _as_csv(report: Report, rows: Sequence[Row]) -> str:
    """Return RFC 4180 lines; several names in one cell are parted by `; `."""
    names = _fields(report.kind, report.totals, is_flat=True)
    lines = [_fields(report.kind, row, is_flat=True).values() for row in rows]
    return csv_lines(list(names), [[csv_cell(value) for value in line] for line in lines])


def _totals(report: Report, rows: Sequence[Row]) -> Row:
    return report.totals if len(rows) == len(report.rows) else total_of(rows)


def _fields(kind: ReportKind, row: Row, is_flat: bool = False) -> dict[str, Any]:
    """Return a row under stable names, the keys of ccusage's JSON where it has them."""
    report = report_of_tab(kind)
    assert report.tab is not None
    key = row.label if report.by == "model" else row.key
    fields = {report.tab.row_key: key, "label": row.label, **_place(report.by, row), **_sums(row)}
    if not is_flat:
        return {**fields, "modelBreakdowns": [_part(part) for part in row.by_model]}
    return {**fields, "totalCost": usd(row.figures.cost)}


def _place(by: By, row: Row) -> dict[str, Any]:
    """Return what only one kind of row has."""
    if by == "block":
        return {
            "startTime": _iso(row.start),
            "endTime": _iso(row.end),
            "isActive": row.is_active,
            "isGap": row.is_gap,
        }
    if by == "session":
        return {"project": row.project}
    return {"sessions": row.sessions}


def _sums(row: Row) -> dict[str, Any]:
    figures = row.figures
    return {
        **_counts(figures.tokens),
        "totalTokens": figures.tokens.total,
        "totalCost": figures.cost / PICO,
        "responses": figures.responses,
        "modelsUsed": list(figures.models),
        "unpricedModels": list(figures.unpriced),
        "agents": list(figures.agents),
        **({"machines": list(figures.machines)} if figures.machines else {}),
        "firstActivity": _iso(figures.first),
        "lastActivity": _iso(figures.last),
    }


def _part(part: Part) -> dict[str, Any]:
    figures = part.figures
    return {
        "modelName": part.name,
        **_counts(figures.tokens),
        "cost": figures.cost / PICO,
        "missingPricing": bool(figures.unpriced),
    }


def _counts(tokens: Tokens) -> dict[str, int]:
    return {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "cacheCreationTokens": tokens.cache_write,
        "cacheReadTokens": tokens.cache_read,
    }


def _iso(milliseconds: int | None) -> str | None:
    return iso_time(milliseconds) if milliseconds is not None else None
