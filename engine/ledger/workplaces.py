"""Where sessions work: what their lines told of it, kept by scope."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from engine.domain.workplaces import Workplace
from engine.ledger.names import Names

_ADD = "INSERT INTO workplaces (path, is_name) VALUES (?, ?) ON CONFLICT DO NOTHING"
_COLUMNS = "scope, session, workplace, rank, time, changed"
_PATH = "(SELECT path FROM workplaces WHERE workplace = {row}.workplace)"
_UNLESS_LESS = (
    " ON CONFLICT DO UPDATE SET workplace = excluded.workplace, rank = excluded.rank,"
    " time = excluded.time, changed = excluded.changed"
    " WHERE (excluded.rank, excluded.time, "
    + _PATH.format(row="excluded")
    + ") < (session_workplaces.rank, session_workplaces.time, "
    + _PATH.format(row="session_workplaces")
    + ")"
)
"""The smallest holds, as in `engine.domain.workplaces`."""
_KEEP = (
    f"INSERT INTO session_workplaces ({_COLUMNS}) VALUES"
    f" (?, ?, (SELECT workplace FROM workplaces WHERE path = ? AND is_name = ?), ?, ?, ?)"
    + _UNLESS_LESS
)
_COPY = (
    f"INSERT INTO session_workplaces ({_COLUMNS}) SELECT ?, session, workplace, rank, time, ?"
    " FROM session_workplaces WHERE scope = ?" + _UNLESS_LESS
)


def keep_workplaces(
    connection: sqlite3.Connection,
    names: Names,
    scopes: list[int],
    agent: str,
    told: Mapping[str, Workplace],
    revision: int,
) -> None:
    """Bring what lines told of an agent's sessions to what is known of them in some scopes."""
    rows = []
    for session, each in told.items():
        path, is_name = each.path, int(each.is_name)
        connection.execute(_ADD, (path, is_name))
        number = names.number("sessions", session, agent)
        rows.append((number, path, is_name, each.rank, each.time, revision))
    for scope in scopes:
        connection.executemany(_KEEP, [(scope, *row) for row in rows])


def copy_workplaces(
    connection: sqlite3.Connection, source: int, target: int, revision: int
) -> None:
    """Bring what is known in one scope to what is known in another."""
    connection.execute(_COPY, (target, revision, source))


def workplaces_in(connection: sqlite3.Connection, scope: int) -> dict[str, Workplace]:
    """Return where the sessions of a scope, which is of one agent, work."""
    rows = connection.execute(
        "SELECT name, rank, time, path FROM session_workplaces JOIN sessions USING (session)"
        " JOIN workplaces USING (workplace) WHERE scope = ?",
        (scope,),
    )
    return {name: Workplace(*told) for name, *told in rows.fetchall()}
