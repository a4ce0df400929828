"""Sums of chosen responses, by any grouping, each from the smallest table that knows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from engine.domain.choices import Mode
from engine.domain.chosen import Chosen, Key, Single, Step
from engine.domain.slots import spans_of
from engine.domain.sums import KeyedSums, Sums
from engine.domain.times import DAY
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all, bring_between
from engine.ledger.rows import within, works_in
from engine.ledger.sums import COUNTS

if TYPE_CHECKING:
    from engine.domain.exported import BookedResponse, ExportedMonth
    from engine.ledger.exported_rows import ExportedRows

_QUARTERS_OF_DAY = 96
_COSTS: dict[Mode, str] = {"auto": "cost", "calculate": "calculated", "display": "recorded"}
_COST_OF_ONE: dict[Mode, str] = {
    "auto": "coalesce(recorded, calculated)",
    "calculate": "calculated",
    "display": "coalesce(recorded, 0)",
}
_COLUMN: dict[str, str] = {"directory": "project"}
"""What the tables call a key otherwise."""
_MOST_LISTED = 10_000
_OF_SESSION = "buckets INDEXED BY buckets_by_session"
"""SQLite would rather look through all buckets, in the order of their slots."""


class Selector:
    """Sums the responses of scopes, one of each agent in question, in one cost mode.

    Numbers are the ledger's.
    """

    def __init__(self, ledger: Ledger, scopes: Sequence[int], mode: Mode) -> None:
        self._ledger = ledger
        self._scopes = scopes
        self._within = within(scopes)
        self._mode = mode

    def sums(self, by: Sequence[Key], chosen: Chosen, step: Step | None = None) -> list[KeyedSums]:
        """Return sums by keys and model; with a step its number comes before the keys."""
        keys = ", ".join([*([_number_of(step)] if step else []), *_columns(by), "model"])
        table = _smallest_table([*by, *(["slot"] if step else [])], chosen)
        cost = _COSTS[self._mode]
        count = len(by) + (step is not None)
        rows = self._all(
            f"SELECT {keys}, sum(responses), {self._unpriced()}, sum(input), sum(output),"
            f" sum(cache_read), sum(cache_write_5m), sum(cache_write_1h), sum({cost}),"
            f" min(first), max(last), sum(reasoning) FROM {table}"
            f" WHERE {self._within} AND responses > 0"
            f"{self._condition(chosen)} GROUP BY {_places(keys)}"
        )
        return [KeyedSums(row[:count], row[count], Sums._make(row[count + 1 :])) for row in rows]

    def sessions_in_steps(
        self, by: Sequence[Key], chosen: Chosen, step: Step
    ) -> list[tuple[int, ...]]:
        """Return each step's number, keys and session that have responses together."""
        keys = ", ".join([_number_of(step), *_columns(by), "session"])
        table = "buckets" if chosen.sessions is None else _OF_SESSION
        return self._all(
            f"SELECT DISTINCT {keys} FROM {table} WHERE {self._within} AND responses > 0"
            + self._condition(chosen)
        )

    def session_steps(
        self, chosen: Chosen, length: int, offsets: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int, int]]:
        """Return first and last step of local time with the sessions that begin and end there.

        Each is both steps' numbers, 0, and how many; where there are steps in between a session
        comes alone: both numbers, the session, 1. Local time is ahead of UTC by each offset
        from a moment on. All time is chosen.
        """
        first, last = (
            f"({end} + {DAY} + {_ahead(end, offsets)}) / {length} - {DAY // length}"
            for end in ("f", "l")
        )
        return self._all(  # type: ignore[return-value]
            "SELECT step, until, CASE WHEN until - step IN (0, 1) THEN 0 ELSE session END,"
            " count(*) FROM"
            f" (SELECT session, {first} AS step, {last} AS until FROM"
            "  (SELECT session, min(first) AS f, max(last) AS l FROM session_totals"
            f"   WHERE {self._within} AND responses > 0{self._condition(chosen)} GROUP BY session))"
            " GROUP BY 1, 2, 3"
        )

    def end(self) -> int:
        """Return the slot after the last that has sums."""
        return max(
            (row[0] + 1 for row in self._of_each("max(slot)") if row[0] is not None), default=0
        )

    def slot_from(self, first: int) -> int | None:
        """Return the first slot that has sums, at a slot or after it."""
        rows = self._of_each("min(slot)", f" AND slot >= {first}")
        return min((row[0] for row in rows if row[0] is not None), default=None)

    def _of_each(self, value: str, condition: str = "") -> list[tuple[int | None, ...]]:
        """Return a value of each scope's slots: SQLite finds an end at once within one scope."""
        return self._all(  # type: ignore[return-value]
            " UNION ALL ".join(
                f"SELECT {value} FROM slot_totals WHERE scope = {scope}{condition}"
                for scope in self._scopes
            )
        )

    def singles(self) -> list[KeyedSums]:
        """Return all responses in time order, each as sums of it by its directory and session."""
        bring_all(self._ledger, self._scopes)
        unpriced = self._unpriced("recorded IS NULL AND calculated IS NULL", "1")
        rows = self._all(
            f"SELECT project, session, model, 1, {unpriced}, input, output, cache_read,"
            " cache_write_5m, cache_write_1h,"
            f" coalesce({_COST_OF_ONE[self._mode]}, 0), time, time, reasoning"
            " FROM responses"
            f" WHERE {self._within} AND {COUNTS} ORDER BY time, id"
        )
        return [KeyedSums(row[:2], row[2], Sums._make(row[3:])) for row in rows]

    def singles_of(self, session: int) -> list[Single]:
        """Return a session's responses in time order."""
        slots = self._all(
            f"SELECT DISTINCT slot FROM {_OF_SESSION} WHERE {self._within}"
            f" AND responses > 0 AND session = {session} ORDER BY slot"
        )
        found: list[Single] = []
        for start, end in spans_of(slot for (slot,) in slots):
            bring_between(self._ledger, self._scopes, start, end + 1)
            rows = self._all(
                "SELECT time, model, agent, is_sidechain, recorded,"
                f" {_COST_OF_ONE[self._mode]}, input, output, cache_read, cache_write_5m,"
                f" cache_write_1h FROM responses WHERE {self._within} AND {COUNTS}"
                f" AND time BETWEEN {start} AND {end} AND session = {session} ORDER BY time, id"
            )
            found += [
                Single(
                    time=row[0],
                    model=row[1],
                    tokens=(row[6], row[7], row[8], row[9], row[10]),
                    agent=row[2],
                    is_sidechain=bool(row[3]),
                    cost=row[5],
                    recorded=row[4],
                )
                for row in rows
            ]
        return found

    def numbers(self, key: Literal["session", "directory", "model"]) -> list[int]:
        """Return the sessions, directories or models that have responses."""
        rows = self._all(
            f"SELECT DISTINCT {_COLUMN.get(key, key)} FROM session_totals"
            f" WHERE {self._within} AND responses > 0"
        )
        return [number for (number,) in rows]

    def places(self) -> None:
        """Return nothing: `workplaces` is quick."""

    def placed(self, _by: str, _chosen: Chosen, /) -> None:
        """Return nothing: summing by session is quick."""

    def workplaces(self, _sessions: Collection[int] | None = None, /) -> list[tuple[int, int]]:
        """Return where each session works, also of those without responses."""
        return self._all(  # type: ignore[return-value]
            f"SELECT session, workplace FROM session_workplaces WHERE {self._within}"
        )

    def months(self, chosen: Chosen) -> list[ExportedMonth]:
        """Return the months of UTC that have responses, the earliest first."""
        return self._exported.months(chosen)

    def of_month(self, chosen: Chosen, month: str) -> Iterator[BookedResponse]:
        """Yield the responses of a month in time order."""
        return self._exported.of_month(chosen, month)

    @property
    def _exported(self) -> ExportedRows:
        from engine.ledger.exported_rows import ExportedRows

        return ExportedRows(self._ledger, self._scopes, _COST_OF_ONE[self._mode])

    def _condition(self, chosen: Chosen) -> str:
        conditions = [""]
        if not chosen.is_of_all_time:
            conditions.append(f"slot >= {chosen.first} AND slot < {chosen.before}")
        for column, numbers in (
            ("session", chosen.sessions),
            ("project", chosen.directories),
            ("model", chosen.models),
        ):
            if numbers is not None:
                conditions.append(f"{column} IN ({_listed(numbers)})")
        if chosen.workplaces is not None:
            conditions.append(
                works_in(self._within, f"workplace IN ({_listed(chosen.workplaces)})")
            )
        return " AND ".join(conditions)

    def _unpriced(self, of_auto: str = "sum(unpriced)", responses: str = "sum(responses)") -> str:
        """Return how many responses have no cost known in this mode, as SQL."""
        if self._mode == "display":
            return "0"
        if self._mode == "auto":
            return of_auto
        with self._ledger.lock:
            rows = self._ledger.connection.execute("SELECT model FROM models WHERE price = ''")
            return f"{responses} * (model IN ({_listed(row[0] for row in rows)}))"

    def _all(self, statement: str) -> list[tuple[int, ...]]:
        with self._ledger.lock:
            return self._ledger.connection.execute(statement).fetchall()


