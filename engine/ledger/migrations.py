"""Brings a ledger of an earlier version to this one, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from engine.domain.owners import UNKNOWN
from engine.domain.responses import CLAUDE, FAST
from engine.domain.workplaces import SIDE, UNNAMED
from engine.ledger.schema import (
    EVENTS,
    HITS,
    INDEXES,
    LISTINGS,
    MACHINES,
    MODELS,
    OWNERS,
    PACKS,
    PROJECTS,
    READINGS,
    ROOTS,
    SESSIONS,
    TOLD_SESSIONS,
    VERSION,
    WORKPLACES,
)
from engine.ledger.sums import ADD, SLOT, SPAN_ANEW, TAKE_AWAY, TEMPORARY_TABLES
from engine.ledger.versions import note_writer

_WITH_REASONING = ("responses", "buckets", "slot_totals", "session_totals")
_IS_FAST = "flags & 1 AND model IN (SELECT model FROM models WHERE name <> '')"


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps from the ledger's version to this one, unless another process just has.

    A kill on the way leaves the earlier version whole.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in _STEPS[version - 1 :]:
            step(connection)
        note_writer(connection)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _to_2(connection: sqlite3.Connection) -> None:
    """Add readings, hits and events, and count responses of fast mode under names of their own."""
    for statement in (READINGS, HITS, EVENTS, *INDEXES):
        connection.execute(statement)
    connection.execute("ALTER TABLE models ADD COLUMN is_fast INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        f"INSERT INTO models (name, price, is_fast) SELECT name || '{FAST}', price, 1 FROM models"
        " WHERE name <> '' AND model IN (SELECT model FROM responses WHERE flags & 1)"
        " ON CONFLICT DO NOTHING"
    )
    _add_reasoning(connection)
    for statement in TEMPORARY_TABLES:
        connection.execute(statement)
    for (scope,) in connection.execute("SELECT scope FROM scopes").fetchall():
        _rename_fast(connection, scope)


def _rename_fast(connection: sqlite3.Connection, scope: int) -> None:
    place = {
        "scope": scope,
        "revision": connection.execute("SELECT revision FROM clock").fetchone()[0],
    }
    listed = f"FROM responses WHERE scope = :scope AND {_IS_FAST}"
    connection.execute("DELETE FROM temp.booked")
    connection.execute("DELETE FROM temp.moved")
    connection.execute(f"INSERT INTO temp.booked SELECT id {listed}", place)
    connection.execute(
        f"INSERT INTO temp.moved SELECT {SLOT}, session, project, model {listed}", place
    )
    for statement in TAKE_AWAY:
        connection.execute(statement, place)
    connection.execute(
        "UPDATE responses SET model = (SELECT fast.model FROM models fast JOIN models base"
        f" ON fast.name = base.name || '{FAST}' WHERE base.model = responses.model)"
        " WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)",
        place,
    )
    for statement in (*ADD, *SPAN_ANEW):
        connection.execute(statement, place)


def _to_3(connection: sqlite3.Connection) -> None:
    """Let names and sums be of any agent: all that there is is Claude Code's."""
    for table, made, columns in (
        ("roots", ROOTS, "root, path"),
        ("sessions", SESSIONS, "session, name"),
        ("models", MODELS, "model, name, price, is_fast"),
    ):
        connection.execute(f"ALTER TABLE {table} RENAME TO earlier_{table}")
        connection.execute(made)
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM earlier_{table}")
        connection.execute(f"DROP TABLE earlier_{table}")
    connection.execute("ALTER TABLE scopes ADD COLUMN agent TEXT NOT NULL DEFAULT 'claude'")
    connection.execute("ALTER TABLE files ADD COLUMN state BLOB NOT NULL DEFAULT x''")
    _add_reasoning(connection)


def _add_reasoning(connection: sqlite3.Connection) -> None:
    """Give responses and sums the column that today's statements sum, unless they have it."""
    for table in _WITH_REASONING:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        if "reasoning" not in {column[1] for column in columns}:
            connection.execute(
                f"ALTER TABLE {table} ADD COLUMN reasoning INTEGER NOT NULL DEFAULT 0"
            )


_ORGANIZATIONS = (
    "SELECT account FROM readings WHERE source = 'desktop' EXCEPT"
    " SELECT account FROM readings WHERE source <> 'desktop'"
)
"""What the desktop app alone names is an organization."""


