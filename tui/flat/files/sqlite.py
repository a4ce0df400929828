"""A SQLite database with a table of responses, brought up to date by months, or of a report.

Each export is one transaction: whoever reads meanwhile sees the whole of the one before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.times import iso_time
from tui.flat.files.columns import RESPONSE_COLUMNS, Cell, FileColumn, FileTable, Record, Type
from tui.flat.files.months import Responses, Written

_TYPES: dict[Type, str] = {
    "text": "TEXT",
    "time": "TEXT",
    "count": "INTEGER",
    "usd": "REAL",
    "number": "REAL",
    "flag": "INTEGER",
}
_BOOK = "ccmon_export"
_ABOUT = "ccmon_columns"
RESPONSES = "responses"


def write_table(path: Path, table: FileTable) -> None:
    """Put a table in the place of one of its name; raises `SettingsError`."""
    with _opened(path) as connection:
        _make(connection, table.name, table.columns, "")
        _insert(connection, table.name, table.columns, table.records, ())


def write_responses(path: Path, responses: Responses) -> Written:
    """Bring the table of responses up to date; raises `SettingsError`."""
    with _opened(path) as connection:
        rows = connection.execute(f"SELECT month, stamp FROM {_BOOK}")
        known, months = dict(rows.fetchall()), responses.months()
        has_table = connection.execute(
            "SELECT 1 FROM sqlite_schema WHERE name = ?", (RESPONSES,)
        ).fetchone()
        if not has_table or known.pop("", None) != responses.stamp:
            known = {}
            connection.execute(f"DELETE FROM {_BOOK}")
            connection.execute(f"INSERT INTO {_BOOK} VALUES ('', ?)", (responses.stamp,))
            _make(connection, RESPONSES, RESPONSE_COLUMNS, "month TEXT NOT NULL, ")
            connection.execute(f"CREATE INDEX responses_by_month ON {RESPONSES} (month)")
        changed = [month for month in months if known.get(month.month) != month.stamp]
        gone = known.keys() - {month.month for month in months}
        for name in (*(month.month for month in changed), *gone):
            connection.execute(f"DELETE FROM {RESPONSES} WHERE month = ?", (name,))
            connection.execute(f"DELETE FROM {_BOOK} WHERE month = ?", (name,))
        for month in changed:
            records = responses.of_month(month.month)
            _insert(connection, RESPONSES, RESPONSE_COLUMNS, records, (month.month,))
            connection.execute(f"INSERT INTO {_BOOK} VALUES (?, ?)", (month.month, month.stamp))
    return Written(sum(month.responses for month in months), len(months), len(changed))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database of exports for one transaction."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists() or not path.stat().st_size
    connection: sqlite3.Connection | None = None
    try:
        if is_new:
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        if names and _BOOK not in names:
            raise SettingsError(
                f"{path} is another program's database: name a file that is yet to be made."
            )
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_BOOK} (month TEXT PRIMARY KEY, stamp TEXT NOT NULL)"
        )
        connection.execute(
            f'CREATE TABLE IF NOT EXISTS {_ABOUT} ("table" TEXT, "column" TEXT, unit TEXT,'
            ' about TEXT, PRIMARY KEY ("table", "column"))'
        )
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise SettingsError(
            f"{path} cannot be written ({error}): name a file that you may write to, on a disk"
            " with room. What was there before is unchanged."
        ) from error
    finally:
        if connection is not None:
            connection.close()


def _make(
    connection: sqlite3.Connection, name: str, columns: Sequence[FileColumn], before: str
) -> None:
    """Make a table anew, with its columns told of in a table of their own."""
    made = ", ".join(f'"{column.name}" {_TYPES[column.type]}' for column in columns)
    connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    connection.execute(f'CREATE TABLE "{name}" ({before}{made})')
    connection.execute(f'DELETE FROM {_ABOUT} WHERE "table" = ?', (name,))
    connection.executemany(
        f"INSERT INTO {_ABOUT} VALUES (?, ?, ?, ?)",
        [(name, column.name, column.unit, column.about) for column in columns],
    )


def _insert(
    connection: sqlite3.Connection,
    name: str,
    columns: Sequence[FileColumn],
    records: Iterable[Record],
    before: tuple[str, ...],
) -> None:
    types = [column.type for column in columns]
    places = ", ".join("?" * (len(before) + len(columns)))
    connection.executemany(
        f'INSERT INTO "{name}" VALUES ({places})',
        (
            (*before, *(_cell(kind, cell) for kind, cell in zip(types, record, strict=True)))
            for record in records
        ),
    )


def _cell(kind: Type, cell: Cell) -> Cell:
    if cell is None:
        return None
    if kind == "usd":
        return cast(int, cell) / PICO
    return iso_time(cast(int, cell)) if kind == "time" else cell
