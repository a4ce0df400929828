"""Sums of chosen responses in a team's database, each from the smallest rollup that knows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from engine.domain.choices import Mode
from engine.domain.chosen import Chosen, Key, Single, Step
from engine.domain.exported import BookedResponse, ExportedMonth
from engine.domain.periods import month_bounds
from engine.domain.sums import KeyedSums, Sums
from engine.domain.times import DAY
from engine.machines.team.columns import key_of
from engine.machines.team.conditions import SLOTS_OF_HOUR, condition_of
from engine.machines.team.names import TeamNames
from engine.machines.team.steps import ahead, number_of, smallest_table

if TYPE_CHECKING:
    from psycopg import Connection

_COSTS: dict[Mode, str] = {"auto": "cost", "calculate": "calculated", "display": "recorded"}
_UNPRICED: dict[Mode, str] = {"auto": "unpriced", "calculate": "uncalculated", "display": "0"}
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


class TeamSums:
    """Sums the responses of some agents, in one cost mode; numbers are those of `TeamNames`."""

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

    def sums(self, by: Sequence[Key], chosen: Chosen, step: Step | None = None) -> list[KeyedSums]:
        """Return sums by keys and model; with a step its number comes before the keys."""
        table = smallest_table(by, chosen, step)
        keys = [*([number_of(step, table)] if step else []), *_columns(by)]
        of = self._names.model_columns
        told = ", ".join([*keys, *of])
        places = ", ".join(str(place + 1) for place in range(len(keys) + len(of)))
        rows = self._all(
            f"SELECT {told}, sum(responses), sum({_UNPRICED[self._mode]}), sum(input), sum(output),"
            f" sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),"
            f" sum({_COSTS[self._mode]}), min(first), max(last), sum(reasoning)"
            f" FROM ccmon.{table} WHERE {{}} GROUP BY {places}",
            chosen,
            table,
        )
        first, last = len(keys), len(keys) + len(of)
        is_stepped = step is not None
        return [
            KeyedSums(
                self._keyed(by, row, is_stepped=is_stepped),
                self._names.model_number(*row[first:last]),
                Sums._make(map(int, row[last:])),
            )
            for row in rows
        ]

    def sessions_in_steps(
        self, by: Sequence[Key], chosen: Chosen, step: Step
    ) -> list[tuple[int, ...]]:
        """Return each step's number, keys and session that have responses together."""
        every: tuple[Key, ...] = (*by, "session")
        keys = ", ".join([number_of(step, "buckets"), *_columns(every)])
        rows = self._all(f"SELECT DISTINCT {keys} FROM ccmon.buckets WHERE {{}}", chosen, "buckets")
        return [self._keyed(every, row, is_stepped=True) for row in rows]

    def session_steps(
        self, chosen: Chosen, length: int, offsets: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int, int]]:
        """Return first and last step of local time with the sessions that begin and end there.

        A session with steps in between comes alone. All time is chosen.
        """
        first, last = (
            f"({end} + {DAY} + {ahead(end, offsets)}) / {length} - {DAY // length}"
            for end in ("f", "l")
        )
        rows = self._all(
            "WITH steps AS MATERIALIZED"
            f" (SELECT agent, session, {first} AS step, {last} AS until FROM"
            "  (SELECT agent, session, min(first) AS f, max(last) AS l FROM ccmon.session_totals"
            "   WHERE {} GROUP BY 1, 2) each)"
            " SELECT step, until, NULL, NULL, count(*) FROM steps WHERE until - step IN (0, 1)"
            " GROUP BY 1, 2 UNION ALL"
            " SELECT step, until, agent, session, 1 FROM steps WHERE until - step NOT IN (0, 1)",
            chosen,
            "session_totals",
        )
        number = self._names.number
        return [
            (step, until, number("sessions", session, agent) if session is not None else 0, count)
            for step, until, agent, session, count in rows
        ]

    def end(self) -> int:
        """Return a slot after the last that has sums."""
        ((hour,),) = self._ask("SELECT max(hour) FROM ccmon.hours")
        return 0 if hour is None else (hour + 1) * SLOTS_OF_HOUR

    def slot_from(self, first: int) -> int | None:
        """Return a slot at a slot or after it, before which none from there on has sums."""
        ((hour,),) = self._ask(
            "SELECT min(hour) FROM ccmon.hours WHERE hour >= %s", first // SLOTS_OF_HOUR
        )
        return None if hour is None else max(first, hour * SLOTS_OF_HOUR)

    def singles(self) -> list[KeyedSums]:
        """Return all responses in time order, each as sums of it by its directory and session."""
        of = ", ".join(_BILLED if each == "model" else each for each in self._names.model_columns)
        rows = self._ask(
            f"SELECT directory, agent, session, 1, {_UNPRICED_ONE[self._mode]}, input, output,"
            f" cache_read, cache_write_5m, cache_write_1h, coalesce({_COST_OF_ONE[self._mode]}, 0),"
            f" time, time, reasoning, {of} FROM ccmon.responses WHERE agent = ANY(%s)"
            " ORDER BY time, id",
            self._agents,
        )
        number = self._names.number
        return [
            KeyedSums(
                (number("projects", row[0]), number("sessions", row[2], row[1])),
                self._names.model_number(*row[14:]),
                Sums._make(row[3:14]),
            )
            for row in rows
        ]

    def singles_of(self, session: int) -> list[Single]:
        """Return a session's responses in time order."""
        name, agent = self._names.row("sessions", session)
        of = ", ".join(_BILLED if each == "model" else each for each in self._names.model_columns)
        rows = self._ask(
            "SELECT time, sub_agent, is_sidechain, recorded,"
            f" {_COST_OF_ONE[self._mode]}, input, output, cache_read, cache_write_5m,"
            f" cache_write_1h, {of} FROM ccmon.responses WHERE session = %s AND agent = %s"
            " AND agent = ANY(%s) ORDER BY time, id",
            name,
            agent,
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

    def numbers(self, key: Literal["session", "directory", "model"]) -> list[int]:
        """Return the sessions, directories or models that have responses."""
        if key == "model":
            of = ", ".join(self._names.model_columns)
            rows = self._all(
                f"SELECT DISTINCT {of} FROM ccmon.hours WHERE {{}}",
                Chosen(),
                "hours",
            )
            return [self._names.model_number(*row) for row in rows]
        told = ", ".join(_columns((key,)))
        rows = self._all(
            f"SELECT DISTINCT {told} FROM ccmon.session_totals WHERE {{}}",
            Chosen(),
            "session_totals",
        )
        return [self._keyed((key,), row)[0] for row in rows]

    def workplaces(self) -> list[tuple[int, int]]:
        """Return where each session works; of several people's the one of the least rank."""
        rows = self._ask(
            "SELECT DISTINCT ON (agent, session) session, agent, workplace, is_name"
            " FROM ccmon.sessions WHERE agent = ANY(%s)"
            " ORDER BY agent, session, rank, time, workplace",
            self._agents,
        )
        names = self._names
        return [
            (names.number("sessions", row[0], row[1]), names.workplace_number(row[2], row[3]))
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
                "SELECT id, time, session, sub_agent, is_sidechain, input, output, cache_read,"
                " cache_write_5m, cache_write_1h, reasoning, searches,"
                f" {_COST_OF_ONE[self._mode]}, recorded, calculated, {_BILLED}, {of}"
                f" FROM ccmon.responses r WHERE time >= {start} AND time < {end} AND {condition}"
                " ORDER BY time, id",
                values,
            )
            yield from map(self._booked, cursor)

    def _booked(self, row: tuple[Any, ...]) -> BookedResponse:
        names, (agent, provider, *of) = self._names, row[16:]
        return BookedResponse(
            row[0],
            row[1],
            names.number("sessions", row[2], agent),
            0,
            names.model_number(agent, provider, row[15], *of),
            names.number("agents", row[3]),
            *row[4:15],
        )

    def _keyed(
        self, by: Sequence[Key], row: tuple[Any, ...], *, is_stepped: bool = False
    ) -> tuple[int, ...]:
        """Return the numbers of keys; the session is told by its agent and its name."""
        values, keys = iter(row), list[int]()
        if is_stepped:
            keys.append(next(values))
        for key in by:
            value = next(values)
            if key == "session":
                keys.append(self._names.number("sessions", next(values), value))
            elif key == "directory":
                keys.append(self._names.number("projects", value))
            else:
                keys.append(value)
        return tuple(keys)

    def _condition(self, chosen: Chosen, table: str) -> tuple[str, dict[str, Any]]:
        return condition_of(chosen, table, self._agents, self._names)

    def _all(self, statement: str, chosen: Chosen, table: str) -> list[tuple[Any, ...]]:
        condition, values = self._condition(chosen, table)
        return self._connection.execute(statement.format(condition), values).fetchall()

    def _ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()


def _columns(by: Sequence[Key]) -> list[str]:
    return [column for key in by for column in (("agent", key) if key == "session" else (key,))]
