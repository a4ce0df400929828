"""Goose: `sessions.db` with one growing count per session, and lately a ledger of calls.

Goose carries what a session used before there was a ledger forward into it, so a session's
entries always add up to its count: where there are entries, they say when it grew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import BY_SESSION, Agent, Place, Told, Tree, count, one_file, pico
from engine.agents.fields import milliseconds, text
from engine.agents.grown import NOTHING, Grown, Used
from engine.agents.opened import columns_of, selected

_SESSION = ("id", "created_at", "working_dir", "provider_name", "model_config_json")
_COUNTS = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
)
_ENTRY = ("session_id", "created_timestamp", "model", "cost_source", *_COUNTS, "cost")
_CARRIED = "carried_forward"


class _Config(Struct):
    """The model's settings."""

    model_name: Any = None


_config = msgspec.json.Decoder(_Config)


class _Left(Struct):
    """Where reading left off."""

    used: bytes = b""
    entry: int = 0
    """The number of the ledger's last entry read."""


_left = msgspec.msgpack.Decoder(_Left)


class _Session(Struct, frozen=True):
    """A session as its row has it."""

    name: str
    created: int | None
    directory: str
    provider: str
    model: str
    used: Used


class Goose(Agent):
    """Goose."""

    name = "goose"
    title = "Goose"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("sessions.db", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what sessions used since they were last seen."""
        there = columns_of(connection, "sessions")
        if "id" not in there or not {"input_tokens", "accumulated_input_tokens"} & there:
            raise self.unknown(place, "sessions with tokens")
        left = _left.decode(state) if state else _Left()
        grown = Grown(left.used, told)
        ledger = columns_of(connection, "usage_ledger")
        has_ledger = {"session_id", "input_tokens", "output_tokens"} <= ledger
        entered, last = _entered(connection, left.entry) if has_ledger else (set(), 0)
        for session in _sessions(connection, there):
            known = grown.used(session.name)
            if session.name not in entered and known and not _is_more(session.used, known):
                continue
            begun = place.now if session.created is None else session.created
            if has_ledger:
                _book_entries(connection, ledger, session, grown, begun)
            _book(grown, session, session.used, place.now if known else begun, session.model)
        return msgspec.msgpack.encode(_Left(grown.state(), last))


def _is_more(used: Used, known: Used) -> bool:
    return any(new > old for new, old in zip(used, known, strict=True))


def _book(grown: Grown, session: _Session, used: Used, time: int, model: str) -> None:
    grown.book(
        session.name,
        used,
        time=time,
        model=model,
        directory=session.directory,
        provider=session.provider,
    )


def _book_entries(
    connection: sqlite3.Connection,
    ledger: frozenset[str],
    session: _Session,
    grown: Grown,
    begun: int,
) -> None:
    """Book a session's calls one by one; those that were booked before add nothing."""
    columns = selected("l", ledger, _ENTRY)
    select = f"SELECT {columns} FROM usage_ledger l WHERE l.session_id = ? ORDER BY l.rowid"
    used = NOTHING
    for _, moment, model, source, *counted, cost in connection.execute(
        select, (session.name,)
    ).fetchall():
        one = _used(counted, cost)
        used = tuple(map(int.__add__, used, one))  # type: ignore[assignment]
        time = None if source == _CARRIED else milliseconds(moment)
        _book(grown, session, used, begun if time is None else time, text(model) or session.model)


def _entered(connection: sqlite3.Connection, after: int) -> tuple[set[str], int]:
    """Return the sessions with entries after one, and the number of the last entry."""
    rows = connection.execute(
        "SELECT session_id, max(rowid) FROM usage_ledger WHERE rowid > ? GROUP BY session_id",
        (after,),
    ).fetchall()
    return {text(name) for name, _ in rows}, max((row for _, row in rows), default=after)


def _sessions(connection: sqlite3.Connection, there: frozenset[str]) -> Iterator[_Session]:
    """Return all sessions; the plain counts are the last call's, where there are no others."""
    columns = ", ".join(
        (
            selected("s", there, _SESSION),
            selected("s", there, tuple(f"accumulated_{name}" for name in _COUNTS)),
            selected("s", there, ("accumulated_cost",)),
            selected("s", there, _COUNTS),
        )
    )
    for name, created, directory, provider, config, *rest in connection.execute(
        f"SELECT {columns} FROM sessions s"
    ).fetchall():
        counted, cost, plain = rest[:5], rest[5], rest[6:]
        has_count = any(value is not None for value in counted)
        yield _Session(
            text(name),
            milliseconds(created),
            text(directory),
            text(provider),
            _model(config),
            _used(counted if has_count else plain, cost),
        )


def _model(config: object) -> str:
    try:
        return text(_config.decode(config).model_name) if isinstance(config, str) else ""
    except ValueError:
        return ""


def _used(counted: list[object], cost: object) -> Used:
    """Return what was used: the cache is inside the input, the rest of the total is reasoning."""
    given, output, total, read, written = map(count, counted)
    reasoning = max(0, total - given - output)
    plain = max(0, given - read - written)
    return (plain, output + reasoning, read, written, reasoning, pico(cost) or 0)


AGENT = Goose()
