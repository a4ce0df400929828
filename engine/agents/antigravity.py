"""Antigravity, the editor and the CLI: one database per conversation, with blobs for its parts.

The blobs are Protocol Buffers messages without a published schema; the names of the fields
are those in the descriptors that Antigravity's own binary holds, and were held against real
conversations. A usage names its model by a number (field 1), which is not a count of tokens;
its input is that beyond the cache, and its output holds the thinking. A generation of the
conversation is told twice, with its step and with its model; a call beside it (which names
the conversation) with its step alone. Conversations of early builds (`.pb`) are encrypted.
"""

from __future__ import annotations

import re
import sqlite3
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, count
from engine.agents.fields import written_at
from engine.agents.model_names import known_name
from engine.agents.opened import columns_of
from engine.agents.paged import paged
from engine.agents.protobuf import nested, number
from engine.domain.times import SECOND

_PLACES = ("conversations", "implicit")
_GENERATIONS = "SELECT idx, data FROM gen_metadata WHERE idx > ? ORDER BY idx LIMIT ?"
_STEPS = "SELECT idx, step_type, metadata FROM steps WHERE idx > ? ORDER BY idx LIMIT ?"
_PAGE = 50
"""Rows at once: one may have hundreds of kilobytes."""
_LATEST = 20
"""So many rows before the last one known are read again: a generation may still grow."""

_GENERATION = 1
_USAGE, _STARTED, _MODEL, _LABEL = 4, 9, 19, 21
"""Fields of a generation: usage, what is known of its start, model, the model's title."""
_CREATED = 4
"""Field of a start: the time, gone since version 1.1.18 of the CLI."""
_STEP_CREATED, _STEP_USAGE = 1, 9
"""Fields of a step."""
_OF_GENERATION = 15
"""The kind of steps that have a generation: it alone names their model."""
_NUMBER, _INPUT, _OUTPUT, _CACHE_WRITE, _CACHE_READ = 1, 2, 3, 4, 5
_THINKING, _ANSWER, _RESPONSE = 9, 10, 11
"""Fields of a usage: its model, counts, the two parts of the output, the response's id."""
_ROUTER = "gemini-default"
"""What stands for a model where a router chose one: no model's name."""
_TITLE = re.compile(r"((?:Gemini|Claude|GPT)[ -][\w. -]*\w)(?: \([A-Za-z ]+\))?")
"""A model's full name, and how hard it thinks."""
_FIRST_NUMBER = 1000
"""Antigravity's own names of numbered models begin here: `MODEL_PLACEHOLDER_M0`."""


class _Left(Struct):
    """Where reading left off."""

    generation: int = -1
    step: int = -1


class _Conversation(Struct, frozen=True):
    """What is known of a conversation beside its parts."""

    session: str
    begun: int
    """UTC milliseconds."""
    directory: str


class _Call(Struct, frozen=True):
    """A usage, and when it was begun (UTC ms), 0 where that is not known."""

    usage: bytes
    time: int = 0
    has_generation: bool = False


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
        """Tell of the calls that are new, and of the latest again."""
        if not {"idx", "data"} <= columns_of(connection, "gen_metadata"):
            raise self.unknown(place, "generations")
        left = _left.decode(state) if state else _Left()
        at = _conversation(connection, place)
        steps = _steps(connection, left)
        after = _after(connection, "gen_metadata", left.generation)
        for row, data in paged(connection, _GENERATIONS, after, _PAGE):
            left.generation = row
            generation = nested(data, _GENERATION) if isinstance(data, bytes) else b""
            usage = nested(generation, _USAGE)
            name = _name(usage) or f"{at.session}\n{row}"
            step = steps.pop(name, None)
            if usage:
                seconds = number(nested(generation, _STARTED, _CREATED), 1)
                time = seconds * SECOND or (step.time if step is not None else 0)
                _tell(name, _Call(usage, time), _model(generation, usage), at, told)
        for name, call in steps.items():
            if not call.has_generation:
                _tell(name, call, _numbered(call.usage), at, told)
        return msgspec.msgpack.encode(left)


def _after(connection: sqlite3.Connection, table: str, known: int) -> int:
    """Return after which row to read on; a table that became shorter is read anew."""
    (top,) = connection.execute(f"SELECT max(idx) FROM {table}").fetchone()
    return known - _LATEST if top is not None and top >= known else -1


def _steps(connection: sqlite3.Connection, left: _Left) -> dict[str, _Call]:
    """Return the calls that steps tell of, by the id of their response."""
    if not {"idx", "step_type", "metadata"} <= columns_of(connection, "steps"):
        return {}
    calls = {}
    after = _after(connection, "steps", left.step)
    for row, kind, data in paged(connection, _STEPS, after, _PAGE):
        left.step = row
        usage = nested(data, _STEP_USAGE) if isinstance(data, bytes) else b""
        if name := _name(usage):
            seconds = number(nested(data, _STEP_CREATED), 1)
            calls[name] = _Call(usage, seconds * SECOND, kind == _OF_GENERATION)
    return calls


def _name(usage: bytes) -> str:
    """Return the id of a response, which all that tells of it shares."""
    return nested(usage, _RESPONSE).decode("utf-8", "replace")


def _tell(name: str, call: _Call, model: str, at: _Conversation, told: Told) -> None:
    usage = call.usage
    answer, thinking = count(number(usage, _ANSWER)), count(number(usage, _THINKING))
    told.see(
        name,
        time=call.time or at.begun,
        model=known_name(model, call.time or at.begun),
        tokens=Tokens(
            count(number(usage, _INPUT)),
            max(count(number(usage, _OUTPUT)), answer + thinking),
            count(number(usage, _CACHE_READ)),
            count(number(usage, _CACHE_WRITE)),
        ),
        session=at.session,
        directory=at.directory,
        reasoning=thinking,
    )


def _model(generation: bytes, usage: bytes) -> str:
    """Return a generation's model, by its title: the name beside it may be another's lately.

    A title is the model's full name with how hard it thinks: `Gemini 3.1 Pro (High)`, where
    the name beside it is `gemini-pro-default`.
    """
    title = nested(generation, _LABEL).decode("utf-8", "replace")
    titled = _TITLE.fullmatch(title.strip())
    name = nested(generation, _MODEL).decode("utf-8", "replace").strip()
    if titled:
        name = titled[1].lower().replace(" ", "-")
    if not name or name == _ROUTER:
        return _numbered(usage)
    return name


def _numbered(usage: bytes) -> str:
    """Return Antigravity's own name of a model that it gives the number of alone."""
    known = number(usage, _NUMBER)
    return f"MODEL_PLACEHOLDER_M{known - _FIRST_NUMBER}" if known >= _FIRST_NUMBER else ""


def _conversation(connection: sqlite3.Connection, place: Place) -> _Conversation:
    """Return which conversation it is, when it was begun, and where."""
    session = place.path.rpartition("/")[2].removesuffix(".db")
    data = b""
    if "data" in columns_of(connection, "trajectory_metadata_blob"):
        row = connection.execute("SELECT data FROM trajectory_metadata_blob LIMIT 1").fetchone()
        data = row[0] if row and isinstance(row[0], bytes) else b""
    begun = number(nested(data, 2), 1) * SECOND or written_at(place)
    address = urlsplit(nested(data, 1, 1).decode("utf-8", "replace"))
    directory = unquote(address.path) if address.scheme == "file" else ""
    return _Conversation(session, begun, directory)


def _kind(path: str) -> Kind | None:
    return "database" if path.endswith(".db") else None


AGENT = Antigravity()
