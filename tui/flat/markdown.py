"""Flat tables as GitHub's Markdown: figures as people read them, names never markup."""

from __future__ import annotations

import re

from engine.agents.names import title_of
from engine.domain.model_labels import short_model
from tui.flat.table import TOTAL, Column, FlatLine, FlatTable
from tui.tables.columns import signed_percent
from tui.tables.look import UNKNOWN_COST, unpriced_note
from tui.words.format import dollars, fit, moment_of, percent, plain, tokens_exact

_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#|~&$^@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_LEFT = ("text", "agents", "names", "models", "time", "flag")
_FEWEST_DASHES = 3


def markdown_text(table: FlatTable, zone: str) -> str:
    """Return a table with its totals in bold, times in a zone, and what its costs leave out."""
    columns = [column for column in table.columns if column.title]
    rows = [[_cell(column, line, zone) for column in columns] for line in table.lines]
    if table.totals:
        totals = [_cell(column, table.totals, zone) for column in columns]
        rows.append([_bold(cell) for cell in (TOTAL, *totals[1:])])
    lines = _laid_out(columns, rows)
    has_cost = any(column.form == "usd" for column in columns)
    note = unpriced_note(table.unpriced) if has_cost else ""
    return "\n".join([*lines, *(["", f"\\{escaped(note)}"] if note else [])]) + "\n"


def escaped(text: str) -> str:
    """Return someone's text so that Markdown shows it as it is, on one line."""
    return _MARKUP.sub(r"\\\g<0>", plain(text))


def _laid_out(columns: list[Column], rows: list[list[str]]) -> list[str]:
    """Return lines whose cells stand below each other in the text too."""
    from rich.cells import cell_len

    titles = [column.title for column in columns]
    widths = [
        max(_FEWEST_DASHES, *(cell_len(row[place]) for row in [titles, *rows]))
        for place in range(len(columns))
    ]
    marks = [
        ":" + "-" * (width - 1) if column.form in _LEFT else "-" * (width - 1) + ":"
        for column, width in zip(columns, widths, strict=True)
    ]
    return [
        "| "
        + " | ".join(
            fit(cell, width, "left" if column.form in _LEFT else "right")
            for cell, width, column in zip(row, widths, columns, strict=True)
        )
        + " |"
        for row in (titles, marks, *rows)
    ]


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else ""


def _cell(column: Column, line: FlatLine, zone: str) -> str:
    """Return a cell as people read it; what names a row is not said again of its models."""
    value = line.values.get(column.name)
    if column.form == "usd":
        return _cost(value if isinstance(value, int) else None, line.is_partial)
    if value is None or (line.is_part and column.form in ("text", "time", "flag")):
        return ""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, tuple) and column.form == "agents":
        return escaped(", ".join(map(title_of, value)))
    if isinstance(value, tuple):
        return escaped(", ".join(dict.fromkeys(map(short_model, value))))
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return signed_percent(value) if column.form == "change" else percent(value)
    is_time = column.form == "time"
    return f"{moment_of(value, zone):%Y-%m-%d %H:%M}" if is_time else tokens_exact(value)


def _cost(pico: int | None, is_partial: bool) -> str:
    if is_partial and not pico:
        return UNKNOWN_COST
    return "" if pico is None else dollars(pico, is_partial)
