"""The entries of a session as pi writes them, and all agents that are made from pi.

A session is a tree of entries in one file: branches that were left were paid for too. A
forked session begins with copies of its parent's entries, with their ids and times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Tokens, Told, Unreadable, count, counts
from engine.agents.fields import mapping, milliseconds, take_records, text


class Message(Struct, gc=False):
    """What was said, by whom, and what it took."""

    role: Any = None
    provider: Any = None
    model: Any = None
    usage: Any = None
    timestamp: Any = None
    idempotencyKey: Any = None


class Entry(Struct, gc=False):
    """One entry: the session's head, a change of the model, or a message."""

    type: Any = None
    id: Any = None
    timestamp: Any = None
    cwd: Any = None
    provider: Any = None
    modelId: Any = None
    customType: Any = None
    data: Any = None
    message: Message | None = None


class State(Struct, array_like=True):
    """What reading on needs to know of the entries before."""

    session: str = ""
    directory: str = ""
    begun: int = 0
    """When the session was begun: an entry from before is a copy."""
    provider: str = ""
    model: str = ""


LINES = msgspec.json.Decoder(Entry)

_MARKS = (b'"session"', b'"model_change"', b'"model-snapshot"')


def is_worth_reading(line: bytes) -> bool:
    """Say cheaply whether an entry may tell of usage, or of what later usage belongs to."""
    if b'"usage"' in line:
        return True
    head = line[:512]
    return any(mark in head for mark in _MARKS)


class Entries:
    """Reads a session on (`engine.agents.base.Lines`).

    `is_told_elsewhere` says of a message whether its usage stands in another file too.
    """

    def __init__(
        self,
        session: str,
        state: bytes,
        told: Told,
        is_told_elsewhere: Callable[[Message], bool] = lambda _: False,
    ) -> None:
        self._state = msgspec.msgpack.decode(state, type=State) if state else State(session)
        self._told = told
        self._is_told_elsewhere = is_told_elsewhere

    def state(self) -> bytes:
        """Return what reading on after the entries so far needs to know."""
        return msgspec.msgpack.encode(self._state)

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if not is_worth_reading(line):
            return
        take_records(line, LINES, self._take)

    def _take(self, entry: Entry) -> None:
        state = self._state
        if entry.type == "session":
            state.session = text(entry.id) or state.session
            state.directory = text(entry.cwd) or state.directory
            state.begun = milliseconds(entry.timestamp) or state.begun
            return
        changed = model_in(entry)
        if changed is not None:
            state.provider, state.model = changed[0] or state.provider, changed[1] or state.model
        elif is_response(entry):
            assert entry.message is not None
            if not self._is_told_elsewhere(entry.message):
                tell(entry, state, self._told)


def model_in(entry: Entry) -> tuple[str, str] | None:
    """Return the provider and model that an entry changes to, `None` for other entries."""
    if entry.type == "model_change":
        return text(entry.provider), text(entry.modelId)
    if entry.type == "custom" and entry.customType == "model-snapshot":
        data = mapping(entry.data)
        return text(data.get("provider")), text(data.get("modelId"))
    return None


def is_response(entry: Entry) -> bool:
    """Say whether an entry is a model's answer with its usage."""
    message = entry.message
    return (
        entry.type == "message"
        and message is not None
        and message.role == "assistant"
        and isinstance(message.usage, dict)
    )


def tell(entry: Entry, state: State, told: Told, written: int | None = None) -> None:
    """Tell of a response; `written` is when its store got it. Raises `Unreadable`.

    An id has eight letters, so only the time beside it makes it unique; a copy keeps both.
    """
    message = entry.message or Message()
    answered = milliseconds(message.timestamp)
    time = milliseconds(entry.timestamp) or answered or written
    if time is None:
        raise Unreadable("a response without a time")
    usage = mapping(message.usage)
    given, output, read, write, reasoning = counts(
        usage, "input", "output", "cacheRead", "cacheWrite", "reasoning"
    )
    lasting = min(count(usage.get("cacheWrite1h")), write)
    id_ = text(entry.id)
    cost = mapping(usage.get("cost")).get("total")
    told.see(
        f"{id_}:{answered or time}" if id_ else f"{time}:{given}.{output}.{read}.{write}",
        time=time,
        model=text(message.model) or state.model,
        tokens=Tokens(given, output, read, write - lasting, lasting),
        session=state.session,
        directory=state.directory,
        provider=text(message.provider) or state.provider,
        reasoning=reasoning,
        cost=cost or None,
        is_forked=time < state.begun,
    )
