"""Responses month by month, for who hands them on, and what tells that a month has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.domain.chosen import LATEST_SLOT, Chosen
from engine.domain.exported import BookedResponse, ExportedMonth
from engine.domain.periods import month_bounds
from engine.domain.slots import slot_bounds
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all
from engine.ledger.rows import within, works_in
from engine.ledger.sums import COUNTS

_MONTH = "strftime('%Y-%m', time / 1000, 'unixepoch')"
_FROM = (
    "responses LEFT JOIN (SELECT session, workplace FROM session_workplaces WHERE {})"
    " USING (session)"
)
_SUMMED = (
    "id & 0xffffffff",
    "id >> 32",
    "time & 0xffffffff",
    "session",
    "coalesce(workplace, 0)",
    "model",
    "input",
    "output",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "reasoning",
    "coalesce(recorded, -1)",
    "coalesce(calculated, -1)",
    "agent",
)
"""Beside the newest revision their sums tell of responses that left a month, or of a ledger
that was made anew."""
_PART = 20_000


class ExportedRows:
    """Reads the responses of scopes, one of each agent in question."""

    def __init__(self, ledger: Ledger, scopes: Sequence[int], cost: str) -> None:
        """`cost` is the SQL of a response's cost."""
        self._ledger = ledger
        self._scopes = scopes
        self._within = within(scopes)
        self._from = _FROM.format(self._within)
        self._cost = cost

    def months(self, chosen: Chosen) -> list[ExportedMonth]:
        """Return the months that have responses, the earliest first."""
        bring_all(self._ledger, self._scopes)
        sums = ", ".join(f"sum({each})" for each in _SUMMED)
        with self._ledger.lock:
            rows = self._ledger.connection.execute(
                f"SELECT {_MONTH}, count(*), max(responses.changed), {sums} FROM {self._from}"
                f" WHERE {self._condition(chosen)} GROUP BY 1 ORDER BY 1"
            ).fetchall()
        return [ExportedMonth(row[0], row[1], "-".join(map(str, row[1:]))) for row in rows]

    def of_month(self, chosen: Chosen, month: str) -> Iterator[BookedResponse]:
        """Yield the responses of a month in time order."""
        start, end = month_bounds(month)
        cursor = self._ledger.connection.execute(
            "SELECT id, time, session, coalesce(workplace, 0), model, agent, is_sidechain, input,"
            " output, cache_read, cache_write_5m, cache_write_1h, reasoning, searches,"
            f" {self._cost}, recorded, calculated FROM {self._from}"
            f" WHERE time >= {start} AND time < {end} AND {self._condition(chosen)}"
            " ORDER BY time, id"
        )
        while rows := cursor.fetchmany(_PART):
            yield from map(BookedResponse._make, rows)

    def _condition(self, chosen: Chosen) -> str:
        conditions = [self._within, COUNTS]
        if chosen.first > 0:
            conditions.append(f"time >= {slot_bounds(chosen.first)[0]}")
        if chosen.before < LATEST_SLOT:
            conditions.append(f"time < {slot_bounds(chosen.before)[0]}")
        for column, numbers in (
            ("session", chosen.sessions),
            ("project", chosen.directories),
            ("model", chosen.models),
        ):
            if numbers is not None:
                conditions.append(f"{column} IN ({', '.join(map(str, numbers))})")
        if chosen.workplaces is not None:
            listed = ", ".join(map(str, chosen.workplaces))
            conditions.append(works_in(self._within, f"workplace IN ({listed})"))
        return " AND ".join(conditions)