def _columns(by: Sequence[Key]) -> list[str]:
    return [_COLUMN.get(key, key) for key in by]


def in_parts(numbers: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """Yield numbers in parts that a statement may list."""
    for start in range(0, len(numbers), _MOST_LISTED):
        yield tuple(numbers[start : start + _MOST_LISTED])


def _smallest_table(keys: Sequence[str], chosen: Chosen) -> str:
    needs_slot = "slot" in keys or not chosen.is_of_all_time
    has_place = any(
        each is not None for each in (chosen.sessions, chosen.directories, chosen.workplaces)
    )
    if not needs_slot:
        return "session_totals"
    return "buckets" if has_place or "session" in keys or "directory" in keys else "slot_totals"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _number_of(step: Step) -> str:
    """Return the number of a slot's step as SQL, rounded down also before 1970."""
    return (
        f"(slot / 2 + {step.ahead + _QUARTERS_OF_DAY}) / {step.quarters}"
        f" - {_QUARTERS_OF_DAY // step.quarters}"
    )


def _ahead(column: str, offsets: Sequence[tuple[int, int]]) -> str:
    """Return how far local time is ahead of UTC at a column's moment, as SQL."""
    cases = "".join(
        f" WHEN {column} < {until} THEN {offset}" for (_, offset), (until, _) in pairwise(offsets)
    )
    return f"CASE{cases} ELSE {offsets[-1][1]} END" if cases else str(offsets[-1][1])


def _places(keys: str) -> str:
    """Return the places of a statement's first columns."""
    return ", ".join(str(place + 1) for place in range(keys.count(",") + 1))
