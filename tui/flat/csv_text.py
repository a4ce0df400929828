"""Flat tables as CSV (RFC 4180): exact figures, times in UTC, and nothing a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from engine.domain.responses import PICO
from engine.domain.times import iso_time
from tui.flat.table import Column, FlatLine, FlatTable, Value
from tui.words.format import plain

_HEADED = ("=", "+", "@")
_CALLS = frozenset("(!|:=")
"""What a text that begins with a minus must have to be more than a name: a call, a cell's name,
a program's."""


def csv_text(table: FlatTable) -> str:
    """Return a header, every line and the totals; several names in one cell part by `; `."""
    lines = [*table.lines, table.totals] if table.totals else table.lines
    rows = [[_cell(column, line) for column in table.columns] for line in lines]
    return csv_lines([column.name for column in table.columns], rows)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    """Return cells as RFC 4180 lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def csv_cell(value: Value) -> str | int | float:
    """Return a cell; text that a spreadsheet would run as a formula begins with `'`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = plain(value if isinstance(value, str) else "; ".join(value))
    return f"'{text}" if _may_run(text.lstrip()) else text


def _may_run(text: str) -> bool:
    """Say whether a spreadsheet could take a text for a formula.

    A directory's name below `projects` begins with a minus and is none: it goes back to
    `--project` as it is.
    """
    return text.startswith(_HEADED) or (text.startswith("-") and not _CALLS.isdisjoint(text))


def usd(pico: int) -> str:
    """Return pico-dollars as a decimal to the last of its up to twelve digits."""
    sign = "-" if pico < 0 else ""
    whole, rest = divmod(abs(pico), PICO)
    digits = f"{rest:012d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def _cell(column: Column, line: FlatLine) -> str | int | float:
    value = line.values.get(column.name)
    if isinstance(value, int):
        if column.form == "usd":
            return usd(value)
        if column.form == "time":
            return iso_time(value)
    if isinstance(value, float) and column.form in ("percent", "change"):
        return round(value * 100, 2)
    return csv_cell(value)
