"""Brings differences of responses to the three sums (`engine.ledger.sums`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from engine.domain.packed_responses import PackedSums
from engine.ledger.sums import APPLY, DIFFERENCE_COLUMNS, TEMPORARY_TABLES

_KEEP = f"INSERT INTO temp.differences VALUES ({', '.join('?' * DIFFERENCE_COLUMNS)})"


_COSTS = "max(total(cost), total(calculated), total(recorded))"
_ADDED = f"SELECT {_COSTS} FROM temp.differences"
_WHOLE = f"SELECT {_COSTS} FROM slot_totals WHERE scope = :scope"
_MOST = 9.0e18
"""Pico-dollars; a little less than the largest integer."""
_NOTABLE = _MOST / 1e6


class FiguresTooLarge(Exception):
    """A cost or a sum would pass what a 64-bit integer holds; nothing was booked."""


class Differences:
    """What is to be added to sums, or taken away: of listed responses, or summed already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for statement in TEMPORARY_TABLES:
            connection.execute(statement)

    def list(self, ids: Iterable[int]) -> None:
        """List the responses that are to be summed.

        As one text that SQLite takes apart: binding each id takes several times as long.
        """
        self._connection.execute("DELETE FROM temp.booked")
        self._connection.execute(
            "INSERT INTO temp.booked SELECT value FROM json_each(?)",
            (msgspec.json.encode(sorted(ids)).decode("ascii"),),
        )

    def apply(self, statements: Sequence[str], place: dict[str, int]) -> None:
        """Bring the sums of listed responses to a scope; raises `FiguresTooLarge`."""
        try:
            for statement in statements:
                self._connection.execute(statement, place)
        except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
            if "overflow" in str(error) or "cannot store REAL" in str(error):
                raise FiguresTooLarge from error
            raise
        self._check_totals(place)

    def _check_totals(self, place: dict[str, int]) -> None:
        """Raise `FiguresTooLarge` where a scope's whole cost could not be summed any more.

        It is looked at only when much is added at once, or much was there before.
        """
        (added,) = self._connection.execute(_ADDED).fetchone()
        if added > _NOTABLE and self._connection.execute(_WHOLE, place).fetchone()[0] > _MOST:
            raise FiguresTooLarge

    def add(self, sums: Iterable[PackedSums], place: dict[str, int]) -> None:
        """Add what is summed already, its keys the ledger's numbers; raises `FiguresTooLarge`."""
        self._connection.execute("DELETE FROM temp.differences")
        try:
            self._connection.executemany(_KEEP, sums)
        except OverflowError as error:
            raise FiguresTooLarge from error
        self.apply(APPLY, place)
