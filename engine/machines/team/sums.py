"""Sums of chosen responses in a team's database, each from the smallest rollup that knows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from engine.domain.choices import Mode
from engine.domain.chosen import LATEST_SLOT, Chosen, Key, Single, Step
from engine.domain.exported import BookedResponse, ExportedMonth
from engine.domain.periods import month_bounds
from engine.domain.slots import slot_bounds
from engine.domain.sums import KeyedSums, Sums
from engine.domain.times import DAY
from engine.machines.team.columns import key_of
from engine.machines.team.names import TeamNames

if TYPE_CHECKING:
    from psycopg import Connection

_QUARTERS_OF_HOUR = 4
_QUARTERS_OF_DAY = 96
_SLOTS_OF_HOUR = 8
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
_MODEL = ("agent", "provider", "model")
_APART = (*_MODEL, "person", "machine")
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
        table = _smallest_table(by, chosen, step)
        keys = [*([_number_of(step, table)] if step else []), *_columns(by)]
        of = self._of_model
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
        keys = ", ".join([_number_of(step, "buckets"), *_columns(every)])
        rows = self._all(f"SELECT DISTINCT {keys} FROM ccmon.buckets WHERE {{}}", chosen, "buckets")
        return [self._keyed(every, row, is_stepped=True) for row in rows]

    def session_steps(
        self, chosen: Chosen, length: int, offsets: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int]]:
        """Return steps of local time with the number of sessions that have all they have in one.

        A session that goes on over several steps comes alone. All time is chosen.
        """
        first, last = (
            f"({end} + {DAY} + {_ahead(end, offsets)}) / {length} - {DAY // length}"
            for end in ("f", "l")
        )
        rows = self._all(
            "WITH steps AS MATERIALIZED"
            f" (SELECT agent, session, {first} AS step, {last} AS until FROM"
            "  (SELECT agent, session, min(first) AS f, max(last) AS l FROM ccmon.session_totals"
            "   WHERE {} GROUP BY 1, 2) each)"
            " SELECT step, NULL, NULL, count(*) FROM steps WHERE step = until GROUP BY 1"
            " UNION ALL SELECT step, agent, session, 1 FROM steps WHERE step <> until",
            chosen,
            "session_totals",
        )
        number = self._names.number
        return [
            (step, number("sessions", session, agent) if session is not None else 0, count)
            for step, agent, session, count in rows
        ]

    def end(self) -> int:
        """Return a slot after the last that has sums."""
        ((hour,),) = self._ask("SELECT max(hour) FROM ccmon.hours")
        return 0 if hour is None else (hour + 1) * _SLOTS_OF_HOUR

    def slot_from(self, first: int) -> int | None:
        """Return a slot at a slot or after it, before which none from there on has sums."""
        ((hour,),) = self._ask(
            "SELECT min(hour) FROM ccmon.hours WHERE hour >= %s", first // _SLOTS_OF_HOUR
        )
        return None if hour is None else max(first, hour * _SLOTS_OF_HOUR)

    def singles(self) -> list[KeyedSums]:
        """Return all responses in time order, each as sums of it by its directory and session."""
        of = ", ".join(_BILLED if each == "model" else each for each in self._of_model)
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
        of = ", ".join(_BILLED if each == "model" else each for each in self._of_model)
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
            rows = self._all(
                f"SELECT DISTINCT {', '.join(self._of_model)} FROM ccmon.hours WHERE {{}}",
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
        of = ", ".join(f"r.{each}" for each in self._of_model if each != "model")
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

    @property
    def _of_model(self) -> tuple[str, ...]:
        """What a model's number stands for, as columns."""
        return _APART if self._names.is_apart else _MODEL

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
        """Return what chooses rows of a table, as SQL and its values."""
        conditions, values = ["agent = ANY(%(agents)s)"], dict[str, Any](agents=self._agents)
        for name, bound, sign in (
            ("first", chosen.first, ">="),
            ("before", chosen.before, "<"),
        ):
            if table != "session_totals" and 0 < bound < LATEST_SLOT:
                conditions.append(f"{_TIMES[table]} {sign} %({name})s")
                values[name] = _bound(table, bound)
        if chosen.directories is not None:
            conditions.append("directory = ANY(%(directories)s)")
            values["directories"] = [self._names.name("projects", n) for n in chosen.directories]
        for name, columns, rows in self._listed(chosen):
            made = ", ".join(
                f"%({name}{place})s::{_ARRAYS.get(column, 'text')}[]"
                for place, column in enumerate(columns)
            )
            told = ", ".join(columns)
            picked = f"SELECT * FROM unnest({made})"
            if name == "workplaces":
                told = "agent, session"
                picked = (
                    "SELECT agent, session FROM ccmon.sessions WHERE (workplace, is_name)"
                    f" IN ({picked})"
                )
            conditions.append(f"({told}) IN ({picked})")
            for place in range(len(columns)):
                values[f"{name}{place}"] = [row[place] for row in rows]
        return " AND ".join(conditions), values

    def _listed(self, chosen: Chosen) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
        """Yield what is chosen by lists: a name, columns, and their values."""
        names = self._names
        if chosen.sessions is not None:
            rows: list[tuple[Any, ...]] = [names.row("sessions", n) for n in chosen.sessions]
            yield "sessions", ["session", "agent"], rows
        if chosen.workplaces is not None:
            known = names.workplaces()
            yield "workplaces", ["workplace", "is_name"], [known[n] for n in chosen.workplaces]
        if chosen.models is not None:
            rows = [names.model_key(number)[: len(self._of_model)] for number in chosen.models]
            yield "models", list(self._of_model), rows

    def _all(self, statement: str, chosen: Chosen, table: str) -> list[tuple[Any, ...]]:
        condition, values = self._condition(chosen, table)
        return self._connection.execute(statement.format(condition), values).fetchall()

    def _ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()


_ARRAYS = {"is_name": "boolean", "machine": "bigint"}
_TIMES = {"buckets": "slot", "hours": "hour", "responses": "time"}


def _bound(table: str, slot: int) -> int:
    """Return what a slot is by the column that tells a table's time."""
    if table == "responses":
        return slot_bounds(slot)[0]
    return slot // _SLOTS_OF_HOUR if table == "hours" else slot


def _columns(by: Sequence[Key]) -> list[str]:
    return [column for key in by for column in (("agent", key) if key == "session" else (key,))]


def _smallest_table(by: Sequence[Key], chosen: Chosen, step: Step | None) -> str:
    needs_time = step is not None or "slot" in by or not chosen.is_of_all_time
    if not needs_time:
        return "session_totals"
    ends = (chosen.first, 0 if chosen.before >= LATEST_SLOT else chosen.before)
    is_hourly = not any(end % _SLOTS_OF_HOUR for end in ends) and (
        step is None or not (step.ahead % _QUARTERS_OF_HOUR or step.quarters % _QUARTERS_OF_HOUR)
    )
    has_place = any(
        each is not None for each in (chosen.sessions, chosen.directories, chosen.workplaces)
    )
    return "hours" if is_hourly and not by and not has_place else "buckets"


def _number_of(step: Step, table: str) -> str:
    """Return the number of a step as SQL, rounded down also before 1970."""
    if table == "hours":
        hours, ahead = step.quarters // _QUARTERS_OF_HOUR, step.ahead // _QUARTERS_OF_HOUR
        return f"(hour + {ahead + 24}) / {hours} - {24 // hours}"
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
