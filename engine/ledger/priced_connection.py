"""A connection to a ledger that knows the prices in force, and what writes responses by them."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from engine.domain.notices import Notice
from engine.ledger.connection import Connection
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.ledger.writers import Writers

_PRICED_BY = "priced_by"


class PricedConnection(Connection):
    """Has what writes responses, and keeps by which prices the costs of all are."""

    def __init__(
        self, path: str, prices: PriceTable, connection: sqlite3.Connection | None = None
    ) -> None:
        """Open or make the ledger, unless a connection to it is given."""
        super().__init__(path, connection)
        self._prices = prices
        self._stamp: str | None = None

    @property
    def prices(self) -> PriceTable:
        """The price table in force."""
        return self._prices

    def go_on(self, connection: sqlite3.Connection, notices: tuple[Notice, ...]) -> None:
        """Book by another connection from here on."""
        super().go_on(connection, notices)
        vars(self).pop("writers", None)

    @cached_property
    def writers(self) -> Writers:
        """What writes responses by the present connection."""
        from engine.ledger.writers import Writers

        return Writers(self.connection, self.names, self._prices)

    def end_load(self) -> None:
        """Drop what only a load of packs needs to know."""
        with self.lock:
            if "writers" in vars(self):
                self.writers.forget_load()

    def price_by(self, prices: PriceTable) -> bool:
        """Have another price table in force; return whether all costs are by it already."""
        with self.lock:
            self._prices, self._stamp = prices, prices.stamp()
            if "writers" in vars(self):
                self.writers.rows.prices = prices
            return self._is_stamped()

    def keep_stamp(self) -> None:
        """Keep that the costs of all models known by now are by the prices in force.

        Nothing is kept where another process has changed that, or where nothing can be.
        """
        with self.lock, suppress(sqlite3.Error):
            if self._is_stamped() or self._priced_by() is None:
                return
            with self.transaction():
                if not self.writers.price_changes.repriced_models():
                    self.connection.execute(
                        "INSERT OR REPLACE INTO settings VALUES (?,?)",
                        (_PRICED_BY, self._priced_by()),
                    )

    def drop_stamp(self) -> None:
        """Keep that not all costs are by one table any more, within the caller's transaction."""
        self.connection.execute("DELETE FROM settings WHERE name = ?", (_PRICED_BY,))

    def _is_stamped(self) -> bool:
        stamp = self._priced_by()
        return stamp is not None and self.setting(_PRICED_BY) == stamp

    def _priced_by(self) -> str | None:
        """Return what is kept where all costs are by the prices in force.

        A process with other prices shows itself: by no stamp or its own, a new model, or a
        mixed price. `None` where that is so already, or where there is no model yet.
        """
        newest, mixed = self.connection.execute(
            "SELECT max(model), sum(price = 'mixed') FROM models"
        ).fetchone()
        return f"{self._stamp} {newest}" if self._stamp and newest and not mixed else None