def _to_4(connection: sqlite3.Connection) -> None:
    """Let readings and events be of owners: until one is named nobody knows whose they are."""
    connection.execute(OWNERS)
    connection.execute(TOLD_SESSIONS)
    if "account" not in _columns(connection, "readings"):
        return
    connection.execute("ALTER TABLE readings RENAME TO earlier_readings")
    connection.execute("ALTER TABLE events RENAME TO earlier_events")
    connection.execute("DROP INDEX IF EXISTS readings_by_time")
    connection.execute("DROP INDEX IF EXISTS events_by_time")
    connection.execute(READINGS)
    connection.execute(EVENTS)
    kept = "window, source, session, resets_at, captured_at, confirmed_at, used_share"
    organizations = _ORGANIZATIONS.replace("readings", "earlier_readings")
    connection.execute(
        f"INSERT OR REPLACE INTO readings (owner, {kept}) SELECT CASE"
        f" WHEN account = '' OR source = 'agent' THEN '{UNKNOWN}'"
        f" WHEN account IN ({organizations}) THEN '/' || account ELSE account || '/' END, {kept}"
        " FROM earlier_readings"
    )
    told = "window, start, kind, level, is_official, until, time, severity, title, text"
    connection.execute(
        f"INSERT INTO events (owner, {told}) SELECT '{UNKNOWN}', {told} FROM earlier_events"
    )
    for table in ("readings", "events"):
        connection.execute(f"DROP TABLE earlier_{table}")
    for statement in INDEXES:
        if " readings_by_time " in statement or " events_by_time " in statement:
            connection.execute(statement)


_KNOWN_WORKPLACES = (
    "SELECT scope, session, min(first) AS first,"
    f" CASE WHEN sessions.agent = '{CLAUDE}' OR directory = '' THEN projects.name ELSE directory"
    f" END AS path, sessions.agent = '{CLAUDE}' OR directory = '' AS is_name"
    " FROM session_totals JOIN sessions USING (session) JOIN projects USING (project)"
    " WHERE first IS NOT NULL GROUP BY scope, session"
)
"""Other agents' projects are named after working directories; of Claude Code's sessions nothing
is known but the directory's name. SQLite takes all columns from the row with the minimum."""


def _to_5(connection: sqlite3.Connection) -> None:
    """Let sessions be of working directories.

    Every file that is still there is read once more from its start, by which nothing doubles:
    it is as if others were in their places. Of counts that only grow it stays known what they
    were. What was not read again says less than what will be.
    """
    for statement in WORKPLACES:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO workplaces (path, is_name)"
        f" SELECT DISTINCT path, is_name FROM ({_KNOWN_WORKPLACES})"
    )
    connection.execute(
        "INSERT INTO session_workplaces (scope, session, workplace, rank, time, changed)"
        f" SELECT scope, session, workplace, iif(is_name, {UNNAMED}, {SIDE}), first, revision"
        f" FROM ({_KNOWN_WORKPLACES}) JOIN workplaces USING (path, is_name), clock"
    )
    connection.execute("ALTER TABLE projects RENAME TO earlier_projects")
    connection.execute(PROJECTS)
    connection.execute("INSERT INTO projects SELECT project, name FROM earlier_projects")
    connection.execute("DROP TABLE earlier_projects")
    connection.execute(
        "UPDATE files SET device = -1, inode = -1, mtime = -1, position = 0, fingerprint = -1"
    )


def _to_6(connection: sqlite3.Connection) -> None:
    """Let responses be in packs."""
    for statement in PACKS:
        connection.execute(statement)


def _to_7(connection: sqlite3.Connection) -> None:
    """Let listings be kept."""
    connection.execute(LISTINGS)


def _to_8(connection: sqlite3.Connection) -> None:
    """Let responses be of machines: all that there are are of this one."""
    connection.execute(MACHINES)
    if "machine" in _columns(connection, "models"):
        return
    kept = "model, name, agent, provider, price, is_fast"
    connection.execute("ALTER TABLE models RENAME TO earlier_models")
    connection.execute(MODELS)
    connection.execute(f"INSERT INTO models ({kept}) SELECT {kept} FROM earlier_models")
    connection.execute("DROP TABLE earlier_models")


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


_STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _to_2,
    _to_3,
    _to_4,
    _to_5,
    _to_6,
    _to_7,
    _to_8,
)
"""The first leads from version 1 to 2."""
