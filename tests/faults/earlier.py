"""A ledger as version 1 wrote it, and what it must still tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.monitor import Monitor

_DUMP = Path(__file__).with_name("ledger_of_version_1.sql")
_OF_A_SCOPE = ("responses", "buckets", "slot_totals", "session_totals")

AS_VERSION_4 = """
DROP TABLE workplaces; DROP TABLE session_workplaces; DROP TABLE packs; DROP TABLE listings;
DROP TABLE machines;
ALTER TABLE projects ADD COLUMN directory TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 4;
"""
"""Takes from an empty ledger, or from one that is read anew, what version 5 has brought."""

RIGHT = {
    "claude-opus-5": (1, 6_100, 10),
    "claude-opus-5-fast": (2, 12_400, 50),
    "claude-sonnet-5-5": (1, 6_100, 3),
    "lighthouse-coder-32b-fast": (1, 6_100, 0),
}
"""Responses, tokens, and thousandths of a dollar by model."""


def write_earlier(path: Path, roots: Sequence[Path]) -> None:
    """Write a ledger of version 1 in which each of these roots gave the same responses."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_DUMP.read_text("utf-8").replace("/made/up/root", str(roots[0])))
        for scope, root in enumerate(roots[1:], 2):
            connection.execute("INSERT INTO roots VALUES (?, ?)", (scope, str(root)))
            connection.execute("INSERT INTO scopes VALUES (?, ?)", (scope, str(scope)))
            for table in _OF_A_SCOPE:
                rows = connection.execute(f"SELECT * FROM {table} WHERE scope = 1").fetchall()
                connection.executemany(
                    f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})",
                    [(scope, *row[1:]) for row in rows],
                )
        connection.commit()
        connection.execute("PRAGMA user_version=1")


def version_of(path: Path) -> int:
    """Return the version of a ledger's tables."""
    with closing(sqlite3.connect(path)) as connection:
        number: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return number


def by_model(monitor: Monitor) -> dict[str, tuple[int, int, int]]:
    """Return what a monitor tells, in the form of `RIGHT`."""
    monitor.read()
    return {
        row.key: (row.figures.responses, row.figures.tokens.total, row.figures.cost // 10**9)
        for row in monitor.report("models").rows
    }
