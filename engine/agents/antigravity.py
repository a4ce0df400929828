"""Antigravity, the editor and the CLI: one database per conversation, a blob per generation.

The blobs are Protocol Buffers messages without a published schema; the names of the fields
are those in the descriptors that Antigravity's own binary holds. A generation's usage names
its model by a number (field 1), which is no count of tokens; its input is that beyond the
cache, and its output holds the thinking. Conversations of early builds (`.pb`) are encrypted.
"""

from __future__ import annotations

import sqlite3
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, UnknownStore, count
from engine.agents.fields import written_at
from engine.agents.opened import columns_of
from engine.agents.paged import paged
from engine.agents.protobuf import nested, number
from engine.domain.times import SECOND

_PLACES = ("conversations", "implicit")
_SELECT = "SELECT idx, data FROM gen_metadata WHERE idx > ? ORDER BY idx LIMIT ?"
_PAGE = 50
"""Rows at once: one may have hundreds of kilobytes."""
_LATEST = 20
"""So many rows before the last one known are read again: a generation may still grow."""

_GENERATION = 1
_USAGE, _STARTED, _MODEL, _LABEL = 4, 9, 19, 21
"""Fields of a generation: usage, what is known of its start, model, the model's title."""
_CREATED = 4
"""Field of a start: the time, gone since version 1.1.18 of the CLI."""
_INPUT, _OUTPUT, _CACHE_WRITE, _CACHE_READ = 2, 3, 4, 5
_THINKING, _ANSWER, _RESPONSE = 9, 10, 11
"""Fields of a usage: the two parts of the output, and the response's id."""
_ROUTER = "gemini-default"
"""What stands for a model where a router chose one: no model's name."""


class _Left(Struct):
    """Where reading left off."""

    row: int = -1
    titles: dict[str, str] = {}
    """The model that a title stands for, empty where it stood for two."""


_left = msgspec.msgpack.Decoder(_Left)


class Antigravity(Agent):
    """Antigravity, with one of its data directories as root."""

    name = "antigravity"
    title = "Antigravity"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the places of conversations."""
        return tuple(Tree(place, _kind, is_deep=False) for place in _PLACES)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the generations that are new, and of the latest again."""
        if not {"idx", "data"} <= columns_of(connection, "gen_metadata"):
            raise UnknownStore(
                f"{place.path} has no generations: it is of an unknown version of "
                "Antigravity, or just being made."
            )
        left = _left.decode(state) if state else _Left()
        begun, directory = _conversation(connection)
        (top,) = connection.execute("SELECT max(idx) FROM gen_metadata").fetchone()
        after = left.row - _LATEST if top is not None and top >= left.row else -1
        session = place.path.rpartition("/")[2].removesuffix(".db")
        for row, data in paged(connection, _SELECT, after, _PAGE):
            generation = nested(data, _GENERATION) if isinstance(data, bytes) else b""
            usage = nested(generation, _USAGE)
            if not usage:
                continue
            seconds = number(nested(generation, _STARTED, _CREATED), 1)
            time = seconds * SECOND if seconds else begun or written_at(place)
            _tell(usage, session, row, time, _model(generation, left.titles), directory, told)
        left.row = -1 if top is None else top
        return msgspec.msgpack.encode(left)


def _tell(
    usage: bytes, session: str, row: int, time: int, model: str, directory: str, told: Told
) -> None:
    """Tell of a generation; one that was told again, or in a copy, has the same id."""
    answer, thinking = count(number(usage, _ANSWER)), count(number(usage, _THINKING))
    told.see(
        nested(usage, _RESPONSE).decode("utf-8", "replace") or f"{session}\n{row}",
        time=time,
        model=model,
        tokens=Tokens(
            count(number(usage, _INPUT)),
            max(count(number(usage, _OUTPUT)), answer + thinking),
            count(number(usage, _CACHE_READ)),
            count(number(usage, _CACHE_WRITE)),
        ),
        session=session,
        directory=directory,
        reasoning=thinking,
    )


def _model(generation: bytes, titles: dict[str, str]) -> str:
    """Return a generation's model: its own name, else what its title stood for before.

    Some generations of a conversation have a title alone. One that no other told the name of
    is the name.
    """
    name = nested(generation, _MODEL).decode("utf-8", "replace").strip()
    title = nested(generation, _LABEL).decode("utf-8", "replace").strip()
    if name and name != _ROUTER:
        if title and titles.setdefault(title, name) != name:
            titles[title] = ""
        return name
    return titles.get(title) or title or name


def _conversation(connection: sqlite3.Connection) -> tuple[int | None, str]:
    """Return when a conversation was begun (UTC ms), and where, as far as that is known."""
    if "data" not in columns_of(connection, "trajectory_metadata_blob"):
        return None, ""
    row = connection.execute("SELECT data FROM trajectory_metadata_blob LIMIT 1").fetchone()
    data = row[0] if row and isinstance(row[0], bytes) else b""
    seconds = number(nested(data, 2), 1)
    place = urlsplit(nested(data, 1, 1).decode("utf-8", "replace"))
    directory = unquote(place.path) if place.scheme == "file" else ""
    return seconds * SECOND if seconds else None, directory


def _kind(path: str) -> Kind | None:
    return "database" if path.endswith(".db") else None


AGENT = Antigravity()
