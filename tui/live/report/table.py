"""A table of report rows that stays quick and calm with ten thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from engine.domain.reports import Figures, Report, ReportKind, Row
from tui.live.report.column_widths import Column, measure, place
from tui.live.report.columns import columns_of, share_of, year_left_out
from tui.live.report.row_order import Order, place_of, sorted_rows, usual_order
from tui.live.report.table_strips import (
    TABLE_CSS,
    TableStyles,
    header_strip,
    row_strip,
    text_strip,
    totals_strip,
)
from tui.live.words import Basis

_NOTHING = Row(key="", label="", figures=Figures(), cost_share=0.0, token_share=0.0)
_FIXED_LINES = 2
_SENTENCE_LINE = 2
_KEPT_STRIPS = 300


class ReportTable(ScrollView):
    """Rows of one report under a fixed header, over a fixed row of totals.

    Draws only what is seen, keeps the strips it drew, and repaints only lines that
    changed. The cursor stays on its row, by key, through updates and sorting;
    on the first row it stays at the top when the order is changed.
    """

    can_focus = True
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "go(0)", "First", show=False),
        Binding("end,G", "go(-1)", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"report-table--{name}" for name in TableStyles.__struct_fields__
    }

    DEFAULT_CSS = TABLE_CSS

    class RowOpened(Message):
        """A row was opened with Enter or a double click."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    def __init__(self, kind: ReportKind, *, id: str | None = None) -> None:
        """Draw reports of one kind."""
        super().__init__(id=id)
        self._kind = kind
        self._by: Basis = "cost"
        self._chosen: Order | None = None
        self._zone = "UTC"
        self._year: int | None = None
        self._whose = (False, False)
        """Whether rows are of several agents, and of several machines."""
        self._models: tuple[str, ...] = ()
        self._given: Sequence[Row] = ()
        self._rows: list[Row] = []
        self._totals = _NOTHING
        self._label = ""
        self._sentence = ""
        self._cursor = 0
        self._longest = 0.0
        self._measured = measure(self.columns, (), None, self._zone)
        self._layout = place(self._measured, 0, has_bar=True)
        self._styles: TableStyles | None = None
        self._strips: LRUCache[tuple[Row, float, bool], Strip] = LRUCache(_KEPT_STRIPS)

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """All columns of the report, also those that gave way."""
        return columns_of(self._kind, self._by, self._year, *self._whose, self._models)

    @property
    def order(self) -> Order:
        """How the rows are sorted now."""
        return self._chosen or usual_order(self._kind, self._by)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows shown, in the order they are shown."""
        return self._rows

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, `None` where there are no rows."""
        return self._rows[self._cursor] if self._rows else None

    def set_report(self, report: Report, by: Basis) -> None:
        """Choose column widths from a whole report; the rows to show come with `set_rows`."""
        year = year_left_out(report.totals.figures, report.zone)
        totals = report.totals.figures
        whose = (len(totals.agents) > 1, len(totals.machines) > 1)
        models = totals.models if self._kind == "models" else ()
        looks = (report.zone, by, year, whose, models)
        if looks != (self._zone, self._by, self._year, self._whose, self._models):
            self._zone, self._by, self._year, self._whose, self._models = looks
            self._strips.clear()
            self.refresh()
        self._measured = measure(self.columns, report.rows, report.totals, report.zone)
        self._longest = max((share_of(row, by) for row in report.rows), default=0.0)
        self._refit()

    def set_rows(self, rows: Sequence[Row], totals: Row, label: str) -> None:
        """Show these rows over totals under a label; the cursor stays on its row's key."""
        if (totals, label) != (self._totals, self._label):
            self._totals, self._label = totals, label
            self._refresh_at(self._totals_line)
        self._given = rows
        self._arrange()

    def say(self, sentence: str) -> None:
        """Show a sentence where there are no rows."""
        if sentence != self._sentence:
            self._sentence = sentence
            self._refresh_at(_SENTENCE_LINE)

    def sort_next(self) -> None:
        """Sort by the next column that is drawn."""
        fields = [each.column.field for each in self._layout.placed]
        current = self.order.field
        position = fields.index(current) + 1 if current in fields else 0
        self.sort_by(fields[position % len(fields)])

    def sort_reverse(self) -> None:
        """Turn the order around."""
        self._sort(Order(self.order.field, not self.order.is_descending))

    def sort_by(self, field: str) -> None:
        """Sort by a column in the direction natural to it; again, in the other one."""
        if field == self.order.field:
            self.sort_reverse()
            return
        column = next(each for each in self.columns if each.field == field)
        self._sort(Order(field, column.is_descending))

    def _sort(self, order: Order) -> None:
        is_at_top = self._cursor == 0
        self._chosen = order
        self._refresh_at(0)
        self._arrange()
        if is_at_top:
            self._go(0)
        self._scroll_to_cursor()

    def _arrange(self) -> None:
        """Sort the given rows and repaint the lines that show something else now."""
        top = self.scroll_offset.y
        before, line = self._seen(), self._cursor - top
        key = self._rows[self._cursor].key if self._rows else None
        count = len(self._rows)
        self._rows = sorted_rows(self._given, self.columns, self.order)
        self._cursor = place_of(key, self._rows, self._cursor)
        if len(self._rows) != count:
            self.virtual_size = Size(0, len(self._rows) + _FIXED_LINES)
            self.refresh()
        if top and 0 <= line < self._page:
            self.scroll_to(y=self._cursor - line, animate=False, force=True)
        now, marked = self._seen(), {line} ^ {self._cursor - self.scroll_offset.y}
        for index in range(max(len(before), len(now))):
            if index in marked or before[index : index + 1] != now[index : index + 1]:
                self._refresh_at(index + 1)

    def _seen(self) -> list[Row]:
        top = self.scroll_offset.y
        return self._rows[top : top + self._page]

    @property
    def _page(self) -> int:
        """How many rows fit between header and totals."""
        return max(1, self.size.height - _FIXED_LINES)

    @property
    def _totals_line(self) -> int:
        return min(len(self._rows) + 1, self.size.height - 1)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self._go(self._cursor + by * self._page)

    def action_go(self, index: int) -> None:
        """Move the cursor to a row, negative ones counted from the last."""
        self._go(index if index >= 0 else len(self._rows) + index)

    def action_open(self) -> None:
        """Open the row under the cursor; a gap holds nothing to open."""
        row = self.cursor_row
        if row is not None and not row.is_gap:
            self.post_message(self.RowOpened(row))

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        if index != self._cursor:
            for each in (self._cursor, index):
                self._refresh_at(each - self.scroll_offset.y + 1)
            self._cursor = index
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + self._page:
            self.scroll_to(y=self._cursor - self._page + 1, animate=False, force=True)

    def on_click(self, event: events.Click) -> None:
        """Select a row, open it on a double click, sort by a clicked title."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            if (column := self._layout.column_at(offset.x)) is not None:
                self.sort_by(column.field)
            return
        index = self.scroll_offset.y + offset.y - 1
        if offset.y < self._totals_line and index < len(self._rows):
            self._go(index)
            if event.chain == 2:
                self.action_open()

    def _refresh_at(self, line: int) -> None:
        """Repaint one line of the widget."""
        if 0 <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _refit(self) -> None:
        """Place the columns anew; where that changes anything, all is drawn again."""
        layout = place(self._measured, self.scrollable_content_region.width, has_bar=True)
        if layout != self._layout:
            self._layout = layout
            self._strips.clear()
            self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was drawn in other styles."""
        self._strips.clear()
        self._styles = None
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Place the columns for the width there is now, then draw."""
        self._refit()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget."""
        styles = self._table_styles()
        if y == 0:
            return header_strip(self._layout, self.order, styles)
        if not self._rows:
            text = f" {self._sentence}" if y == _SENTENCE_LINE else ""
            return text_strip(text, self._layout.width, styles.muted)
        if y == self._totals_line:
            return totals_strip(self._totals, self._label, self._layout, self._zone, styles)
        index = self.scroll_offset.y + y - 1
        if y > self._totals_line or index >= len(self._rows):
            return Strip.blank(self._layout.width, styles.normal)
        return self._row_strip(self._rows[index], index == self._cursor, styles)

    def _row_strip(self, row: Row, is_cursor: bool, styles: TableStyles) -> Strip:
        share = share_of(row, self._by) / self._longest if self._longest else 0.0
        key = (row, share, is_cursor)
        strip = self._strips.get(key)
        if strip is None:
            strip = row_strip(row, share, is_cursor, self._layout, self._zone, styles)
            self._strips[key] = strip
        return strip

    def _table_styles(self) -> TableStyles:
        if self._styles is None:
            names = TableStyles.__struct_fields__
            self._styles = TableStyles(
                *(self.get_component_rich_style(f"report-table--{name}") for name in names)
            )
        return self._styles
