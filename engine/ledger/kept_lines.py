"""Status lines that hold until the ledger, a file or the step of the clock is another.

They stand among the settings, so that a line is found by one question, of a process that has
loaded next to nothing; no revision is theirs, for no figure of the ledger changes by them.
"""

from __future__ import annotations

import json
import os
import sqlite3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

Stamp = list[int] | None
"""What a file is known by: device, inode, size, time of change; `None` where there is none."""

_NAME = "line."
_PAST = "line/"
"""Comes after all names that begin so."""
_TURN = 0.2
"""Seconds to wait for another process that is writing: a line that is not kept is made anew."""


def kept_line(path: str, key: str, now: int) -> tuple[str, dict[str, Stamp]] | None:
    """Return a line kept in the ledger at a path, with the files that it depends on.

    `None` where none was kept under the key, or another revision or time (ms) has come since.
    Raises `sqlite3.Error` where the ledger cannot be asked.
    """
    connection = _connect(path, "ro")
    row = connection.execute(
        "SELECT value, revision FROM settings, clock WHERE name = ?", (_NAME + key,)
    ).fetchone()
    if row is None:
        return None
    revision, until, line, files = json.loads(row[0])
    return (line, files) if revision == row[1] and now < until else None


def keep_line(
    path: str, key: str, line: str, revision: int, until: int, files: Mapping[str, Stamp], now: int
) -> None:
    """Keep a line that holds for a revision and until a time, and drop those that are over.

    Raises `sqlite3.Error` where the ledger does not take it in time.
    """
    from contextlib import closing

    from engine.ledger.turn import among_others_at

    value = json.dumps([revision, until, line, dict(files)])
    with among_others_at(path), closing(_connect(path, "rw")) as connection:
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            connection.execute("PRAGMA synchronous=NORMAL")  # nothing is lost with such a line
        kept = connection.execute(
            "SELECT name, value FROM settings WHERE name > ? AND name < ?", (_NAME, _PAST)
        ).fetchall()
        over = [(name,) for name, text in kept if json.loads(text)[1] <= now]
        with connection:
            connection.executemany("DELETE FROM settings WHERE name = ?", over)
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (_NAME + key, value))


def _connect(path: str, mode: str) -> sqlite3.Connection:
    """Connect to a ledger that is there; `engine.domain.files` would load more than all of this."""
    place = os.path.abspath(path).replace(os.sep, "/")
    for sign, quoted in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        place = place.replace(sign, quoted)
    root = "" if place.startswith("/") else "/"
    return sqlite3.connect(f"file://{root}{place}?mode={mode}", timeout=_TURN, uri=True)
