"""OpenCode: messages in `opencode.db`, and in one JSON document each before version 1.2.

The import into the database left the documents where they were, and a forked session holds
copies of its messages under new ids: the same response is found by what a copy keeps.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
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
    count,
    counts,
)
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.fresh import Fresh
from engine.agents.model_names import known_name
from engine.agents.opened import columns_of, selected
from engine.domain.files import open_regular


class _Message(Struct, gc=False):
    """The fields that are read of a message; all others are skipped."""

    role: Any = None
    modelID: Any = None
    providerID: Any = None
    model: Any = None
    agent: Any = None
    mode: Any = None
    path: Any = None
    cost: Any = None
    tokens: Any = None
    time: Any = None
    sessionID: Any = None


_message = msgspec.json.Decoder(_Message)
_MESSAGES = ("message", "session_message")
_SESSIONS = ("session_v2", "session")
_TABLES = (*_MESSAGES, *_SESSIONS)
"""Of the first and the second version, which may stand side by side."""


class _Session(Struct, gc=False):
    """The fields that are read of a session's document."""

    directory: Any = None
    parentID: Any = None
    time: Any = None


_session = msgspec.json.Decoder(_Session)


class _At(Struct, frozen=True):
    """What is known of a message beside its own record."""

    session: str
    directory: str
    parent: str
    begun: int | None
    """When the session was: a message from before is a copy."""
    created: int | None = None
    is_second: bool = False
    """Of the second layout, whose output never holds the reasoning."""


class OpenCode(Agent):
    """OpenCode, and those that keep its tables under a name of their own."""

    def __init__(self, name: str, title: str, database: str) -> None:
        self.name = name
        self.title = title
        self._database = database
        self._sessions: dict[tuple[str, str], _Session] = {}

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the database's directory, and where documents were before."""
        return (Tree("", self._kind, is_deep=False), Tree("storage/message", _document))

    def _kind(self, path: str) -> Kind | None:
        """Say whether a file is a database: `opencode.db`, `opencode-<channel>.db`."""
        stem, extension = os.path.splitext(path)
        after = stem.removeprefix(self._database)
        is_ours = after != stem and (not after or after[0] == "-" or after.isdigit())
        return "database" if is_ours and extension == ".db" and "/" not in path else None

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of the response in a message's document."""
        message = decode(_message, data)
        session = text(message.sessionID) or text(place.path.rsplit("/", 2)[-2])
        kept = self._session(place.root, session)
        begun = milliseconds(mapping(kept.time).get("created"))
        at = _At(session, text(kept.directory), text(kept.parentID), begun)
        if message.role == "assistant":
            _tell(message, at, told)
        return b""

    def _session(self, root: str, session: str) -> _Session:
        """Return a session's document, `storage/session/<project>/<session>.json`."""
        known = self._sessions.get((root, session))
        if known is None:
            known = _read_session(root, session)
            self._sessions[root, session] = known
        return known

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the messages that are new or have grown, in either layout."""
        fresh = Fresh(connection, state, place.now)
        there = {table: columns_of(connection, table) for table in _TABLES}
        known = [table for table in _MESSAGES if {"session_id", "data"} <= there[table]]
        for table in known:
            self._read(_rows(fresh, table, there), told)
        if not known:
            raise self.unknown(place, "messages that ccmon can read")
        return fresh.state()

    def _read(self, rows: Iterator[tuple[Any, ...]], told: Told) -> None:
        for row, session, created, data, kind, directory, parent, begun in rows:
            if kind is not None and kind != "assistant":
                continue
            try:
                message = decode(_message, data if isinstance(data, str | bytes) else b"")
                if kind is not None or message.role == "assistant":
                    at = _At(
                        text(session),
                        text(directory),
                        text(parent),
                        milliseconds(begun),
                        milliseconds(created),
                        kind is not None,
                    )
                    _tell(message, at, told)
            except Unreadable as error:
                told.problem(row, str(error))


def _document(path: str) -> Kind | None:
    return "document" if path.endswith(".json") else None


def _rows(
    fresh: Fresh, table: str, there: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table of messages, each with what its session says.

    The second version brings all messages of the first into a table of its own, under their
    ids, and leaves those of the first where they were; they know more, so they are told.
    """
    columns = selected("t", there[table], ("session_id", "time_created", "data", "type"))
    sessions = [name for name in _SESSIONS if "id" in there[name]]
    own = ", ".join(
        _first_of([f"{name}.{column}" for name in sessions if column in there[name]])
        for column in ("directory", "parent_id", "time_created")
    )
    joined = " ".join(f"LEFT JOIN {name} ON {name}.id = t.session_id" for name in sessions)
    if table != _MESSAGES[0] and "id" in there[table] and "id" in there[_MESSAGES[0]]:
        columns = columns.replace("t.type", "iif(m.id IS NULL, t.type, '')")
        joined += f" LEFT JOIN {_MESSAGES[0]} m ON m.id = t.id"
    changed = "time_updated" if "time_updated" in there[table] else ""
    return fresh.rows(table, f"{columns}, {own}", joined, changed)


