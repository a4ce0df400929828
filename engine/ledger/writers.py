"""What writes responses through one connection of a ledger; made when the first are written."""

from __future__ import annotations

import sqlite3
from functools import cached_property
from typing import TYPE_CHECKING

from engine.ledger.bookkeeper import Bookkeeper
from engine.ledger.differences import Differences
from engine.ledger.names import Names
from engine.ledger.packs import Packs
from engine.ledger.response_rows import ResponseRows
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.ledger.pack_load import PackLoad
    from engine.ledger.price_changes import PriceChanges


class Writers:
    """Writes rows and packs, merges held ones, and calculates anew."""

    def __init__(self, connection: sqlite3.Connection, names: Names, prices: PriceTable) -> None:
        self._connection = connection
        self._names = names
        self.rows = ResponseRows(connection, names, prices)
        self.packs = Packs(connection)
        self._differences = Differences(connection)
        self.bookkeeper = Bookkeeper(connection, self.rows, self.packs, self._differences)

    @cached_property
    def price_changes(self) -> PriceChanges:
        """What calculates anew, which few need."""
        from engine.ledger.price_changes import PriceChanges

        return PriceChanges(self._connection, self.rows, self._differences)

    @cached_property
    def load(self) -> PackLoad:
        """What keeps the packs of a first load."""
        from engine.ledger.pack_load import PackLoad

        return PackLoad(self._connection, self._names, self.rows, self.packs, self._differences)

    def forget_load(self) -> None:
        """Drop what only a load of packs needs to know."""
        if "load" in vars(self):
            self.load.forget()
