"""GitHub Copilot CLI, which may record a call in three places: they are one response.

The database tells of a call best and goes before the two logs, from its first call on. What
all three know of a call names it, so that one that is told from two of them counts once.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Set
from contextlib import closing

import msgspec

from engine.agents.base import (
    NANO_AIU,
    Agent,
    Kind,
    Lines,
    Place,
    Tokens,
    Told,
    Tree,
    count,
    one_file,
)
from engine.agents.copilot.traced import Traced
from engine.agents.fields import milliseconds, text
from engine.agents.fresh import Fresh
from engine.agents.opened import columns_of, open_read_only, selected
from engine.domain.times import SECOND

STORE = "session-store.db"
_TELEMETRY = "otel"

_TABLE = "assistant_usage_events"
_COLUMNS = (
    "session_id",
    "model",
    "created_at",
    "agent_id",
    "total_nano_aiu",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
_LATER = 5 * SECOND
"""A call may be so much later in the database than in a log."""

Alike = tuple[str, int, int, int]
"""What names a call in all three places: session, whole input, output, cache read."""


class Call(msgspec.Struct, frozen=True):
    """A call with the counts as Copilot has them: the cache is inside the input."""

    session: str
    time: int
    model: str
    directory: str
    input: int
    output: int
    cache_read: int
    cache_write: int
    reasoning: int
    nano: object = None
    """What it cost in billionths of an AI unit, if that was recorded."""
    sub_agent: str = ""

    @property
    def alike(self) -> Alike:
        """What names the call, but for others of the same session with the same counts."""
        return (self.session, self.input, self.output, self.cache_read)


def tell(call: Call, earlier: int, told: Told) -> None:
    """Tell of a call that so many calls of its session with the same counts came before."""
    nano = call.nano
    has_cost = isinstance(nano, int | float) and not isinstance(nano, bool) and nano > 0
    told.see(
        "\n".join(map(str, (*call.alike, earlier))),
        time=call.time,
        model=call.model.removesuffix("-1m"),
        tokens=Tokens(
            max(0, call.input - call.cache_read - call.cache_write),
            call.output,
            call.cache_read,
            call.cache_write,
        ),
        session=call.session,
        directory=call.directory,
        reasoning=call.reasoning,
        cost=nano / NANO_AIU if has_cost else None,  # type: ignore[operator]
        is_sidechain=bool(call.sub_agent),
        sub_agent=call.sub_agent,
    )


class Copilot(Agent):
    """GitHub Copilot CLI."""

    name = "copilot"
    title = "GitHub Copilot CLI"

    def __init__(self) -> None:
        self._firsts: dict[str, int] = {}
        self._traced: dict[str, Traced] = {}

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the places of the database, the sessions' events and the telemetry."""
        return (
            one_file(STORE, "database"),
            Tree("session-state", _events),
            Tree(_TELEMETRY, lambda path: "lines" if path.endswith(".jsonl") else None),
        )

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a log on, as far as the database does not tell of its calls."""
        from engine.agents.copilot.lines import Events, Spans
        from engine.agents.copilot.runs import session_of

        first = self._first_call(place.root)
        until = None if first is None else first - _LATER
        if place.path.startswith(f"{_TELEMETRY}/"):
            return Spans(place, state, told, until)
        is_traced = session_of(place.path) in self._traced_in(place.root)
        return Events(place, state, told, until, is_traced=is_traced)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the new calls."""
        there = columns_of(connection, _TABLE)
        sessions = columns_of(connection, "sessions")
        if not there and sessions:
            return state
        if not {"session_id", "input_tokens", "output_tokens", "created_at"} <= there:
            raise self.unknown(place, "calls with tokens")
        earlier = _Earlier(connection, there)
        fresh = Fresh(connection, state, place.now)
        columns = selected("t", there, _COLUMNS)
        own = selected("s", sessions, ("cwd",))
        joined = "LEFT JOIN sessions s ON s.id = t.session_id" if "id" in sessions else ""
        for row, *said, directory in fresh.rows(_TABLE, f"{columns}, {own}", joined, ""):
            session, model, created, agent, nano, *counted = said
            time = milliseconds(created)
            if time is None:
                told.problem(row, "a call without a time")
                continue
            given, output, read, written, reasoning = map(count, counted)
            call = Call(
                session=text(session),
                time=time,
                model=text(model),
                directory=text(directory),
                input=given,
                output=output,
                cache_read=read,
                cache_write=written,
                reasoning=reasoning,
                nano=nano,
                sub_agent=text(agent),
            )
            tell(call, earlier.of(call.alike, row), told)
        return fresh.state()

    def _traced_in(self, root: str) -> Set[str]:
        """Return the sessions whose calls the telemetry tells of."""
        if not os.path.isdir(os.path.join(root, _TELEMETRY)):
            return frozenset()
        return self._traced.setdefault(root, Traced(os.path.join(root, _TELEMETRY))).sessions()

    def _first_call(self, root: str) -> int | None:
        """Return when the database's first call was, `None` where it has none."""
        known = self._firsts.get(root)
        path = os.path.join(root, STORE)
        if known is not None or not os.path.exists(path):
            return known
        try:
            with closing(open_read_only(path)) as connection:
                row = connection.execute(
                    f"SELECT created_at FROM {_TABLE} ORDER BY rowid LIMIT 1"
                ).fetchone()
        except sqlite3.Error:
            return None
        first = milliseconds(row[0]) if row else None
        if first is not None:
            self._firsts[root] = first
        return first


class _Earlier:
    """Counts calls of a session with the same counts, over all of the table."""

    def __init__(self, connection: sqlite3.Connection, there: frozenset[str]) -> None:
        self._connection = connection
        read = "cache_read_tokens" if "cache_read_tokens" in there else "NULL"
        self._select = (
            f"SELECT input_tokens, output_tokens, {read}, count(*) FROM {_TABLE} "
            "WHERE session_id = ? AND rowid < ? GROUP BY 1, 2, 3"
        )
        self._first: int | None = None
        self._numbers: dict[str, dict[Alike, int]] = {}

    def of(self, alike: Alike, row: int) -> int:
        """Return how many came before a row; rows are asked for in their order."""
        session = alike[0]
        if self._first is None:
            self._first = row
        if session not in self._numbers:
            self._numbers[session] = self._before(session, self._first)
        numbers = self._numbers[session]
        numbers[alike] = numbers.get(alike, 0) + 1
        return numbers[alike] - 1

    def _before(self, session: str, row: int) -> dict[Alike, int]:
        if row <= 1:
            return {}
        numbers: dict[Alike, int] = {}
        for given, output, read, number in self._connection.execute(
            self._select, (session, row)
        ).fetchall():
            alike = (session, count(given), count(output), count(read))
            numbers[alike] = numbers.get(alike, 0) + number
        return numbers


def _events(path: str) -> Kind | None:
    """Say of a path whether it is a session's log: old versions had one file per session."""
    is_log = path.count("/") == 2 and path.endswith("/events.jsonl")
    return "lines" if is_log or (path.count("/") == 1 and path.endswith(".jsonl")) else None


AGENT = Copilot()
