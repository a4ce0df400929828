"""The first OpenCode, written in Go: a database in each project, with what sessions cost.

A session's counts of tokens are those of its last call alone, so they are no sum and are not
counted. Its cost is a sum, and holds that of the sessions it started.
"""

from __future__ import annotations

import os
import sqlite3

from engine.agents.base import Agent, Kind, Place, Told, Tree, UnknownStore, pico
from engine.agents.fields import milliseconds, text
from engine.agents.grown import Grown
from engine.agents.opened import columns_of, selected


class OpenCodeGo(Agent):
    """The first OpenCode, with the `.opencode` directory of a project as root."""

    name = "opencode-go"
    title = "OpenCode (Go)"
    is_cumulative = True

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (Tree("", _kind, is_deep=False),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions cost since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "cost", "completion_tokens"} <= there:
            raise UnknownStore(
                f"{place.path} has no sessions with a cost: it is of an unknown version of "
                "OpenCode, or just being made."
            )
        grown = Grown(state, told)
        models = _models(connection)
        columns = selected("s", there, ("id", "cost", "created_at"))
        alone = "WHERE s.parent_session_id IS NULL" if "parent_session_id" in there else ""
        for name, cost, created in connection.execute(
            f"SELECT {columns} FROM sessions s {alone} ORDER BY s.rowid"
        ).fetchall():
            begun = milliseconds(created)
            is_new = grown.used(text(name)) is None and begun is not None
            grown.book(
                text(name),
                (0, 0, 0, 0, 0, pico(cost) or 0),
                time=begun if is_new and begun is not None else place.now,
                model=models.get(text(name), ""),
                directory=os.path.dirname(place.root.rstrip("/\\")),
            )
        return grown.state()


def _models(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the model that answered last in each session."""
    if not {"session_id", "role", "model", "created_at"} <= columns_of(connection, "messages"):
        return {}
    rows = connection.execute(
        "SELECT session_id, model FROM messages WHERE role = 'assistant' AND model <> '' "
        "ORDER BY created_at, rowid"
    ).fetchall()
    return {text(session): text(model) for session, model in rows}


def _kind(path: str) -> Kind | None:
    return "database" if path == "opencode.db" else None


AGENT = OpenCodeGo()
