"""How the rows of a report are called and ordered."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.report_definitions import report_of_tab
from engine.domain.reports import ReportKind, Row
from tui.live.report.column_widths import Column
from tui.live.words import Basis


def nouns_of(kind: ReportKind) -> tuple[str, str]:
    """Return what one row and several rows of a report are called."""
    return report_of_tab(kind).nouns


class Order(Struct, frozen=True):
    """How rows are sorted: by which column, and whether the largest comes first."""

    field: str
    is_descending: bool


def usual_order(kind: ReportKind, by: Basis) -> Order:
    """Return the order of a report nobody sorted: newest first, or largest first."""
    rows = report_of_tab(kind).by
    if rows in ("model", "project"):
        return Order(by if by == "cost" else "total", True)
    if rows == "session":
        return Order("last", True)
    return Order("start" if rows == "block" else "period", True)


def sorted_rows(rows: Sequence[Row], columns: Sequence[Column[Row]], order: Order) -> list[Row]:
    """Return rows in an order, equal ones as they came.

    Gaps between blocks mean something only in the order of time and are left out of others.
    """
    column = next((each for each in columns if each.field == order.field), None)
    if column is None:
        return list(rows)
    shown = rows if order.field == "start" else [row for row in rows if not row.is_gap]
    return sorted(shown, key=column.value, reverse=order.is_descending)


def place_of(key: str | None, rows: Sequence[Row], otherwise: int) -> int:
    """Return where the row of a key is; without it, the nearest place to another index."""
    for index, row in enumerate(rows):
        if row.key == key:
            return index
    return max(0, min(otherwise, len(rows) - 1))
