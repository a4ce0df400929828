"""How the lines of a report's table are drawn: header, rows, totals."""

from __future__ import annotations

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from engine.domain.reports import Row
from tui.live.report.column_widths import MARK_WIDTH, Column, Layout, Placed
from tui.live.report.row_order import Order
from tui.words.format import fit
from tui.words.spark import lying_bar

TABLE_CSS = """
ReportTable {
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    & > .report-table--header { color: $text-muted; background: $panel; text-style: bold; }
    & > .report-table--sorted { color: $text; background: $panel; text-style: bold; }
    & > .report-table--normal { color: $text; }
    & > .report-table--muted { color: $text-muted; }
    & > .report-table--strong { color: $text; text-style: bold; }
    & > .report-table--bar { color: $primary; }
    & > .report-table--gap { color: $text-muted; text-style: italic; }
    & > .report-table--active { color: $text-success; text-style: bold; }
    & > .report-table--cursor {
        color: $block-cursor-blurred-foreground;
        background: $block-cursor-blurred-background;
    }
    & > .report-table--totals { color: $text; background: $panel; text-style: bold; }
    &:focus > .report-table--cursor {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: bold;
    }
}
"""

CURSOR_MARK = "▸ "
_NO_MARK = " " * MARK_WIDTH


class TableStyles(Struct, frozen=True):
    """The styles of a theme that a table draws with."""

    header: Style
    sorted: Style
    normal: Style
    muted: Style
    strong: Style
    bar: Style
    gap: Style
    active: Style
    cursor: Style
    totals: Style


def header_strip(layout: Layout[Row], order: Order, styles: TableStyles) -> Strip:
    """Return the titles, the sorted one with an arrow that may stand in the gap before it."""
    segments = [Segment(_NO_MARK, styles.header)]
    for number, placed in enumerate(layout.placed):
        column = placed.column
        is_sorted = column.field == order.field
        arrow = ("▼" if order.is_descending else "▲") if is_sorted else ""
        style = styles.sorted if is_sorted else styles.header
        room = layout.gap if number else 0
        if column.align == "right":
            title = fit(f"{arrow}{column.title}", placed.width + room, "right")
        else:
            title = " " * room + fit(f"{column.title}{arrow}", placed.width)
        segments.append(Segment(title, style))
    return _filled(segments, layout, styles.header)


def row_strip(
    row: Row, share: float, is_cursor: bool, layout: Layout[Row], zone: str, styles: TableStyles
) -> Strip:
    """Return one row; `share` is its bar's part of the longest bar."""
    mark, base = (CURSOR_MARK, styles.cursor) if is_cursor else (_NO_MARK, styles.normal)
    segments = [Segment(mark, base)]
    for number, placed in enumerate(layout.placed):
        style = base if is_cursor else _style_of(row, placed.column, styles)
        gap = " " * layout.gap if number else ""
        segments.append(Segment(gap + _cell(row, placed, zone), style))
    if not layout.bar_width:
        return _filled(segments, layout, base)
    # The cursor ends where the bars begin: a bar in its colours would be a hole in it.
    bar = " " * layout.gap + lying_bar(share, layout.bar_width)
    segments.append(Segment(bar, styles.bar))
    base = styles.normal
    return _filled(segments, layout, base, bar=layout.gap + layout.bar_width)


def totals_strip(
    totals: Row, label: str, layout: Layout[Row], zone: str, styles: TableStyles
) -> Strip:
    """Return the totals row; its label takes the room of the leading text columns."""
    placed = layout.placed
    leading = next((i for i, each in enumerate(placed) if each.column.align == "right"), 1)
    end = placed[max(1, leading) - 1].end
    segments = [Segment(_NO_MARK + fit(label, end - MARK_WIDTH), styles.totals)]
    for each in placed[max(1, leading) :]:
        segments.append(Segment(" " * layout.gap + _cell(totals, each, zone), styles.totals))
    return _filled(segments, layout, styles.totals)


def text_strip(text: str, width: int, style: Style) -> Strip:
    """Return one sentence over the whole width."""
    return Strip([Segment(fit(text, width), style)], width)


def _cell(row: Row, placed: Placed[Row], zone: str) -> str:
    column = placed.column
    if placed.is_exact and column.exact is not None:
        text = column.exact(row)
    else:
        text = column.text(row, zone, placed.width)
    return fit(text, placed.width, column.align)


def _style_of(row: Row, column: Column[Row], styles: TableStyles) -> Style:
    if row.is_gap:
        return styles.gap
    if row.is_active and column.field == "state":
        return styles.active
    if column.tone == "muted":
        return styles.muted
    return styles.strong if column.tone == "strong" else styles.normal


def _filled(segments: list[Segment], layout: Layout[Row], style: Style, bar: int = 0) -> Strip:
    """Return a strip of exactly the layout's width, `bar` cells behind the columns drawn."""
    missing = layout.spare - bar
    if missing < 0:
        return Strip(segments).adjust_cell_length(layout.width, style)
    segments.append(Segment(" " * missing, style))
    return Strip(Segment.simplify(segments), layout.width)
