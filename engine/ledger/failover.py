"""Takes what was counted in memory, while a ledger's file could not be used, back to it."""

from __future__ import annotations

import sqlite3

from engine.domain.scans import Root
from engine.ledger.opening import open_again
from engine.ledger.store import Ledger
from engine.pricing.table import PriceTable

_WITHOUT_NUMBERS = ("readings", "events")
"""Tables whose rows mean the same in every ledger."""


def back_on_disk(memory: Ledger, prices: PriceTable) -> sqlite3.Connection | None:
    """Book in a ledger's file all that was counted without it; `None` where that fails.

    What the file knows already stays as it is, and what was booked before a failure is right.
    """
    connection = open_again(memory.path)
    if connection is None:
        return None
    try:
        _carry_over(memory, Ledger(memory.path, prices, connection))
    except sqlite3.Error:
        connection.close()
        return None
    return connection


def _carry_over(memory: Ledger, disk: Ledger) -> None:
    with disk.transaction():
        for table in _WITHOUT_NUMBERS:
            rows = memory.connection.execute(f"SELECT * FROM {table}").fetchall()
            if rows:
                values = ",".join("?" * len(rows[0]))
                disk.connection.executemany(
                    f"INSERT OR IGNORE INTO {table} VALUES ({values})", rows
                )
    for agent, path in sorted(memory.known_roots()):
        root = Root(path, agent)
        for responses in memory.responses_of(root):
            disk.book(root, responses)
