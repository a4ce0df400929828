"""ZCode: `model_usage` in its database, one row per call."""

from __future__ import annotations

import sqlite3

from engine.agents.base import Agent, Place, Tokens, Told, Tree, count, one_file
from engine.agents.fields import milliseconds, text
from engine.agents.fresh import Fresh
from engine.agents.opened import columns_of, selected

_COLUMNS = (
    "id",
    "session_id",
    "provider_id",
    "model_id",
    "agent",
    "started_at",
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "computed_total_tokens",
)


class ZCode(Agent):
    """ZCode."""

    name = "zcode"
    title = "ZCode"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("cli/db/db.sqlite", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the calls that were completed; others have used nothing that is known."""
        there = columns_of(connection, "model_usage")
        if not {"started_at", "input_tokens", "output_tokens"} <= there:
            raise self.unknown(place, "calls with tokens")
        sessions = columns_of(connection, "session")
        fresh = Fresh(connection, state, place.now)
        columns = selected("t", there, (*_COLUMNS, "status"))
        own = selected("s", sessions, ("directory", "parent_id"))
        joined = "LEFT JOIN session s ON s.id = t.session_id" if "id" in sessions else ""
        changed = "completed_at" if "completed_at" in there else "started_at"
        for row in fresh.rows("model_usage", f"{columns}, {own}", joined, changed):
            number, *said, status, directory, parent = row
            if status in ("completed", None):
                _tell(number, said, text(directory), bool(parent), told)
        return fresh.state()


def _tell(number: int, said: list[object], directory: str, is_sidechain: bool, told: Told) -> None:
    """Tell of a call; the cache is inside the input, and the reasoning where the total says."""
    name, session, provider, model, agent, started, *counted = said
    time = milliseconds(started)
    if time is None:
        told.problem(number, "a call without a time")
        return
    given, output, reasoning, read, written, total = map(count, counted)
    if total >= given + output + reasoning:
        output += reasoning
    told.see(
        text(name) or f"{text(session)}\n{time}",
        time=time,
        model=text(model),
        tokens=Tokens(max(0, given - read - written), output, read, written),
        session=text(session),
        directory=directory,
        provider=text(provider),
        reasoning=reasoning,
        is_sidechain=is_sidechain,
        sub_agent=text(agent) if is_sidechain else "",
    )


AGENT = ZCode()
