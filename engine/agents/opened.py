"""Opens another program's SQLite database so that it can only be read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_PATIENCE = 0.25
"""Seconds to wait for a lock: what is locked now is read the next time."""


def open_read_only(path: str) -> sqlite3.Connection:
    """Open a database as its owner left it, its write-ahead log included; never write.

    Not `immutable`, which would pass over the log, where all of a young database may be.
    """
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE)
    connection.execute("PRAGMA query_only=1")
    return connection
