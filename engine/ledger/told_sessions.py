"""Keeps what a status line was told of sessions: the size of their contexts, the API's time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.ledger.connection import Connection


def note_session(
    ledger: Connection, session: str, model: str, context: int | None, api_time: int | None
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
            "INSERT OR REPLACE INTO told_sessions (session, model, context, api_time)"
            " VALUES (?,?,?,?)",
            (*kept, *wanted),
        )


def api_time_of(ledger: Connection, session: str) -> int | None:
    """Return the longest time that the API is known to have worked for a session."""
    with ledger.lock:
        row = ledger.connection.execute(
            "SELECT max(api_time) FROM told_sessions WHERE session = ?", (session,)
        ).fetchone()
    return None if row[0] is None else int(row[0])


def context_sizes(ledger: Connection, session: str) -> Mapping[str, int]:
    """Return how long a session's contexts may be, by model."""
    with ledger.lock:
        return dict(
            ledger.connection.execute(
                "SELECT model, context FROM told_sessions WHERE session = ? AND context > 0",
                (session,),
            ).fetchall()
        )
