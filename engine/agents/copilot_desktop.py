"""GitHub Copilot's desktop app: sessions that only its own database tells of.

App and CLI share a directory, and most sessions are told call by call in the places that
`engine.agents.copilot` reads. What the app's database alone knows is a session's sums.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from engine.agents.base import BY_SESSION, NANO_AIU, Agent, Place, Told, Tree, one_file
from engine.agents.fields import milliseconds, text
from engine.agents.grown import Grown, Used, whole
from engine.agents.opened import columns_of, open_read_only, selected
from engine.domain.responses import PICO

_CALLS = "assistant_usage_events"
_COUNTS = (
    "total_input_tokens",
    "total_output_tokens",
    "total_cached_tokens",
    "total_reasoning_tokens",
    "total_nano_aiu",
)


class CopilotDesktop(Agent):
    """GitHub Copilot's desktop app, with `~/.copilot` as root."""

    name = "copilot-desktop"
    title = "GitHub Copilot app"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("data.db", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions used since they were last seen, if nothing else tells of them."""
        there = columns_of(connection, "sessions")
        if not {"id", "total_input_tokens", "total_output_tokens"} <= there:
            raise self.unknown(place, "sessions with tokens")
        grown = Grown(state, told)
        elsewhere = _told_elsewhere(place.root)
        columns = selected("s", there, ("id", "model", "created_at", "cwd", *_COUNTS))
        for name, model, created, directory, *used in connection.execute(
            f"SELECT {columns} FROM sessions s"
        ).fetchall():
            session = text(name)
            events = os.path.join(place.root, "session-state", session, "events.jsonl")
            if session in elsewhere or os.path.exists(events):
                continue
            grown.book(
                session,
                _used(used),
                time=grown.moment(session, milliseconds(created), place.now),
                model=text(model),
                directory=text(directory),
            )
        return grown.state()


def _used(counted: list[object]) -> Used:
    """Return what was used: the cache is inside the input, the reasoning inside the output."""
    given, output, cached, reasoning, nano = map(whole, counted)
    read = min(cached, given)
    return (given - read, output, read, 0, min(reasoning, output), nano * PICO // NANO_AIU)


def _told_elsewhere(root: str) -> set[str]:
    """Return the sessions whose calls are in the store of calls beside."""
    path = os.path.join(root, "session-store.db")
    if not os.path.exists(path):
        return set()
    try:
        with closing(open_read_only(path)) as connection:
            if "session_id" not in columns_of(connection, _CALLS):
                return set()
            rows = connection.execute(f"SELECT DISTINCT session_id FROM {_CALLS}").fetchall()
            return {text(session) for (session,) in rows}
    except sqlite3.Error:
        return set()


AGENT = CopilotDesktop()
