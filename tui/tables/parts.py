"""The lines below a row: of its models, or of the agents, machines or people it is of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.domain.choices import Apart
from engine.domain.reports import Part, Row
from tui.tables.columns import figure_cells
from tui.tables.layout import Cell, TableRow
from tui.tables.look import Look
from tui.words.format import fit_apart, plain

_MOST_OF_INNER = (24, 14)
"""Cells of a name below its row: beside exact figures, and beside short ones."""
_NOBODY = "not named"
"""What stands for the machines of nobody who is named."""


def part_rows(
    parts: Sequence[Part], first: str, look: Look, has_mark: bool, is_inner: bool = True
) -> list[TableRow]:
    """Return one line for each model of a whole, indented below a row it is part of."""
    rows = []
    names = [look.model(part.name) for part in parts]
    for part, name in zip(parts, names, strict=True):
        cell = _inner_name(name, names) if is_inner else Cell(name)
        rows.append(_part_row(part, first, cell, look, has_mark, "dim" if is_inner else ""))
    return rows


def apart_rows(
    row: Row, apart: Apart, first: str, look: Look, has_mark: bool, is_broken_down: bool
) -> list[TableRow]:
    """Return one line for each part of a row, broken down with its models below."""
    rows = []
    for whose in row.parts_by(apart):
        called = look.agent(whose.name) if apart == "agent" else plain(whose.name) or _NOBODY
        rows.append(_part_row(whose, first, _inner_name(called), look, has_mark))
        if not is_broken_down:
            continue
        parts = whose.parts or row.by_model
        names = [look.model(part.name) for part in parts]
        rows += [
            _part_row(part, first, _inner_name(name, names, 4), look, has_mark, "dim")
            for part, name in zip(parts, names, strict=True)
        ]
    return rows


def _part_row(
    part: Part, first: str, name: Cell, look: Look, has_mark: bool, style: str = ""
) -> TableRow:
    cells = figure_cells(part.figures, look, has_mark)
    return TableRow({**cells, first: name, "models": Cell("")}, style=style)


def _inner_name(name: str, names: Collection[str] = (), indent: int = 2) -> Cell:
    """Return a part's name below its row, cut so that the figures beside it have room.

    Of several `names` no two are cut into the same.
    """
    full, short = (fit_apart(name, cells - indent, names).rstrip() for cells in _MOST_OF_INNER)
    return Cell(" " * indent + full, " " * indent + short)
