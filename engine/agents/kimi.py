"""Kimi CLI and its successor Kimi Code: what went over the wire of each session.

Kimi CLI tells after each call what it took, under the id of the message, and names its model
in its settings only. Kimi Code writes a record for each call of a turn, and others that sum up.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, counts
from engine.agents.fields import decode, mapping, milliseconds, read_beside, take_records, text
from engine.agents.model_names import KIMI_FOR_CODING, known_name

_WIRE = "wire.jsonl"
_PROVIDER = "moonshot"


class Line(Struct, gc=False):
    """The fields that are read of a line of either."""

    timestamp: Any = None
    message: Any = None
    type: Any = None
    model: Any = None
    usage: Any = None
    usageScope: Any = None
    time: Any = None


class State(Struct, array_like=True):
    """What reading on needs to know of the lines before."""

    model: str = ""
    """What the last request was sent to."""


_LINES = msgspec.json.Decoder(Line)
_fields = msgspec.json.Decoder(dict[str, Any])


class Kimi(Agent):
    """Kimi CLI or Kimi Code."""

    def __init__(self, name: str, title: str, depth: int) -> None:
        self.name = name
        self.title = title
        self._depth = depth
        """How many directories a wire lies below the sessions."""

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", self._kind),)

    def _kind(self, path: str) -> Kind | None:
        is_wire = path.endswith(f"/{_WIRE}") and path.count("/") == self._depth + 1
        return "lines" if is_wire else None

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a session on."""
        reader = CliWire if self is AGENT else CodeWire
        return reader(place, state, told)


class _Wire:
    """Reads a session on (`engine.agents.base.Lines`)."""

    marks: tuple[bytes, ...] = ()

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._place = place
        self._parts = place.path.split("/")
        self._told = told
        self._state = msgspec.msgpack.decode(state, type=State) if state else State()

    def state(self) -> bytes:
        """Return what reading on after the lines so far needs to know."""
        return msgspec.msgpack.encode(self._state)

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if not any(mark in line for mark in self.marks):
            return
        take_records(line, _LINES, self.take)

    def take(self, line: Line) -> None:
        """Take a record; raises `Unreadable`."""
        raise NotImplementedError


class CliWire(_Wire):
    """A session of Kimi CLI: `sessions/<group>/<session>/wire.jsonl`."""

    marks = (b'"token_usage"',)

    def take(self, line: Line) -> None:
        """Take a record; raises `Unreadable`."""
        message = mapping(line.message)
        payload = mapping(message.get("payload"))
        usage = payload.get("token_usage")
        if message.get("type") != "StatusUpdate" or not isinstance(usage, dict):
            return
        time = milliseconds(line.timestamp)
        if time is None:
            raise Unreadable("a response without a time")
        tokens = Tokens(
            *counts(usage, "input_other", "output", "input_cache_read", "input_cache_creation")
        )
        session = self._parts[2]
        self._told.see(
            text(payload.get("message_id")) or f"{session}:{time}:{_name(tokens)}",
            time=time,
            model=known_name(self._model, time),
            tokens=tokens,
            session=session,
            directory=self._directory,
            provider=_PROVIDER,
        )

    @cached_property
    def _model(self) -> str:
        """The model in the settings: by its name, or by the name of an entry that has it."""
        settings = _decoded(read_beside(self._place, "config.json"))
        if not settings:
            settings = _toml(read_beside(self._place, "config.toml"))
        name = text(settings.get("default_model")) or text(settings.get("model"))
        entry = mapping(mapping(settings.get("models")).get(name))
        return text(entry.get("model")) or _sent_to(name) or KIMI_FOR_CODING

    @cached_property
    def _directory(self) -> str:
        """The directory whose digest the group is named by."""
        known = _decoded(read_beside(self._place, "kimi.json")).get("work_dirs")
        paths = (text(mapping(each).get("path")) for each in known or () if isinstance(known, list))
        return next((path for path in paths if _digest(path) == self._parts[1]), "")


class CodeWire(_Wire):
    """An agent's part of a session: `sessions/<place>/<session>/agents/<agent>/wire.jsonl`."""

    marks = (b'"usage.record"', b'"llm.request"')

    def take(self, line: Line) -> None:
        """Take a record; raises `Unreadable`."""
        if line.type == "llm.request":
            self._state.model = _sent_to(line.model) or self._state.model
        if line.type != "usage.record" or line.usageScope != "turn":
            return
        time = milliseconds(line.time)
        if time is None:
            raise Unreadable("a response without a time")
        tokens = Tokens(
            *counts(
                mapping(line.usage), "inputOther", "output", "inputCacheRead", "inputCacheCreation"
            )
        )
        model = _sent_to(line.model) or self._state.model or KIMI_FOR_CODING
        self._told.see(
            f"{time}:{model}:{_name(tokens)}",
            time=time,
            model=known_name(model, time),
            tokens=tokens,
            session=self._parts[2],
            directory=self._directory,
            provider=_PROVIDER,
        )

    @cached_property
    def _directory(self) -> str:
        known = _decoded(read_beside(self._place, "workspaces.json")).get("workspaces")
        return text(mapping(mapping(known).get(self._parts[1])).get("root"))


def _name(tokens: Tokens) -> str:
    return f"{tokens.input}.{tokens.output}.{tokens.cache_read}.{tokens.cache_write}"


def _sent_to(model: object) -> str:
    """Return a model's name, none for a name that stands for a setting (`__kimi_env_model__`)."""
    name = text(model).removeprefix("kimi-code/")
    return "" if name.startswith("__") and name.endswith("__") else name


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        return decode(_fields, data) if data else {}
    except Unreadable:
        return {}


def _toml(data: bytes) -> dict[str, Any]:
    if not data:
        return {}
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _digest(path: str) -> str:
    data = path.encode("utf-8", "surrogatepass")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


AGENT = Kimi("kimi", "Kimi CLI", 2)
CODE = Kimi("kimi-code", "Kimi Code", 4)
