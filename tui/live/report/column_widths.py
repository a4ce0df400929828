"""Which columns of a table are drawn, and how wide, for the room there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct
from rich.cells import cell_len

from tui.words.format import Align
from tui.words.widths import Step, Width, given_way, hidden, needed, shared

R = TypeVar("R")

MARK_WIDTH = 2
"""Cells before the first column, where the cursor's mark stands."""

_LEAST_BAR, _MOST_BAR = 8, 32
_WIDE = 100
_ENOUGH_DISTINCT = 2_000


class Column(Struct, Generic[R], frozen=True):
    """One column of a table: how it is drawn, sorted and squeezed."""

    field: str
    """Its stable name, which a sort order refers to."""
    title: str
    text: Callable[[R, str, int], str]
    """A row's text from (row, zone, cells); 0 cells ask for all of it."""
    value: Callable[[R], Any]
    """What rows are sorted by."""
    align: Align = "right"
    rank: int = 0
    """0 never gives way to narrowness; of the others the highest does first."""
    least: int = 5
    most: int = 40
    widest: Literal["fixed", "totals", "rows"] = "fixed"
    """What the width follows: `least` alone, the totals row (without one, the rows), or the
    widest of all rows."""
    exact: Callable[[R], str] | None = None
    """A longer text for where there is room for all such columns."""
    tone: Literal["normal", "muted", "strong"] = "normal"

    @property
    def is_descending(self) -> bool:
        """Whether sorting by this column begins with the largest."""
        return self.align == "right" or self.field in ("last", "start", "period")


class Measured(Struct, Generic[R], frozen=True):
    """A column with the cells its content would take."""

    column: Column[R]
    natural: int
    exact: int


class Placed(Struct, Generic[R], frozen=True):
    """A column at its place on the screen, in cells."""

    column: Column[R]
    x: int
    width: int
    is_exact: bool

    @property
    def end(self) -> int:
        """The first cell after the column."""
        return self.x + self.width


class Layout(Struct, Generic[R], frozen=True):
    """All columns of a table at their places; no bar where `bar_width` is 0."""

    width: int
    gap: int
    placed: tuple[Placed[R], ...]
    bar_width: int

    @property
    def spare(self) -> int:
        """Cells behind the last column, the bar's too; negative where columns are cut off."""
        return self.width - self.placed[-1].end

    def column_at(self, x: int) -> Column[R] | None:
        """Return the column at a cell, the gap before it included."""
        at = (each.column for each in self.placed if each.x - self.gap <= x < each.end)
        return next(at, None)


def measure(
    columns: Sequence[Column[R]], rows: Sequence[R], totals: R | None, zone: str
) -> tuple[Measured[R], ...]:
    """Return what each column's content asks for; takes milliseconds for 10,000 rows."""
    return tuple(
        Measured(column, _natural(column, rows, totals, zone), _exact(column, totals))
        for column in columns
    )


def _natural(column: Column[R], rows: Sequence[R], totals: R | None, zone: str) -> int:
    title = cell_len(column.title)
    if column.widest == "rows":
        return max(title + 1, _widest_text(column, rows, zone))
    if column.widest == "totals":
        if totals is None:
            return max(column.least, title, _widest_text(column, rows, zone))
        return max(column.least, title, cell_len(column.text(totals, zone, 0)))
    return max(column.least, title)


def _widest_text(column: Column[R], rows: Sequence[R], zone: str) -> int:
    """Return the cells of the widest text, looking no further than `most`."""
    widest = 0
    distinct = {column.value(row): row for row in rows}
    for row in list(distinct.values())[:_ENOUGH_DISTINCT]:
        widest = max(widest, cell_len(column.text(row, zone, 0)))
        if widest >= column.most:
            return column.most
    return widest


def _exact(column: Column[R], totals: R | None) -> int:
    if column.exact is None or totals is None:
        return 0
    return max(cell_len(column.title), cell_len(column.exact(totals)))


def place(measured: Sequence[Measured[R]], width: int, has_bar: bool) -> Layout[R]:
    """Return the columns that fit into a width, none of them beyond it.

    Columns give way by rank; what room is left goes first to texts that were squeezed, then
    to exact figures, then to the bar.
    """
    gap = 2 if width >= _WIDE else 1
    room = width - MARK_WIDTH
    kept = _kept(measured, room, gap)
    widths = shared([_width(each) for each in kept], room, gap)
    spare = room - sum(widths) - gap * (len(kept) - 1)
    more = sum(max(0, each.exact - cells) for each, cells in zip(kept, widths, strict=True))
    reserve = gap + _LEAST_BAR if has_bar else 0
    is_exact = 0 < more <= spare - reserve
    if is_exact:
        widths = [max(each.exact, cells) for each, cells in zip(kept, widths, strict=True)]
        spare -= more
    bar = min(_MOST_BAR, spare - gap) if has_bar and spare - gap >= _LEAST_BAR else 0
    return Layout(width, gap, _line_up(kept, widths, gap, is_exact), bar)


def _kept(measured: Sequence[Measured[R]], room: int, gap: int) -> list[Measured[R]]:
    """Return the columns that have room, in the order they are drawn."""
    ranked = sorted(measured, key=lambda each: each.column.rank, reverse=True)
    steps = [Step(drop=(each.column.field,)) for each in ranked if each.column.rank]

    def left(taken: Sequence[Step]) -> list[Measured[R]]:
        gone = hidden(steps, taken)
        return [each for each in measured if each.column.field not in gone]

    return left(given_way(steps, lambda taken: needed([*map(_width, left(taken))], gap) <= room))


def _width(each: Measured[R]) -> Width:
    """Return the cells of a column: texts of rows may be cut, figures never."""
    column = each.column
    least = min(column.least, each.natural) if column.widest == "rows" else each.natural
    return Width(least, min(each.natural, max(column.most, least)))


def _line_up(
    kept: Sequence[Measured[R]], widths: Sequence[int], gap: int, is_exact: bool
) -> tuple[Placed[R], ...]:
    placed = []
    x = MARK_WIDTH
    for each, cells in zip(kept, widths, strict=True):
        placed.append(Placed(each.column, x, cells, is_exact and each.column.exact is not None))
        x += cells + gap
    return tuple(placed)
