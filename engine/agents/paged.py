"""Reads many rows of another program's table in short SELECTs, with little memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any


def paged(
    connection: sqlite3.Connection, select: str, after: int, size: int = 500
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows after a number, in order.

    `select` has the number as its first column, and two places to fill in: what it must be
    larger than, and after `LIMIT`. It must order by that column.
    """
    while page := connection.execute(select, (after, size)).fetchall():
        yield from page
        after = page[-1][0]
