"""Keeps what a status line was told of sessions: the size of their contexts, the API's time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.ledger.connection import Connection


def note_session(
    ledger: Connection,
    session: str,
    model: str,
    context: int | None,
    api_time: int | None,
    now: int,
) -> None:
    """Note the size of a session's context (tokens, of one model), and the API's time (ms)."""
    kept = (session, model)
    with ledger.lock:
        known = ledger.connection.execute(
            "SELECT context, api_time FROM told_sessions WHERE session = ? AND model = ?", kept
        ).fetchone()
    size, most = known or (None, None)
    wanted = context or size, max(api_time or 0, most or 0) or None
    if wanted == (size, most):
        return
    with ledger.transaction():
        ledger.connection.execute(
            "INSERT OR REPLACE INTO told_sessions (session, model, context, api_time, told_at)"
            " VALUES (?,?,?,?,?)",
            (*kept, *wanted, now),
        )


def api_time_of(ledger: Connection, session: str) -> int | None:
    """Return the longest time that the API is known to have worked for a session."""
    with ledger.lock:
        row = ledger.connection.execute(
            "SELECT max(api_time) FROM told_sessions WHERE session = ?", (session,)
        ).fetchone()
    return None if row[0] is None else int(row[0])


def context_sizes(ledger: Connection, since: int) -> Mapping[tuple[str, str], int]:
    """Return how long contexts may be that were told of since a time, by session and model."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT session, model, context FROM told_sessions WHERE told_at >= ? AND context > 0",
            (since,),
        ).fetchall()
    return {(session, model): context for session, model, context in rows}


def last_response_of(ledger: Connection, session: str) -> int | None:
    """Return when the last response of a session of Claude Code came, where one is known."""
    if not session:
        return None
    with ledger.lock:
        row = ledger.connection.execute(
            "SELECT max(last) FROM session_totals WHERE scope IN (SELECT scope FROM scopes WHERE"
            " agent = 'claude') AND session = (SELECT session FROM sessions WHERE name = ? AND"
            " agent = 'claude') AND responses > 0",
            (session,),
        ).fetchone()
    return None if row[0] is None else int(row[0])


def root_of_session(ledger: Connection, session: str) -> str | None:
    """Return the path of the root that a session's transcript lies below, where it was read."""
    if not session or "/" in session:
        return None
    with ledger.lock:
        row = ledger.connection.execute(
            "SELECT roots.path FROM files JOIN roots USING (root) WHERE roots.agent = 'claude' AND"
            " substr(files.path, ?) = ? ORDER BY files.mtime DESC LIMIT 1",
            (-len(session) - 7, f"/{session}.jsonl"),
        ).fetchone()
    return None if row is None else str(row[0])
