"""The ledger as what a live view reads."""

from __future__ import annotations

from collections.abc import Iterable

from engine.aggregates.view import FIRST_REACH
from engine.domain.scans import Root
from engine.ledger.book import Ledger
from engine.ledger.names import Names
from engine.ledger.rows import Reader
from engine.ledger.scopes import open_scopes


class LedgerLive:
    """What the ledger knows of some roots."""

    first_reach = FIRST_REACH

    def __init__(self, ledger: Ledger, roots: Iterable[Root]) -> None:
        self._ledger = ledger
        scopes = open_scopes(ledger, list(roots))
        self.agents = tuple(scopes)
        self.rows = Reader(ledger, tuple(scopes.values()))

    @property
    def names(self) -> Names:
        """What the ledger's numbers are called."""
        return self._ledger.names

    def revision(self) -> int:
        """Return the ledger's revision."""
        return self._ledger.revision()
