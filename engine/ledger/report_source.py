"""The ledger as what questions of a report are asked of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.domain.choices import Mode
from engine.ledger.book import Ledger
from engine.ledger.names import Names
from engine.ledger.selector import Selector
from engine.ledger.versions import is_busy


class LedgerSource:
    """The ledger as what questions of a report are asked of."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    def names(self) -> Names:
        """What the ledger's numbers are called."""
        return self._ledger.names

    def sums_of(self, scopes: Sequence[int], mode: Mode) -> Selector:
        """Return what sums the responses of some scopes, one of each agent, in a cost mode."""
        return Selector(self._ledger, scopes, mode)

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """See the ledger as it is now, whatever other processes write meanwhile.

        Where it has packs it is the turn of who asks: rows may be wanted of them.
        """
        with self._ledger.lock:
            connection = self._ledger.connection
            packs = connection.execute("SELECT 1 FROM packs LIMIT 1").fetchone()
            try:
                connection.execute("BEGIN IMMEDIATE" if packs else "BEGIN")
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                connection.execute("BEGIN")
            try:
                yield
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
