"""Holds a monitor's reports against a slow reading, row by row and to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.domain.reports import Figures, Report
from engine.monitor import Monitor
from tests.report_keys import TAB_KEYS
from tests.slow_reading import SlowResponse
from tests.slow_reports import SlowFigures, gaps, group, reports


def assert_agreement(
    monitor: Monitor, responses: Sequence[SlowResponse], zone: str = "UTC"
) -> None:
    """Fail unless every report has the rows, figures and totals of the slow reading."""
    right = reports(responses, zone)
    whole = group(responses, lambda response: "").get("", SlowFigures())
    for kind in TAB_KEYS:
        report = monitor.report(kind, "all")
        assert _rows(report) == {key: _slow(figures) for key, figures in right[kind].items()}, kind
        assert _quick(report.totals.figures) == _slow(whole), f"totals of {kind}"
    blocks = monitor.report("blocks", "all")
    assert sum(row.is_gap for row in blocks.rows) == gaps(responses)


def _rows(report: Report) -> dict[str, dict[str, Any]]:
    rows = [row for row in report.rows if not row.is_gap]
    found = {row.key: _quick(row.figures) for row in rows}
    assert len(found) == len(rows), f"two rows of {report.kind} have one key"
    return found


def _quick(figures: Figures) -> dict[str, Any]:
    tokens = figures.tokens
    return {
        "responses": figures.responses,
        "tokens": (
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
        ),
        "cost": figures.cost,
        "models": set(figures.models),
        "unpriced": figures.unpriced,
        "first": figures.first,
        "last": figures.last,
    }


def _slow(figures: SlowFigures) -> dict[str, Any]:
    tokens = figures.tokens
    return {
        "responses": figures.responses,
        "tokens": (
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
        ),
        "cost": figures.cost,
        "models": figures.models,
        "unpriced": tuple(sorted(figures.unpriced)),
        "first": figures.first if figures.responses else None,
        "last": figures.last if figures.responses else None,
    }
