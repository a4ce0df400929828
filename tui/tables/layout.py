"""Tables that fit: which columns are drawn, how wide, and what gives way first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from rich.cells import cell_len

from tui.words.format import Align, fit
from tui.words.lines import BLANK, Line, Piece, clipped, line, names_within, rule
from tui.words.spark import lying_bar
from tui.words.widths import Step, Width, given_way, hidden, needed, shared

COMPACT_WIDTH = 80
"""What `--compact` lays tables out for."""

_LEAST_BAR, _MOST_BAR = 8, 24


class Cell(NamedTuple):
    """What stands in a column: in full, and in few cells (the same where it is empty)."""

    text: str
    short: str = ""
    style: str | None = None
    """Instead of the column's."""
    names: tuple[str, ...] = ()
    """For a list, whose last names give way as `+2`."""
    share: float = 0.0
    """For a bar, 0.0 to 1.0."""


class Column(Struct, frozen=True, kw_only=True):
    """One column: its place among the others is the order in which they are given."""

    name: str
    title: str
    short_title: str = ""
    kind: Literal["figure", "titled", "text", "names", "bar"] = "figure"
    """Figures are never cut, below long titles (`titled`) only these are; texts and lists of
    names may be; bars take what is left."""
    align: Align = "right"
    style: str = ""
    least: int = 0
    """The cells a text is left at least beside exact figures or a bar."""
    snug: int = 0
    """The cells a text is left at least beside short figures."""
    tight: int = 0
    """The cells a text is left at least in any table."""
    most: int = 48


class TableRow(Struct, frozen=True):
    """Cells by their columns' names."""

    cells: Mapping[str, Cell]
    style: str = ""


class Across(Struct, frozen=True):
    """A line that no column divides."""

    text: str
    style: str = ""
    is_heading: bool = False
    """It stands above rows, apart from those before it."""


TableLine = TableRow | Across


class Table(Struct, frozen=True, kw_only=True):
    """Columns, the lines below them, and what gives way in which order."""

    columns: tuple[Column, ...]
    lines: Sequence[TableLine]
    totals: TableRow | None = None
    steps: tuple[Step, ...] = ()


class _Shape(Struct, frozen=True):
    """A table after some steps."""

    columns: tuple[Column, ...]
    is_short: bool
    is_tight: bool

    @property
    def gap(self) -> int:
        return 1 if self.is_tight else 2

    @property
    def has_bar(self) -> bool:
        return any(column.kind == "bar" for column in self.columns)


class _Widths:
    """How wide a table's columns want to be, measured once in each form."""

    def __init__(self, table: Table) -> None:
        self._rows = [each for each in table.lines if isinstance(each, TableRow)]
        if table.totals is not None:
            self._rows.append(table.totals)
        self._known: dict[tuple[str, bool], int] = {}

    def natural(self, column: Column, is_short: bool) -> int:
        """Return the cells that a column's content asks for."""
        key = (column.name, is_short)
        if key not in self._known:
            self._known[key] = self._measure(column, is_short)
        return self._known[key]

    def least(self, column: Column, shape: _Shape) -> int:
        """Return the fewest cells that a column can be drawn in."""
        if column.kind == "bar":
            return _LEAST_BAR
        natural = self.natural(column, shape.is_short)
        if column.kind == "figure":
            return natural
        if column.kind == "titled":
            return max(column.tight, self._content(column, shape.is_short))
        floor = column.snug if shape.is_short and not shape.has_bar else column.least
        floor = column.tight if shape.is_tight else floor
        return min(natural, max(floor, cell_len(_title(column, shape.is_short))))

    def fits(self, shape: _Shape, width: int) -> bool:
        """Say whether a shape's columns have room."""
        return needed(self.of(shape), shape.gap) <= width

    def of(self, shape: _Shape) -> list[Width]:
        """Return the cells of each column of a shape."""
        return [
            Width(self.least(column, shape), self.natural(column, shape.is_short))
            for column in shape.columns
        ]

    def _measure(self, column: Column, is_short: bool) -> int:
        if column.kind == "bar":
            return _MOST_BAR
        title = cell_len(_title(column, is_short))
        widest = self._content(column, is_short)
        return max(title, widest if column.kind == "figure" else min(widest, column.most))

    def _content(self, column: Column, is_short: bool) -> int:
        texts = {
            _text(row.cells[column.name], is_short)
            for row in self._rows
            if column.name in row.cells
        }
        return max(map(cell_len, texts), default=0)


