"""Hermes: `state.db` with one growing count per session, also one for each profile."""

from __future__ import annotations

import sqlite3

from engine.agents.base import Agent, Kind, Place, Told, Tree, UnknownStore, count, pico
from engine.agents.fields import milliseconds, text
from engine.agents.grown import Grown
from engine.agents.opened import columns_of, selected

_COLUMNS = (
    "id",
    "model",
    "billing_provider",
    "started_at",
    "cwd",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "actual_cost_usd",
    "estimated_cost_usd",
)


class Hermes(Agent):
    """Hermes."""

    name = "hermes"
    title = "Hermes"
    is_cumulative = True

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the root, and the profiles, each a root of its own."""
        return (Tree("", _kind, is_deep=False), Tree("profiles", _kind))

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions used since they were last seen."""
        there = columns_of(connection, "sessions")
        if not {"id", "input_tokens", "output_tokens"} <= there:
            raise UnknownStore(
                f"{place.path} has no sessions with tokens: it is of an unknown version of "
                "Hermes, or just being made."
            )
        grown = Grown(state, told)
        columns = selected("s", there, _COLUMNS)
        for row in connection.execute(f"SELECT {columns} FROM sessions s").fetchall():
            session, model, provider, started, directory, *used, actual, estimated = row
            given, output, read, written, reasoning = map(count, used)
            begun = milliseconds(started)
            is_new = grown.used(text(session)) is None and begun is not None
            grown.book(
                text(session),
                (
                    given,
                    output + reasoning,
                    read,
                    written,
                    reasoning,
                    pico(actual) or pico(estimated) or 0,
                ),
                time=begun if is_new and begun is not None else place.now,
                model=text(model),
                directory=text(directory),
                provider=text(provider),
            )
        return grown.state()


def _kind(path: str) -> Kind | None:
    parts = path.split("/")
    is_ours = parts[-1] == "state.db" and (len(parts) == 1 or parts[0] == "profiles")
    return "database" if is_ours and len(parts) in (1, 3) else None


AGENT = Hermes()
