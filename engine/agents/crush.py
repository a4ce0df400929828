"""Crush: a `crush.db` in each project that knows what a session cost, and no sums of tokens.

A session's cost holds that of the sessions it started, so it is spread over the answers of them
all, by which model each one came is known. (The tokens of a session are those of its last call.)
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import (
    BY_REPLY,
    Agent,
    Place,
    Told,
    Tree,
    Unreadable,
    one_file,
    pico,
)
from engine.agents.fields import Odd, decode, milliseconds, text
from engine.agents.grown import Grown, Left, Reply, left_in
from engine.agents.opened import columns_of, selected


class Project(Struct, gc=False):
    """A project as Crush's list of all projects has it."""

    path: Any = None
    data_dir: Any = None


class Projects(Struct):
    """Crush's list of all projects."""

    projects: list[Project | Odd] = []


class _Left(Left):
    """Where reading left off."""

    row: int = -1
    """The last answer that was looked at, -1 where none ever was."""


_projects = msgspec.json.Decoder(Projects)


class Crush(Agent):
    """Crush, with the `.crush` directory of a project as root."""

    name = "crush"
    title = "Crush"
    is_cumulative = True
    note = BY_REPLY

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("crush.db", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions cost since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "cost"} <= there:
            raise self.unknown(place, "sessions with a cost")
        left = left_in(state, _Left)
        grown = Grown(left.used, told)
        answers = _Answers(connection, there, left.row)
        columns = selected("s", there, ("id", "cost", "created_at"))
        alone = "WHERE s.parent_session_id IS NULL" if "parent_session_id" in there else ""
        for name, cost, created in connection.execute(
            f"SELECT {columns} FROM sessions s {alone}"
        ).fetchall():
            session, begun = text(name), milliseconds(created)
            last = answers.last(session)
            grown.book(
                session,
                (0, 0, 0, 0, 0, pico(cost) or 0),
                time=grown.moment(session, begun, place.now),
                model=last.model if last else "",
                provider=last.provider if last else "",
                replies=answers.of(session, is_new=grown.used(session) is None),
                directory=os.path.dirname(place.root.rstrip("/\\")),
            )
        left.used, left.row = grown.state(), answers.end
        return msgspec.msgpack.encode(left)


class _Answers:
    """When the answers of sessions came and by which model, each session's with its children's."""

    def __init__(
        self, connection: sqlite3.Connection, sessions: frozenset[str], after: int
    ) -> None:
        self.end = after
        self._after = after
        self._found: dict[str, list[tuple[int, Reply]]] = {}
        there = columns_of(connection, "messages")
        if not {"session_id", "role", "created_at"} <= there:
            return
        parents = _parents(connection) if "parent_session_id" in sessions else {}
        columns = selected("m", there, ("session_id", "created_at", "model", "provider"))
        for row, session, created, model, provider in connection.execute(
            f"SELECT m.rowid, {columns} FROM messages m WHERE m.role = 'assistant'"
            " ORDER BY m.created_at, m.rowid"
        ):
            time = milliseconds(created)
            if time is not None:
                reply = Reply(time, text(model), text(provider))
                self._found.setdefault(_root(text(session), parents), []).append((row, reply))
                self.end = max(self.end, row)

    def of(self, session: str, *, is_new: bool) -> list[Reply]:
        """Return a session's answers since the last look, of a session new to us all."""
        found = self._found.get(session, [])
        return [reply for row, reply in found if is_new or 0 <= self._after < row]

    def last(self, session: str) -> Reply | None:
        """Return a session's last answer that names its model."""
        found = self._found.get(session, [])
        return next((reply for _, reply in reversed(found) if reply.model), None)


def _parents(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT id, parent_session_id FROM sessions WHERE parent_session_id IS NOT NULL"
    )
    return {text(session): text(parent) for session, parent in rows}


def _root(session: str, parents: dict[str, str]) -> str:
    """Return the session that a session was started by, and that by none."""
    seen = {session}
    while (parent := parents.get(session)) and parent not in seen:
        session = parent
        seen.add(parent)
    return session


def places_in(index: bytes) -> list[str]:
    """Return the data directories of all projects, from the list in `projects.json`."""
    try:
        listed = decode(_projects, index).projects
    except Unreadable:
        return []
    found = (
        os.path.join(text(each.path), text(each.data_dir) or ".crush")
        for each in listed
        if isinstance(each, Project)
    )
    return [place for place in dict.fromkeys(found) if os.path.isabs(place)]


AGENT = Crush()