def _first_of(columns: list[str]) -> str:
    """Return the first of some columns that holds anything, as SQL."""
    return f"coalesce({', '.join(columns)}, NULL)" if columns else "NULL"


def _read_session(root: str, session: str) -> _Session:
    """Read a session's document; an empty one where there is none, or it is damaged."""
    base = os.path.join(root, "storage", "session")
    try:
        projects = sorted(os.listdir(base))
    except OSError:
        projects = []
    for project in projects:
        try:
            with open_regular(os.path.join(base, project, f"{session}.json")) as file:
                return decode(_session, file.read())
        except (OSError, ValueError, Unreadable):
            continue
    return _Session()


def _tell(message: _Message, at: _At, told: Told) -> None:
    """Tell of an assistant's message.

    A copy keeps the time when the message was begun, its model and its directory; these do
    not change while a message grows. Sub-agents are begun together, so theirs is told apart
    by its session: a fork copies none of them.
    """
    model = mapping(message.model)
    name = text(message.modelID) or text(model.get("id")) or text(model.get("modelID"))
    provider = text(message.providerID) or text(model.get("providerID"))
    created = milliseconds(mapping(message.time).get("created")) or at.created
    if created is None:
        raise Unreadable("a message without a time")
    path = mapping(message.path)
    directory = text(path.get("cwd")) or at.directory
    tokens, reasoning = _tokens(mapping(message.tokens), name, at.is_second)
    cost = message.cost
    has_cost = isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0
    begun, alone = "\n".join((str(created), provider, name)), at.session if at.parent else ""
    if at.is_second and not path:
        told.withdraw(f"{begun}\n\n")
    told.see(
        f"{begun}\n{directory}\n{alone}",
        time=created,
        model=known_name(name, created),
        tokens=tokens,
        session=at.session,
        directory=at.directory or text(path.get("root")) or directory,
        provider=provider,
        reasoning=reasoning,
        cost=cost if has_cost else None,
        is_sidechain=bool(at.parent),
        sub_agent=(text(message.agent) or text(message.mode)) if at.parent else "",
        is_forked=at.begun is not None and created < at.begun,
    )


def _tokens(said: Mapping[str, Any], model: str, is_second: bool) -> tuple[Tokens, int]:
    """Return the tokens of a message, with the reasoning inside the output.

    Older versions left it there for all providers but Google's, and wrote no `total`; a
    `total` that cannot hold the reasoning apart says the same.
    """
    given, output, reasoning, total = counts(said, "input", "output", "reasoning", "total")
    cache = mapping(said.get("cache"))
    read, written = count(cache.get("read")), count(cache.get("write"))
    if total:
        is_inside = total < given + output + reasoning + read + written
    else:
        is_inside = not is_second and not model.startswith("gemini")
    if not is_inside or reasoning > output:
        output += reasoning
    return Tokens(given, output, read, written), reasoning


AGENT = OpenCode("opencode", "OpenCode", "opencode")
