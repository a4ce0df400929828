"""Keeps what official sources said of a window's use, and for how long they said it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.ledger.connection import Connection

ReadingRow = tuple[str, str, str, str, int | None, int, float]
"""Window, account, source, session, resets at, captured at, used share."""

_CONFIRMED_AFTER = 30_000
"""Milliseconds after which a reading that says the same is worth writing down again."""
_NEVER = 0
"""Stands for a reset that is not known."""

_LAST = (
    "SELECT captured_at, confirmed_at, used_share FROM readings WHERE window = ? AND account = ?"
    " AND source = ? AND session = ? AND resets_at = ? AND captured_at <= ?"
    " ORDER BY captured_at DESC LIMIT 1"
)


def keep_readings(ledger: Connection, rows: Iterable[ReadingRow]) -> None:
    """Keep readings: one that says what the last one of its source said only confirms it.

    Nothing is written where nothing is worth it, so a status line may call this every time.
    """
    with ledger.lock:
        news = [row for row in rows if _is_news(ledger.connection, row)]
    if not news:
        return
    with ledger.transaction():
        write_readings(ledger.connection, news)


def write_readings(connection: sqlite3.Connection, rows: Iterable[ReadingRow]) -> None:
    """Write readings within the caller's transaction."""
    for row in rows:
        key = (*row[:4], row[4] or _NEVER)
        last = connection.execute(_LAST, (*key, row[5])).fetchone()
        if last is not None and last[2] == row[6]:
            connection.execute(
                "UPDATE readings SET confirmed_at = max(confirmed_at, ?) WHERE window = ?"
                " AND account = ? AND source = ? AND session = ? AND resets_at = ?"
                " AND captured_at = ?",
                (row[5], *key, last[0]),
            )
        else:
            connection.execute(
                "INSERT OR REPLACE INTO readings (window, account, source, session, resets_at,"
                " captured_at, confirmed_at, used_share) VALUES (?,?,?,?,?,?,?,?)",
                (*key, row[5], row[5], row[6]),
            )


def _is_news(connection: sqlite3.Connection, row: ReadingRow) -> bool:
    last = connection.execute(_LAST, (*row[:4], row[4] or _NEVER, row[5])).fetchone()
    return last is None or last[2] != row[6] or row[5] - last[1] >= _CONFIRMED_AFTER


def readings_since(ledger: Connection, time: int) -> list[tuple[ReadingRow, int]]:
    """Return readings confirmed at a time or later, oldest first, each with when it last was."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT window, account, source, session, resets_at, captured_at, used_share,"
            " confirmed_at FROM readings WHERE confirmed_at >= ? ORDER BY captured_at, window",
            (time,),
        ).fetchall()
    return [
        ((row[0], row[1], row[2], row[3], row[4] or None, row[5], row[6]), row[7]) for row in rows
    ]