def draw(table: Table, width: int, is_compact: bool = False) -> list[Line]:
    """Return a table's lines, none wider than `width`."""
    room = min(width, COMPACT_WIDTH) if is_compact else width
    widths = _Widths(table)
    shape = _shape(
        table, given_way(table.steps, lambda taken: widths.fits(_shape(table, taken), room))
    )
    cells = _shared(shape, widths, room)
    full = min(width, sum(cells) + shape.gap * (len(cells) - 1))
    lines = [_titles(shape, cells), rule(full)]
    for each in table.lines:
        if isinstance(each, TableRow):
            lines.append(_drawn(each, shape, cells))
            continue
        lines += [BLANK] if each.is_heading and len(lines) > 2 else []
        lines.append(line(each.text, each.style))
    if table.totals is not None:
        lines += [rule(full), _drawn(table.totals, shape, cells)]
    return [clipped(each, width) for each in lines]


def _shape(table: Table, taken: Sequence[Step]) -> _Shape:
    gone = hidden(table.steps, taken)
    return _Shape(
        tuple(column for column in table.columns if column.name not in gone),
        any(step.is_short for step in taken),
        any(step.is_tight for step in taken),
    )


def _shared(shape: _Shape, widths: _Widths, width: int) -> list[int]:
    """Return each column's cells: what is spare goes to texts, then to bars."""
    asked = widths.of(shape)
    texts = [
        each._replace(wish=each.least) if column.kind == "bar" else each
        for column, each in zip(shape.columns, asked, strict=True)
    ]
    cells = shared(texts, width, shape.gap)
    drawn = [Width(each, max(each, wish)) for each, (_, wish) in zip(cells, asked, strict=True)]
    return shared(drawn, width, shape.gap)


def _titles(shape: _Shape, cells: Sequence[int]) -> Line:
    pieces: list[Piece] = []
    for column, width in zip(shape.columns, cells, strict=True):
        title = fit(_title(column, shape.is_short), width, column.align)
        pieces += [Piece(title, "dim"), Piece(" " * shape.gap)]
    return _trimmed(pieces)


def _drawn(row: TableRow, shape: _Shape, cells: Sequence[int]) -> Line:
    pieces: list[Piece] = []
    for column, width in zip(shape.columns, cells, strict=True):
        cell = row.cells.get(column.name)
        if cell is None:
            pieces.append(Piece(" " * (width + shape.gap)))
            continue
        style = row.style or (column.style if cell.style is None else cell.style)
        pieces += [Piece(_fitted(cell, column, width, shape), style), Piece(" " * shape.gap)]
    return _trimmed(pieces)


def _fitted(cell: Cell, column: Column, width: int, shape: _Shape) -> str:
    if column.kind == "bar":
        return lying_bar(cell.share, width)
    if column.kind == "names" and cell.names:
        return fit(names_within(cell.names, width), width, column.align)
    return fit(_text(cell, shape.is_short), width, column.align)


def _trimmed(pieces: Sequence[Piece]) -> Line:
    """Return a line without blanks at its end."""
    kept = list(pieces)
    while kept and not kept[-1].text.strip(" "):
        kept.pop()
    if kept:
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip(" "))
    return tuple(kept)


def _text(cell: Cell, is_short: bool) -> str:
    return (cell.short or cell.text) if is_short else cell.text


def _title(column: Column, is_short: bool) -> str:
    return (column.short_title or column.title) if is_short else column.title
