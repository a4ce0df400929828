"""Columns of files: each with its type, its unit and a sentence that goes into the file.

Money stands in two columns: in dollars, and, with `Pico` after the name, in whole pico-dollars
(10⁻¹² USD), whose sum is exact in every program. Nothing that a person reads is rounded: a
decimal has twelve digits after its point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from engine.domain.exported import ExportedResponse
from tui.flat.table import Column, FlatTable, Value

Type = Literal["text", "time", "count", "usd", "number", "flag"]
"""`time` is UTC milliseconds, `usd` pico-dollars; every type may be empty."""
Cell = str | int | float | bool | None
Record = tuple[Cell, ...]
"""One row: a cell for each column."""

PICO = "Pico"
"""What follows the name of a column of dollars in its twin."""


class FileColumn(NamedTuple):
    """A column of a file."""

    name: str
    type: Type
    unit: str
    about: str


class FileTable(NamedTuple):
    """A table to write in one go, without totals: whoever sums a column gets them."""

    name: str
    columns: tuple[FileColumn, ...]
    records: Sequence[Record]


def _money(name: str, about: str) -> tuple[FileColumn, FileColumn]:
    return (
        FileColumn(name, "usd", "USD", about),
        FileColumn(name + PICO, "count", "10^-12 USD", f"{about}, in whole pico-dollars"),
    )


RESPONSE_COLUMNS: tuple[FileColumn, ...] = (
    FileColumn("responseId", "count", "", "the same number wherever the response is seen"),
    FileColumn("timestamp", "time", "UTC", "when the response came"),
    FileColumn("person", "text", "", "who works on the machine"),
    FileColumn("machine", "text", "", "the machine, where several are known"),
    FileColumn("agent", "text", "", "the coding agent, such as claude or codex"),
    FileColumn("provider", "text", "", "who ran the model, where the agent names it"),
    FileColumn("model", "text", "", "the model; -fast follows one that ran in fast mode"),
    FileColumn("sessionId", "text", "", "the session"),
    FileColumn("projectPath", "text", "", "the project: a path, or a directory's name"),
    FileColumn("subAgent", "text", "", "the sub-agent, empty for the main conversation"),
    FileColumn("isSidechain", "flag", "", "whether it is beside the main conversation"),
    FileColumn("inputTokens", "count", "tokens", "input, without what the cache held"),
    FileColumn("outputTokens", "count", "tokens", "output, with reasoning"),
    FileColumn("cacheReadTokens", "count", "tokens", "read from the cache"),
    FileColumn("cacheCreation5mTokens", "count", "tokens", "written to the cache for 5 minutes"),
    FileColumn("cacheCreation1hTokens", "count", "tokens", "written to the cache for 1 hour"),
    FileColumn("totalTokens", "count", "tokens", "the five kinds before"),
    FileColumn("reasoningTokens", "count", "tokens", "reasoning inside the output, where known"),
    FileColumn("webSearches", "count", "searches", "web searches on the server"),
    *_money("costUSD", "cost in the mode asked for, empty where no price is known"),
    *_money("recordedCostUSD", "cost that the agent wrote down"),
    *_money("calculatedCostUSD", "cost by the prices of its day"),
)
"""What is told of each response: the kinds of tokens are disjoint."""


def response_record(response: ExportedResponse) -> Record:
    """Return a response in the order of `RESPONSE_COLUMNS`."""
    tokens = response[11:16]
    cost, recorded, calculated = response[18:21]
    return (
        *response[:2],
        *map(_readable, response[2:10]),
        *response[10:16],
        sum(tokens),
        *response[16:18],
        *(cost, cost, recorded, recorded, calculated, calculated),
    )


_TYPES: dict[str, tuple[Type, str]] = {
    "time": ("time", "UTC"),
    "count": ("count", ""),
    "usd": ("usd", "USD"),
    "percent": ("number", "percent"),
    "change": ("number", "percent"),
    "flag": ("flag", ""),
}


def file_table(name: str, table: FlatTable) -> FileTable:
    """Return a report's lines as a table to write; several names in a cell part by `; `."""
    columns = tuple(made for column in table.columns for made in _columns_of(column))
    readers = [_reader(column) for column in table.columns]
    records = [
        tuple(
            cell
            for column, read in zip(table.columns, readers, strict=True)
            for cell in _cells(column, read(line.values.get(column.name)))
        )
        for line in table.lines
    ]
    return FileTable(name, columns, records)


def _columns_of(column: Column) -> tuple[FileColumn, ...]:
    about = column.title
    if column.form == "usd":
        return _money(column.name, about or column.name)
    kind, unit = _TYPES.get(column.form, ("text", ""))
    if kind == "count" and column.name.endswith("Tokens"):
        unit = "tokens"
    return (FileColumn(column.name, kind, unit, about),)


def _cells(column: Column, cell: Cell) -> Iterable[Cell]:
    return (cell, cell) if column.form == "usd" else (cell,)


def _reader(column: Column) -> Callable[[Value], Cell]:
    return _percent if column.form in ("percent", "change") else _plain


def _plain(value: Value) -> Cell:
    text = "; ".join(value) if isinstance(value, tuple) else value
    return _readable(text) if isinstance(text, str) else text


def _percent(value: Value) -> Cell:
    return None if value is None or isinstance(value, str | tuple) else value * 100.0


def _readable(text: str) -> str:
    """Return text with a question mark for each half of a letter, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def in_parts(records: Iterable[Record], most: int) -> Iterator[list[Record]]:
    """Yield records in lists of at most so many."""
    part: list[Record] = []
    for record in records:
        part.append(record)
        if len(part) == most:
            yield part
            part = []
    if part:
        yield part
