"""What writes responses through one connection of a ledger; made when the first are written."""

from __future__ import annotations

import sqlite3

from engine.ledger.bookkeeper import Bookkeeper
from engine.ledger.differences import Differences
from engine.ledger.names import Names
from engine.ledger.pack_load import PackLoad
from engine.ledger.packs import Packs
from engine.ledger.price_changes import PriceChanges
from engine.ledger.response_rows import ResponseRows
from engine.pricing.table import PriceTable


class Writers:
    """Writes rows and packs, merges held ones, and calculates anew."""

    def __init__(self, connection: sqlite3.Connection, names: Names, prices: PriceTable) -> None:
        self.rows = ResponseRows(connection, names, prices)
        self.packs = Packs(connection)
        differences = Differences(connection)
        self.bookkeeper = Bookkeeper(connection, self.rows, self.packs, differences)
        self.price_changes = PriceChanges(connection, self.rows, differences)
        self.load = PackLoad(connection, names, self.rows, self.packs, differences)
