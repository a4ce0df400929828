"""The forms of files that are written in one go: Parquet and CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from engine.domain.mistakes import SettingsError
from engine.domain.times import iso_time
from tui.flat.csv_text import csv_cell, usd
from tui.flat.files.columns import Cell, FileColumn, Record, Type, in_parts

if TYPE_CHECKING:
    from types import ModuleType

_ROWS_OF_GROUP = 100_000
NEEDS_PARQUET = (
    "Parquet needs pyarrow: install ccmon with the extra parquet, as in uv tool install"
    " '.[parquet]'."
)


class Form(NamedTuple):
    """How a table is written as one file."""

    name: str
    suffix: str
    write: Callable[[Path, Sequence[FileColumn], Iterable[Record]], None]


def write_parquet(path: Path, columns: Sequence[FileColumn], records: Iterable[Record]) -> None:
    """Write a Parquet file; raises `SettingsError` without pyarrow."""
    arrow, parquet = _arrow()
    types = {
        "text": arrow.string(),
        "time": arrow.timestamp("ms", tz="UTC"),
        "count": arrow.int64(),
        "usd": arrow.decimal128(24, 12),
        "number": arrow.float64(),
        "flag": arrow.bool_(),
    }
    schema = arrow.schema(
        [
            arrow.field(each.name, types[each.type], metadata=_told(each.unit, each.about))
            for each in columns
        ],
        metadata={"ccmon": "tokens of the five kinds are disjoint; times are UTC"},
    )
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in in_parts(records, _ROWS_OF_GROUP):
            cells = [
                arrow.array(_arrow_cells(column.type, values), field.type)
                for column, field, values in zip(
                    columns, schema, zip(*part, strict=True), strict=True
                )
            ]
            writer.write_table(arrow.Table.from_arrays(cells, schema=schema))


def _told(unit: str, about: str) -> dict[str, str]:
    return {name: text for name, text in (("unit", unit), ("description", about)) if text}


def _arrow_cells(kind: Type, values: Sequence[Cell]) -> Sequence[Any]:
    if kind == "usd":
        return [None if value is None else Decimal(value).scaleb(-12) for value in values]
    return values


def _arrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SettingsError(NEEDS_PARQUET) from error
    return pyarrow, pyarrow.parquet


def write_csv(path: Path, columns: Sequence[FileColumn], records: Iterable[Record]) -> None:
    """Write RFC 4180 lines in UTF-8, with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(_csv_rows(columns, records))


def _csv_rows(
    columns: Sequence[FileColumn], records: Iterable[Record]
) -> Iterator[list[str | int | float]]:
    types = [column.type for column in columns]
    for record in records:
        yield [_csv_cell(kind, cell) for kind, cell in zip(types, record, strict=True)]


def _csv_cell(kind: Type, cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if kind == "usd":
        return usd(cast(int, cell))
    return iso_time(cast(int, cell)) if kind == "time" else csv_cell(cell)


PARQUET = Form("parquet", ".parquet", write_parquet)
CSV = Form("csv", ".csv", write_csv)
