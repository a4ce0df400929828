"""The responses of a team's database one by one, and what questions about them have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.domain.choices import Mode
from engine.domain.chosen import Chosen, Single
from engine.domain.exported import BookedResponse, ExportedMonth
from engine.domain.periods import month_bounds
from engine.domain.sums import KeyedSums, Sums
from engine.machines.team.columns import key_of
from engine.machines.team.conditions import condition_of
from engine.machines.team.names import TeamNames

if TYPE_CHECKING:
    from psycopg import Connection

_COST_OF_ONE: dict[Mode, str] = {
    "auto": "coalesce(recorded, calculated)",
    "calculate": "calculated",
    "display": "coalesce(recorded, 0)",
}
_UNPRICED_ONE: dict[Mode, str] = {
    "auto": "(recorded IS NULL AND calculated IS NULL)::int",
    "calculate": "(calculated IS NULL)::int",
    "display": "0",
}
_BILLED = key_of("model")
_PART = 5_000


class TeamResponses:
    """Reads the responses of some agents, in one cost mode; numbers are those of `TeamNames`."""

    def __init__(
        self,
        connection: Connection[Any],
        names: TeamNames,
        agents: Sequence[str],
        mode: Mode,
    ) -> None:
        self._connection = connection
        self._names = names
        self._agents = list(agents)
        self._mode = mode

    def singles(self) -> list[KeyedSums]:
        """Return all responses in time order, each as sums of it by its directory and session."""
        of = ", ".join(_BILLED if each == "model" else each for each in self._names.model_columns)
        rows = self._ask(
            f"SELECT directory, session, agent, person, 1, {_UNPRICED_ONE[self._mode]}, input,"
            " output, cache_read, cache_write_5m, cache_write_1h,"
            f" coalesce({_COST_OF_ONE[self._mode]}, 0),"
            f" time, time, reasoning, {of} FROM ccmon.responses WHERE agent = ANY(%s)"
            " ORDER BY time, id",
            self._agents,
        )
        number = self._names.number
        return [
            KeyedSums(
                (number("projects", row[0]), number("sessions", *row[1:4])),
                self._names.model_number(*row[15:]),
                Sums._make(row[4:15]),
            )
            for row in rows
        ]

    def singles_of(self, session: int) -> list[Single]:
        """Return a session's responses in time order."""
        name, agent, person = self._names.row("sessions", session)
        of = ", ".join(_BILLED if each == "model" else each for each in self._names.model_columns)
        rows = self._ask(
            "SELECT time, sub_agent, is_sidechain, recorded,"
            f" {_COST_OF_ONE[self._mode]}, input, output, cache_read, cache_write_5m,"
            f" cache_write_1h, {of} FROM ccmon.responses WHERE session = %s AND agent = %s"
            " AND person = %s AND agent = ANY(%s) ORDER BY time, id",
            name,
            agent,
            person,
            self._agents,
        )
        return [
            Single(
                time=row[0],
                model=self._names.model_number(*row[10:]),
                tokens=(row[5], row[6], row[7], row[8], row[9]),
                agent=self._names.number("agents", row[1]),
                is_sidechain=row[2],
                cost=row[4],
                recorded=row[3],
            )
            for row in rows
        ]

    def months(self, chosen: Chosen) -> list[ExportedMonth]:
        """Return the months of UTC that have responses, the earliest first."""
        rows = self._all(
            "SELECT to_char(to_timestamp(time / 1000) AT TIME ZONE 'UTC', 'YYYY-MM'), count(*),"
            " sum(hashtextextended(responses::text, 0)) FROM ccmon.responses WHERE {} GROUP BY 1"
            " ORDER BY 1",
            chosen,
            "responses",
        )
        return [ExportedMonth(row[0], row[1], f"{row[1]}-{row[2]}") for row in rows]

    def of_month(self, chosen: Chosen, month: str) -> Iterator[BookedResponse]:
        """Yield the responses of a month in time order."""
        start, end = month_bounds(month)
        condition, values = self._condition(chosen, "responses")
        of = ", ".join(f"r.{each}" for each in self._names.model_columns if each != "model")
        with self._connection.cursor(name="month") as cursor:
            cursor.itersize = _PART
            cursor.execute(
                "SELECT id, time, session, person, sub_agent, is_sidechain, input, output,"
                " cache_read, cache_write_5m, cache_write_1h, reasoning, searches,"
                f" {_COST_OF_ONE[self._mode]}, recorded, calculated, {_BILLED}, {of}"
                f" FROM ccmon.responses r WHERE time >= {start} AND time < {end} AND {condition}"
                " ORDER BY time, id",
                values,
            )
            yield from map(self._booked, cursor)

    def _booked(self, row: tuple[Any, ...]) -> BookedResponse:
        names, (agent, provider, *of) = self._names, row[17:]
        return BookedResponse(
            row[0],
            row[1],
            names.number("sessions", row[2], agent, row[3]),
            0,
            names.model_number(agent, provider, row[16], *of),
            names.number("agents", row[4]),
            *row[5:16],
        )

    def _condition(self, chosen: Chosen, table: str) -> tuple[str, dict[str, Any]]:
        return condition_of(chosen, table, self._agents, self._names)

    def _all(self, statement: str, chosen: Chosen, table: str) -> list[tuple[Any, ...]]:
        condition, values = self._condition(chosen, table)
        return self._connection.execute(statement.format(condition), values).fetchall()

    def _ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()
