"""Calculates responses anew whose models have come to bear another price."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from engine.domain.packed_responses import IS_BATCH, IS_FAST, IS_US
from engine.domain.responses import Tokens
from engine.ledger.differences import Differences
from engine.ledger.response_rows import ResponseRows
from engine.ledger.sums import ADD, TAKE_AWAY
from engine.pricing.cost import calculated_cost

_MOST = (1 << 63) - 1


class PriceChanges:
    """Brings what is booked to the prices in force, model by model."""

    def __init__(
        self, connection: sqlite3.Connection, rows: ResponseRows, differences: Differences
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._differences = differences

    def repriced_models(self) -> list[int]:
        """Return the models whose price differs from the one they were booked at."""
        rows = self._connection.execute("SELECT model, price FROM models").fetchall()
        return [
            model
            for model, price in rows
            if self._rows.prices.fingerprint(self._priced_as(model)) != price
        ]

    def _priced_as(self, model: int) -> str:
        """Return the name under which a model's price is looked for."""
        is_fast = self._connection.execute(
            "SELECT is_fast FROM models WHERE model = ?", (model,)
        ).fetchone()[0]
        return self._rows.base(model, bool(is_fast))

    def note_price(self, model: int) -> None:
        """Keep that all of a model's responses bear its present price."""
        self._connection.execute(
            "UPDATE models SET price = ? WHERE model = ?",
            (self._rows.prices.fingerprint(self._priced_as(model)), model),
        )

    def reprice(
        self, model: int, scope: int, after: int, most: int, revision: int, *, is_known: bool
    ) -> int | None:
        """Calculate a model's next responses anew; return the last id, `None` at the end.

        Where the price is of no use (`is_known`) their costs become unknown. Raises
        `FiguresTooLarge`.
        """
        rows = self._connection.execute(
            "SELECT id FROM responses WHERE scope = ? AND id > ? AND model = ? ORDER BY id LIMIT ?",
            (scope, after, model, most),
        ).fetchall()
        if not rows:
            return None
        ids = [row[0] for row in rows]
        place = {"scope": scope, "revision": revision}
        self._differences.list(ids)
        self._differences.apply(TAKE_AWAY, place)
        priced = self._priced(self._priced_as(model)) if is_known else _unknown
        self._connection.create_function("priced", 8, priced)
        self._connection.execute(
            "UPDATE responses SET changed = :revision, calculated = priced(input, output,"
            " cache_read, cache_write_5m, cache_write_1h, flags, searches, time)"
            " WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)",
            place,
        )
        self._differences.apply(ADD, place)
        return ids[-1] if len(ids) == most else None

    def _priced(self, name: str) -> Callable[..., int | None]:
        """Return the SQL function that prices a response of one model.

        A cost that is no 64-bit number is unknown.
        """

        def priced(*row: int) -> int | None:
            cost = calculated_cost(
                self._rows.prices,
                model=name,
                tokens=Tokens(*row[:5]),
                is_fast=bool(row[5] & IS_FAST),
                is_us=bool(row[5] & IS_US),
                is_batch=bool(row[5] & IS_BATCH),
                searches=row[6],
                time=row[7],
            )
            return None if cost is None or cost > _MOST else cost

        return priced


def _unknown(*_: int) -> None:
    """Price nothing."""
