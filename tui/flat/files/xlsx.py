"""An Excel workbook: a sheet for each month or for a report, and one that tells of the columns.

Excel counts in 15 digits: a whole number beyond 2^53 stands as text, so that no digit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.times import moment_at
from tui.flat.files.columns import (
    RESPONSE_COLUMNS,
    Cell,
    FileColumn,
    FileTable,
    Record,
    Type,
    in_parts,
)
from tui.flat.files.months import Responses, Written

_MOST_ROWS = 1_048_575
"""Of a sheet, without its header."""
_EXACT = 1 << 53
_EARLIEST = datetime(1900, 3, 1, tzinfo=UTC)
_MOST_TEXT = 32_767
_FORMATS: dict[Type, str] = {
    "time": "yyyy-mm-dd hh:mm:ss.000",
    "usd": "0.000000000000",
    "count": "0",
}
NEEDS_XLSX = (
    "Excel workbooks need xlsxwriter: install ccmon with the extra xlsx, as in uv tool install"
    " '.[xlsx]'."
)


def write_table(path: Path, table: FileTable) -> None:
    """Write a report as a workbook; raises `SettingsError` without xlsxwriter."""
    _write(path, table.columns, [(table.name, table.records)])


def write_responses(path: Path, responses: Responses) -> Written:
    """Write responses as a workbook; raises `SettingsError` without xlsxwriter."""
    months = responses.months()
    sheets = ((month.month, responses.of_month(month.month)) for month in months)
    _write(path, RESPONSE_COLUMNS, sheets)
    return Written(sum(month.responses for month in months), len(months), len(months))


def _write(
    path: Path,
    columns: Sequence[FileColumn],
    sheets: Iterable[tuple[str, Iterable[Record]]],
) -> None:
    try:
        import xlsxwriter
    except ImportError as error:
        raise SettingsError(NEEDS_XLSX) from error
    settings = {"constant_memory": True, "default_date_format": _FORMATS["time"]}
    with xlsxwriter.Workbook(str(path), {**settings, "tmpdir": str(path.parent)}) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        bold = book.add_format({"bold": True})
        for name, part in _named_parts(sheets):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                sheet.set_column(place, place, 24 if column.type in ("time", "usd") else 16)
                sheet.write_string(0, place, column.name, bold)
            for row, record in enumerate(part, 1):
                _write_row(sheet, row, columns, record, formats)
        about = book.add_worksheet("columns")
        told = [("column", "unit", "what it is"), *((c.name, c.unit, c.about) for c in columns)]
        for row, texts in enumerate(told):
            for place, text in enumerate(texts):
                about.write_string(row, place, text)


def _named_parts(
    sheets: Iterable[tuple[str, Iterable[Record]]],
) -> Iterator[tuple[str, list[Record]]]:
    """Yield sheets that Excel can hold; what is longer goes on in another."""
    for name, records in sheets:
        parts = list(in_parts(records, _MOST_ROWS)) or [[]]
        for number, part in enumerate(parts, 1):
            yield (f"{name} ({number})" if number > 1 else name), part


def _write_row(
    sheet: Any,
    row: int,
    columns: Sequence[FileColumn],
    record: Record,
    formats: dict[Type, Any],
) -> None:
    for place, (column, cell) in enumerate(zip(columns, record, strict=True)):
        if cell is None:
            continue
        kind, form = column.type, formats.get(column.type)
        if kind == "flag":
            sheet.write_boolean(row, place, bool(cell))
        elif kind == "text":
            sheet.write_string(row, place, str(cell)[:_MOST_TEXT])
        elif kind == "time":
            _write_time(sheet, row, place, cast(int, cell), form)
        else:
            _write_number(sheet, row, place, kind, cell, form)


def _write_time(sheet: Any, row: int, place: int, time: int, form: Any) -> None:
    moment = moment_at(time)
    if moment >= _EARLIEST:
        sheet.write_datetime(row, place, moment.replace(tzinfo=None), form)


def _write_number(sheet: Any, row: int, place: int, kind: Type, cell: Cell, form: Any) -> None:
    number = cast("int | float", cell)
    if kind == "usd":
        sheet.write_number(row, place, number / PICO, form)
    elif isinstance(number, int) and abs(number) > _EXACT:
        sheet.write_string(row, place, str(number))
    else:
        sheet.write_number(row, place, number, form)
