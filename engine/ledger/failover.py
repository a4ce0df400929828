"""Goes on where a ledger's file fails: with another file, in memory, and back on disk."""

from __future__ import annotations

import sqlite3
import time

from engine.domain.scans import Root
from engine.ledger import ledger_file
from engine.ledger.book import Ledger
from engine.ledger.versions import is_damage

_FORGIVEN = 60.0
"""Seconds after which a failure counts as the first again."""
_MOST_DAMAGES = 5
"""Damaged files in a row that are set aside, each for a new ledger; then there is memory."""
_AWAY = 60.0
"""Seconds in memory between looks at whether the file can be used again."""
_WITHOUT_NUMBERS = ("readings", "events")
"""Tables whose rows mean the same in every ledger."""


class Failover:
    """What a ledger does when its file cannot be used, is deleted, or can be used again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._failures = 0
        self._failed_at = 0.0
        self._looked_at = time.monotonic()

    @property
    def connection(self) -> sqlite3.Connection:
        """The ledger's present connection."""
        return self._ledger.connection

    def recover(self, error: sqlite3.Error) -> None:
        """Go on with another ledger, since this one fails; raise the error where none is left.

        First all that can be saved of it, then an empty one in memory. What the new one
        does not know must be read anew.
        """
        ledger = self._ledger
        with ledger.lock:
            now = time.monotonic()
            self._failures = 1 if now - self._failed_at > _FORGIVEN else self._failures + 1
            self._failed_at = now
            most = _MOST_DAMAGES if is_damage(error) else 1
            if self._failures <= most and not ledger.is_in_memory:
                failing, opened_as = ledger.connection, ledger.opened_as
                ledger.go_on(*ledger_file.open_another(ledger.path, failing, opened_as, error))
            elif self._failures <= most + 1:
                ledger_file.close_in_turn(ledger.connection, ledger.path)
                ledger.go_on(*ledger_file.open_fresh(ledger.path, error))
            else:
                raise error

    def return_to_disk(self) -> bool:
        """Go on with the file that could not be used once it can be; say whether.

        What was counted in memory meanwhile is booked there before.
        """
        ledger = self._ledger
        if ledger.path == ledger_file.MEMORY or not ledger.is_in_memory:
            return False
        if time.monotonic() - self._looked_at < _AWAY:
            return False
        self._looked_at = time.monotonic()
        connection = _back_on_disk(ledger)
        if connection is None:
            return False
        with ledger.lock:
            ledger.connection.close()
            ledger.notices = tuple(each for each in ledger.notices if each.severity != "error")
            ledger.go_on(connection, (ledger_file.returned_notice(ledger.path),))
            self._failures = 0
        return True

    def rewrite_if_deleted(self) -> bool:
        """Write the ledger again if its file was deleted while it was open; say whether."""
        ledger = self._ledger
        if ledger.is_in_memory or not ledger.is_deleted():
            return False
        with ledger.lock:
            ledger.go_on(*ledger_file.write_again(ledger.path, ledger.connection))
        return True


def _back_on_disk(memory: Ledger) -> sqlite3.Connection | None:
    """Book in a ledger's file all that was counted without it; `None` where that fails.

    What the file knows already stays as it is, and what was booked before a failure is valid.
    """
    connection = ledger_file.open_again(memory.path)
    if connection is None:
        return None
    try:
        _carry_over(memory, Ledger(memory.path, memory.prices, connection))
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
        workplaces = memory.workplaces_of(root)
        for responses in memory.responses_of(root):
            disk.book(root, responses, workplaces)
            workplaces = {}
