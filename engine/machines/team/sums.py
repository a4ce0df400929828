"""Sums of chosen responses in a team's database, each from the smallest rollup that knows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal

from engine.domain.choices import Mode
from engine.domain.chosen import Chosen, Key, Step
from engine.domain.sums import KeyedSums, PlacedSums, PlaceSums, Sums
from engine.domain.times import DAY
from engine.machines.team.conditions import SLOTS_OF_HOUR
from engine.machines.team.responses import TeamResponses
from engine.machines.team.session_sums import (
    by_place,
    day_sums,
    directories_by_model,
    session_sums,
    sessions_by_model,
    sessions_by_place,
)
from engine.machines.team.steps import ahead, number_of, quarter_of, smallest_table

if TYPE_CHECKING:
    pass

_COSTS: dict[Mode, str] = {"auto": "cost", "calculate": "calculated", "display": "recorded"}
_UNPRICED: dict[Mode, str] = {"auto": "unpriced", "calculate": "uncalculated", "display": "0"}
_MOST_LISTED = 10_000
_QUARTERS_OF_DAY = 96


class TeamSums(TeamResponses):
    """Sums the responses of some agents, in one cost mode; numbers are those of `TeamNames`."""

    def sums(self, by: Sequence[Key], chosen: Chosen, step: Step | None = None) -> list[KeyedSums]:
        """Return sums by keys and model; with a step its number comes before the keys."""
        table = smallest_table(by, chosen, step)
        is_of_days = table == "hours" and (step is None or step.quarters == _QUARTERS_OF_DAY)
        if is_of_days or (table == "buckets" and "slot" not in by):
            make = day_sums if is_of_days else session_sums
            source, values = make(chosen, step, self._agents, self._names)
            number, condition = "step", "true"
        else:
            source = f"ccmon.{table}"
            condition, values = self._condition(chosen, table)
            number = number_of(step, quarter_of(table)) if step else ""
        keys = [*([number] if step else []), *_columns(by)]
        of = self._names.model_columns
        told = ", ".join([*keys, *of])
        places = ", ".join(str(place + 1) for place in range(len(keys) + len(of)))
        statement = (
            f"SELECT {told}, sum(responses), sum({_UNPRICED[self._mode]}), sum(input), sum(output),"
            f" sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),"
            f" sum({_COSTS[self._mode]}), min(first), max(last), sum(reasoning)"
            f" FROM {source} each WHERE {condition} GROUP BY {places}"
        )
        rows = self._connection.execute(statement, values).fetchall()
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
        keys = ", ".join(["step", *_columns(every)])
        source, values = session_sums(chosen, step, self._agents, self._names)
        rows = self._connection.execute(f"SELECT DISTINCT {keys} FROM {source} each", values)
        return [self._keyed(every, row, is_stepped=True) for row in rows.fetchall()]

    def placed(self, by: Literal["project", "model"], chosen: Chosen, /) -> PlacedSums:
        """Return sums by where sessions work, and how many sessions each place or model has."""
        names, of = self._names, self._names.model_columns
        source, values = session_sums(chosen, None, self._agents, names)

        def ask(statement: str) -> list[tuple[Any, ...]]:
            return self._connection.execute(statement, values).fetchall()

        def place(path: str | None, is_name: bool) -> int:
            return 0 if path is None else names.workplace_number(path, is_name)

        summed = ask(by_place(source, of, _COSTS[self._mode], _UNPRICED[self._mode]))
        rows = [
            PlaceSums(
                place(*row[:2]), names.model_number(*row[2:-11]), Sums._make(map(int, row[-11:]))
            )
            for row in summed
        ]
        if by == "project":
            sessions = [(place(*key), count) for *key, count in ask(sessions_by_place(source))]
            return PlacedSums(rows, sessions, sum(count for _, count in sessions), [])
        counted = ask(sessions_by_model(source, of))
        return PlacedSums(
            rows,
            [(names.model_number(*row[:-2]), row[-2]) for row in counted if not row[-1]],
            sum(row[-2] for row in counted if row[-1]),
            [
                (names.model_number(*key), names.number("projects", directory), first)
                for *key, directory, first in ask(directories_by_model(source, of))
            ],
        )

    def session_steps(
        self, chosen: Chosen, length: int, offsets: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int, int]]:
        """Return first and last step of local time with the sessions that begin and end there.

        A session with steps in between comes alone. All time is chosen.
        """
        first, last = (
            f"({end} + {DAY} + {ahead(end, offsets)}) / {length} - {DAY // length}"
            for end in ("first", "last")
        )
        # Who chooses by directory or model alone needs the sessions' parts.
        has_parts = chosen.directories is not None or chosen.models is not None
        table = "session_spans"
        source = f"ccmon.{table} WHERE {{}}"
        if has_parts:
            table = "session_totals"
            source = (
                "(SELECT person, agent, session, min(first) AS first, max(last) AS last"
                f" FROM ccmon.{table} WHERE {{}} GROUP BY 1, 2, 3) each"
            )
        named = ", ".join(
            f"CASE WHEN until - step IN (0, 1) THEN NULL ELSE {each} END"
            for each in ("person", "agent", "session")
        )
        rows = self._all(
            f"SELECT step, until, {named}, count(*) FROM (SELECT person, agent, session,"
            f" {first} AS step, {last} AS until FROM {source} OFFSET 0) steps"
            " GROUP BY 1, 2, 3, 4, 5",
            chosen,
            table,
        )
        number = self._names.number
        return [
            (step, until, number("sessions", *of[::-1]) if of[0] is not None else 0, count)
            for step, until, *of, count in rows
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

    def numbers(self, key: Literal["session", "directory", "model"]) -> list[int]:
        """Return the sessions, directories or models that have responses."""
        if key == "model":
            of = ", ".join(self._names.model_columns)
            rows = self._all(
                f"SELECT DISTINCT {of} FROM ccmon.days WHERE {{}}",
                Chosen(),
                "days",
            )
            return [self._names.model_number(*row) for row in rows]
        told = ", ".join(_columns((key,)))
        rows = self._all(
            f"SELECT DISTINCT {told} FROM ccmon.session_totals WHERE {{}}",
            Chosen(),
            "session_totals",
        )
        return [self._keyed((key,), row)[0] for row in rows]

    def workplaces(self, sessions: Collection[int] | None = None, /) -> list[tuple[int, int]]:
        """Return where each session works, of some or of all."""
        names, condition = self._names, "agent = ANY(%s)"
        values: list[Any] = [self._agents]
        if sessions is not None and len(sessions) < _MOST_LISTED:
            keys = [names.row("sessions", session) for session in sessions]
            condition += (
                " AND (session, agent, person) IN"
                " (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))"
            )
            values += [[key[place] for key in keys] for place in range(3)]
        rows = self._ask(
            "SELECT session, agent, person, workplace, is_name FROM ccmon.sessions"
            f" WHERE {condition} ORDER BY session, person",
            *values,
        )
        return [
            (names.number("sessions", *row[:3]), names.workplace_number(*row[3:])) for row in rows
        ]

    def places(self) -> list[int]:
        """Return where sessions with responses work."""
        rows = self._ask(
            "SELECT DISTINCT workplace, is_name FROM ccmon.sessions WHERE agent = ANY(%s)",
            self._agents,
        )
        return sorted(self._names.workplace_number(*row) for row in rows)

    def _keyed(
        self, by: Sequence[Key], row: tuple[Any, ...], *, is_stepped: bool = False
    ) -> tuple[int, ...]:
        """Return the numbers of keys; a session is told by its person, agent and name."""
        values, keys = iter(row), list[int]()
        if is_stepped:
            keys.append(next(values))
        for key in by:
            value = next(values)
            if key == "session":
                agent, name = next(values), next(values)
                keys.append(self._names.number("sessions", name, agent, value))
            elif key == "directory":
                keys.append(self._names.number("projects", value))
            else:
                keys.append(value)
        return tuple(keys)


def _columns(by: Sequence[Key]) -> list[str]:
    of_session = ("person", "agent", "session")
    return [column for key in by for column in (of_session if key == "session" else (key,))]
