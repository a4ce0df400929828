"""Reads on in the tables of a database: the rows that are new, or changed since last time.

The stores have no index on the time of a change, so a whole look is taken only once an
hour. In between, new rows are found by their row number, and changed ones among the latest
rows, where a response that is still growing is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from engine.domain.times import HOUR, SECOND

LATEST = 1000
"""So many rows before the last one known are looked at for changes every time."""
SLACK = 10 * SECOND
"""Writers take the time before they get to write, so rows do not come in order of time."""
_PAGE = 500
"""So many rows are read at once: a SELECT is short, and memory is bounded."""


class _Mark(Struct):
    """How far a table was read."""

    row: int = 0
    changed: int = 0
    """The latest time of a change, UTC milliseconds."""


class _Left(Struct):
    """Where reading left off."""

    marks: dict[str, _Mark] = {}
    looked: int = 0
    """When all of the database was last looked through, UTC milliseconds."""


_decode = msgspec.msgpack.Decoder(_Left).decode


class Fresh:
    """What is new in a database; `state` is what `state()` returned the last time."""

    def __init__(self, connection: sqlite3.Connection, state: bytes, now: int) -> None:
        self._connection = connection
        self._left = _decode(state) if state else _Left(looked=now)
        self._is_whole = not 0 <= now - self._left.looked < HOUR
        self._latest = min(now, self._left.looked) if self._is_whole else now
        if self._is_whole:
            self._left.looked = now

    def rows(
        self, table: str, columns: str, joined: str, changed: str
    ) -> Iterator[tuple[Any, ...]]:
        """Yield new and changed rows: their number, and the columns asked for.

        The table is `t` in `columns` and in `joined`, what is joined to it. `changed` names
        the column with the time of the last change, in seconds or milliseconds, if there is
        one. A row that did not change may come again.
        """
        mark = self._left.marks.setdefault(table, _Mark())
        (top,) = self._connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()
        is_shorter = (top or 0) < mark.row
        after = 0 if self._is_whole or is_shorter else max(0, mark.row - LATEST)
        time = f"(CASE WHEN t.{changed} < 1e11 THEN t.{changed} * 1000 ELSE t.{changed} END)"
        select = (
            f"SELECT t.rowid, {time if changed else 0}, {columns} FROM {table} t {joined} "
            f"WHERE t.rowid > ? AND (t.rowid > ? OR {time + ' >= ?' if changed else '?'}) "
            f"ORDER BY t.rowid LIMIT {_PAGE}"
        )
        known = mark.row if changed or not is_shorter else 0
        since = min(mark.changed, self._latest) - SLACK if changed else 0
        last = 0
        while page := self._connection.execute(select, (after, known, since)).fetchall():
            for row, moment, *values in page:
                if isinstance(moment, int | float):
                    mark.changed = max(mark.changed, int(moment))
                yield row, *values
            after = last = page[-1][0]
        mark.row = max(last, top if is_shorter else known) if top else 0

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._left)
