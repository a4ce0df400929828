"""Keeps what official sources said of a window's use, and for how long they said it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.domain.owners import UNKNOWN
from engine.domain.scans import Age
from engine.domain.times import MINUTE

if TYPE_CHECKING:
    from engine.ledger.connection import Connection

ReadingRow = tuple[str, str, str, str, int | None, int, float, Age]
"""Window, owner, source, session, resets at, captured at, used share, how its time is known."""

KeptRow = tuple[str, str, str, str, int | None, int, float, bool]
"""The same of one that was kept, but whether it is ageless at its end."""

SAME_RESET = 2 * MINUTE
"""Resets that differ by no more are one: sources and answers differ by seconds."""

AHEAD = 5 * MINUTE
"""What is said later than now by more was said by a clock that was ahead: it is left out."""
ALWAYS = 1 << 62

_CONFIRMED_AFTER = 30_000
"""Milliseconds after which a reading that says the same is worth writing down again."""
_NEVER = 0
"""Stands for a reset that is not known."""

_LAST = (
    "SELECT captured_at, confirmed_at, used_share FROM readings WHERE window = ? AND owner = ?"
    " AND source = ? AND session = ? AND resets_at = ? AND captured_at <= ?"
    " ORDER BY captured_at DESC LIMIT 1"
)
_OF_SESSION = (
    "SELECT owner, resets_at, captured_at, confirmed_at, used_share FROM readings"
    " WHERE window = ? AND source = ? AND session = ? AND captured_at <= ?"
    " ORDER BY captured_at DESC"
)
_CONFIRM = (
    "UPDATE readings SET confirmed_at = max(confirmed_at, ?) WHERE window = ? AND owner = ?"
    " AND source = ? AND session = ? AND resets_at = ? AND captured_at = ?"
)
_INSERT = (
    "INSERT OR REPLACE INTO readings (window, owner, source, session, resets_at, captured_at,"
    " confirmed_at, used_share, is_ageless) VALUES (?,?,?,?,?,?,?,?,?)"
)


def keep_readings(ledger: Connection, rows: Iterable[ReadingRow], until: int = ALWAYS) -> None:
    """Keep readings: one that says what the last one of its source said only confirms it.

    What was said of a session after `until` is left out of account.

    Nothing is written where nothing is worth it, so a status line may call this every time.
    """
    asked = list(rows)
    with ledger.lock:
        is_news = any(_written(ledger.connection, row, _CONFIRMED_AFTER, until) for row in asked)
    if not is_news:
        return
    with ledger.transaction():
        write_readings(ledger.connection, asked, until)


def write_readings(
    connection: sqlite3.Connection, rows: Iterable[ReadingRow], until: int = ALWAYS
) -> None:
    """Write readings within the caller's transaction."""
    for row in rows:
        written = _written(connection, row, 1, until)
        if written is not None:
            connection.execute(*written)


_Statement = tuple[str, tuple[object, ...]]


def _written(
    connection: sqlite3.Connection, row: ReadingRow, pause: int, until: int
) -> _Statement | None:
    """Return what is to be written for a reading; a confirmation only after a pause."""
    _, _, _, session, resets_at, captured_at, share, _ = row
    if session:
        return _of_session(connection, row, pause, until)
    key = (*row[:4], resets_at or _NEVER)
    last = connection.execute(_LAST, (*key, captured_at)).fetchone()
    if last is None or last[2] != share:
        return _INSERT, (*key, captured_at, captured_at, share, 0)
    if captured_at - last[1] < pause:
        return None
    return _CONFIRM, (captured_at, *key, last[0])


def _of_session(
    connection: sqlite3.Connection, row: ReadingRow, pause: int, until: int
) -> _Statement | None:
    """Return what is to be written for what a session says.

    What it says again keeps its first time and its owner, however often it is repeated: idle
    sessions repeat what they were told before a login or an early reset. Only where an answer
    has just come is the same said anew.
    """
    window, owner, source, session, resets_at, captured_at, share, age = row
    end = resets_at or _NEVER
    earlier = connection.execute(_OF_SESSION, (window, source, session, until)).fetchall()
    of_window = [each for each in earlier if abs(each[1] - end) <= SAME_RESET]
    bound = of_window[-1][0] if of_window else owner
    if bound != UNKNOWN:
        owner = bound
    same = next((each for each in of_window if each[4] == share), None)
    if same is not None and age != "grown":
        is_last = same is earlier[0]
        if not is_last or age != "answer" or captured_at - same[3] < pause:
            return None
        key = (window, same[0], source, session, same[1], same[2])
        return _CONFIRM, (captured_at, *key)
    if same is not None and captured_at - same[3] < pause:
        return None
    if age == "answer" and of_window and captured_at <= of_window[0][2]:
        captured_at = of_window[0][2] + 1
    is_ageless = not age and not of_window
    key = (window, owner, source, session, end, captured_at)
    return _INSERT, (*key, captured_at, share, int(is_ageless))


def newest_said(ledger: Connection, session: str, until: int) -> int:
    """Return when the answer came that a session's newest reading up to a time is of, or -1."""
    with ledger.lock:
        row = ledger.connection.execute(
            "SELECT max(captured_at) FROM readings WHERE source = 'statusline' AND session = ?"
            " AND captured_at <= ?",
            (session, until),
        ).fetchone()
    return -1 if row[0] is None else int(row[0])


def readings_since(ledger: Connection, time: int, until: int = ALWAYS) -> list[tuple[KeptRow, int]]:
    """Return readings confirmed at a time or later, oldest first, each with when it last was.

    Without what was said after `until`.
    """
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT window, owner, source, session, resets_at, captured_at, used_share,"
            " is_ageless, iif(confirmed_at > ?, captured_at, confirmed_at) FROM readings"
            " WHERE confirmed_at >= ? AND captured_at <= ? ORDER BY captured_at, window",
            (until, time, until),
        ).fetchall()
    return [((*row[:4], row[4] or None, row[5], row[6], bool(row[7])), row[8]) for row in rows]


def count_readings(ledger: Connection) -> int:
    """Return how many readings are kept."""
    with ledger.lock:
        row = ledger.connection.execute("SELECT count(*) FROM readings").fetchone()
    return int(row[0])
