"""Devin CLI: a forest of messages in one database, with the same request in several rows.

A fork and a revert copy what came before, and a message is written once more when it is
shown: rows of one request are one response. The four counts are disjoint. Rows are added
and stay as they are, and the database may have gigabytes, so each row is read once.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import (
    Agent,
    Kind,
    Place,
    Tokens,
    Told,
    Tree,
    Unreadable,
    counts,
)
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.opened import columns_of, selected
from engine.agents.paged import paged

_FILES = ("sessions.db", "cli_sessions.db")
"""The database, and what it was called before."""
_COUNTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


class _Message(Struct, gc=False):
    """The fields that are read of a message."""

    role: Any = None
    message_id: Any = None
    metadata: Any = None


_message = msgspec.json.Decoder(_Message)


class Devin(Agent):
    """Devin CLI, which Devin's desktop app runs too."""

    name = "devin"
    title = "Devin CLI"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the database."""
        return (Tree("", _kind, is_deep=False),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the messages that are new."""
        there = columns_of(connection, "message_nodes")
        if not {"session_id", "chat_message"} <= there:
            raise self.unknown(place, "messages that ccmon can read")
        sessions = columns_of(connection, "sessions")
        columns = selected("t", there, ("session_id", "chat_message", "created_at"))
        own = selected("s", sessions, ("working_directory", "model"))
        joined = "LEFT JOIN sessions s ON s.id = t.session_id" if "id" in sessions else ""
        select = (
            f"SELECT t.rowid, {columns}, {own} FROM message_nodes t {joined} "
            "WHERE t.rowid > ? ORDER BY t.rowid LIMIT ?"
        )
        last = int(state) if state else 0
        for row, *said in paged(connection, select, last):
            last = row
            try:
                _tell(row, said, told)
            except Unreadable as error:
                told.problem(row, str(error))
        return str(last).encode()


def _tell(row: int, said: list[Any], told: Told) -> None:
    session, data, created, directory, model = said
    message = decode(_message, data if isinstance(data, str | bytes) else b"")
    metadata = mapping(message.metadata)
    used = counts(mapping(metadata.get("metrics")), *_COUNTS)
    if message.role != "assistant" or not any(used):
        return
    time = milliseconds(metadata.get("created_at")) or milliseconds(created)
    if time is None:
        raise Unreadable("a message without a time")
    given, output, read, written = used
    name = text(metadata.get("request_id")) or text(message.message_id)
    told.see(
        name or f"{text(session)}\n{row}",
        time=time,
        model=text(metadata.get("generation_model")) or text(model),
        tokens=Tokens(given, output, read, written),
        session=text(session),
        directory=text(directory),
    )


def _kind(path: str) -> Kind | None:
    return "database" if path in _FILES else None


AGENT = Devin()
