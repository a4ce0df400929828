"""The first OpenCode, written in Go: a database in each project, with what sessions cost.

A session's cost is a sum, and holds that of the sessions it started. Its counts of tokens
are sums in the first versions alone; since then they are those of the last call, and are not
counted. (In sessions of public repositories cost is tokens times price up to 5 May 2025.)
"""

from __future__ import annotations

import os
import sqlite3

from engine.agents.base import BY_SESSION, Agent, Place, Told, Tree, one_file, pico
from engine.agents.fields import milliseconds, text
from engine.agents.grown import Grown, Used, whole
from engine.agents.opened import columns_of, selected
from engine.domain.times import parse_time

_LAST_CALL_SINCE = parse_time("2025-05-06T00:00:00Z") or 0
"""Sessions begun from then on have the counts of their last call."""


class OpenCodeGo(Agent):
    """The first OpenCode, with the `.opencode` directory of a project as root."""

    name = "opencode-go"
    title = "OpenCode (Go)"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("opencode.db", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions cost since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "cost", "completion_tokens"} <= there:
            raise self.unknown(place, "sessions with a cost")
        grown = Grown(state, told)
        models = _models(connection)
        columns = selected(
            "s", there, ("id", "created_at", "cost", "prompt_tokens", "completion_tokens")
        )
        alone = "WHERE s.parent_session_id IS NULL" if "parent_session_id" in there else ""
        for name, created, *counted in connection.execute(
            f"SELECT {columns} FROM sessions s {alone} ORDER BY s.rowid"
        ).fetchall():
            begun = milliseconds(created)
            session = text(name)
            grown.book(
                session,
                _used(begun, *counted),
                time=grown.moment(session, begun, place.now),
                model=models.get(session, ""),
                directory=os.path.dirname(place.root.rstrip("/\\")),
            )
        return grown.state()


def _used(begun: int | None, cost: object, prompt: object, completion: object) -> Used:
    """Return what a session used, as far as that is known."""
    has_sums = begun is not None and begun < _LAST_CALL_SINCE
    given, output = (whole(prompt), whole(completion)) if has_sums else (0, 0)
    return (given, output, 0, 0, 0, pico(cost) or 0)


def _models(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the model that answered last in each session."""
    if not {"session_id", "role", "model", "created_at"} <= columns_of(connection, "messages"):
        return {}
    rows = connection.execute(
        "SELECT session_id, model FROM messages WHERE role = 'assistant' AND model <> '' "
        "ORDER BY created_at, rowid"
    ).fetchall()
    return {text(session): text(model) for session, model in rows}


AGENT = OpenCodeGo()
