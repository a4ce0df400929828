"""Responses that stand in for a transcript: they count until it is in the ledger, and no longer.

Which sessions have a transcript only ever grows: a session is noted with its workplace when any
line of it is read, whatever response the line is of. So what counts depends neither on the order
in which telemetry and transcripts come, nor on how often either is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from engine.domain.responses import CLAUDE, TELEMETRY, Sighting
from engine.ledger.sums import COUNTS

STANDS_IN_FOR = {TELEMETRY: CLAUDE}
"""Agents whose responses stand in for those of another, which has the same sessions."""

_HAS_TRANSCRIPT = (
    "SELECT 1 FROM sessions JOIN scopes USING (agent) WHERE sessions.name = ? AND agent = ?"
    " AND (EXISTS (SELECT 1 FROM session_workplaces w"
    " WHERE w.scope = scopes.scope AND w.session = sessions.session)"
    " OR EXISTS (SELECT 1 FROM session_totals t"
    " WHERE t.scope = scopes.scope AND t.session = sessions.session)) LIMIT 1"
)
"""Of a ledger of before workplaces were kept, the sums tell which sessions were read."""
_OF_SESSION = (
    "SELECT id FROM responses r, (SELECT t.session, min(first) AS first, max(last) AS last"
    " FROM session_totals t JOIN sessions USING (session)"
    " WHERE t.scope = :scope AND sessions.name = :session AND sessions.agent = :agent"
    " AND t.responses > 0) s"
    f" WHERE r.scope = :scope AND r.time BETWEEN s.first AND s.last AND r.session = s.session"
    f" AND {COUNTS}"
)


def without_transcripts(
    connection: sqlite3.Connection, agent: str, told: Mapping[int, Sighting]
) -> Mapping[int, Sighting]:
    """Return those of an agent's responses that count: all, of one that stands in for nobody."""
    stood_for = STANDS_IN_FOR.get(agent)
    if stood_for is None:
        return told
    known = {
        session
        for session in {each.session for each in told.values()}
        if connection.execute(_HAS_TRANSCRIPT, (session, stood_for)).fetchone()
    }
    return {id_: each for id_, each in told.items() if each.session not in known}


def yielding(
    connection: sqlite3.Connection, agent: str, sessions: Iterable[str]
) -> Iterator[tuple[int, list[int]]]:
    """Yield the scopes with responses that an agent's transcripts take the place of, and those.

    `sessions` are the ones whose transcripts are being booked.
    """
    others = [other for other, stood_for in STANDS_IN_FOR.items() if stood_for == agent]
    for other in others:
        scopes = connection.execute("SELECT scope FROM scopes WHERE agent = ?", (other,))
        for (scope,) in scopes.fetchall():
            found = [
                id_
                for session in sessions
                for (id_,) in connection.execute(
                    _OF_SESSION, {"scope": scope, "session": session, "agent": other}
                )
            ]
            if found:
                yield scope, found
