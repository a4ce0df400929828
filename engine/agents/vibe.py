"""Mistral Vibe: a directory per session, with sums in `meta.json` and lately each request.

Versions until the middle of 2026 keep only a session's sums; since then the messages beside
them tell of each request too. What the sums have beyond those requests is booked when they
grew. Cached tokens are inside the prompt.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import (
    BY_SESSION,
    Agent,
    Kind,
    Place,
    Tokens,
    Told,
    Tree,
    Unreadable,
    counts,
)
from engine.agents.fields import decode, mapping, milliseconds, text, written_at
from engine.agents.grown import Grown, Used, whole
from engine.domain.files import open_regular, signed
from engine.domain.long_lines import finished_lines

_META, _MESSAGES = "meta.json", "messages.jsonl"
_SUB_AGENTS = "agents"


class _Meta(Struct):
    """The fields that are read of a session; version 1 has them in `metadata`."""

    session_id: Any = None
    start_time: Any = None
    end_time: Any = None
    environment: Any = None
    origin_directory: Any = None
    config: Any = None
    active_model: Any = None
    stats: Any = None
    metadata: Any = None


class _Message(Struct, gc=False):
    """The fields that are read of a message."""

    role: Any = None
    message_id: Any = None
    model: Any = None
    timestamp: Any = None
    usage: Any = None


class _Left(Struct):
    """Where reading left off."""

    used: bytes = b""
    offset: int = 0
    inode: int = 0
    """Of the messages: Vibe writes them anew where it adds costs, and then all move."""
    told: tuple[int, int, int] = (0, 0, 0)
    """Prompt, completion and cached tokens of the requests told by now."""


class _At(Struct, frozen=True):
    """What is known of a session beside its counts."""

    session: str
    begun: int
    ended: int
    directory: str
    model: str
    is_sidechain: bool


_meta = msgspec.json.Decoder(_Meta)
_message = msgspec.json.Decoder(_Message)
_left = msgspec.msgpack.Decoder(_Left)


class Vibe(Agent):
    """Mistral Vibe, with `~/.vibe` as root."""

    name = "vibe"
    title = "Mistral Vibe"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("logs/session", _kind),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of new requests, and book what the sums have beyond all; raises `Unreadable`.

        The messages are written before the sums, so these never lag behind those.
        """
        meta = decode(_meta, data)
        if isinstance(meta.metadata, dict):
            meta = msgspec.convert(meta.metadata, _Meta)
        left = _left.decode(state) if state else _Left()
        at = _at(meta, place)
        if place.path.endswith(f"/{_META}"):
            _tell_messages(place, at, left, told)
        grown = Grown(left.used, told)
        grown.book(
            at.session,
            _beyond(mapping(meta.stats), left.told),
            time=min(grown.moment(at.session, at.begun, at.ended), place.now),
            model=at.model,
            directory=at.directory,
            is_sidechain=at.is_sidechain,
        )
        left.used = grown.state()
        return msgspec.msgpack.encode(left)


def _at(meta: _Meta, place: Place) -> _At:
    *_, directory, file = place.path.split("/")
    ended = milliseconds(meta.end_time) or written_at(place)
    model = mapping(meta.config).get("active_model") or meta.active_model
    return _At(
        text(meta.session_id) or (directory if file == _META else file.removesuffix(".json")),
        milliseconds(meta.start_time) or ended,
        ended,
        text(mapping(meta.environment).get("working_directory")) or text(meta.origin_directory),
        text(model) or text(mapping(model).get("alias")),
        f"/{_SUB_AGENTS}/" in place.path,
    )


def _tell_messages(place: Place, at: _At, left: _Left, told: Told) -> None:
    """Tell of the requests that were written since last time."""
    path = os.path.join(place.root, os.path.dirname(place.path), _MESSAGES)
    try:
        with open_regular(path) as file:
            now = os.fstat(file.fileno())
            inode = signed(now.st_ino)
            if inode != left.inode or now.st_size < left.offset:
                left.inode, left.offset, left.told = inode, 0, (0, 0, 0)
            file.seek(left.offset)
            for line, size in finished_lines(file):
                try:
                    if b'"usage"' in line:
                        _tell(decode(_message, line), left.offset, at, left, told)
                except Unreadable as error:
                    told.problem(left.offset, f"{_MESSAGES}: {error}")
                left.offset += size
    except OSError:
        return


def _tell(message: _Message, offset: int, at: _At, left: _Left, told: Told) -> None:
    usage = counts(mapping(message.usage), "prompt_tokens", "completion_tokens", "cached_tokens")
    if message.role != "assistant" or not any(usage):
        return
    prompt, completion, cached = usage
    left.told = (left.told[0] + prompt, left.told[1] + completion, left.told[2] + cached)
    told.see(
        text(message.message_id) or f"{at.session}\n{offset}",
        time=milliseconds(message.timestamp) or at.begun,
        model=text(message.model) or at.model,
        tokens=Tokens(max(0, prompt - cached), completion, min(cached, prompt)),
        session=at.session,
        directory=at.directory,
        is_sidechain=at.is_sidechain,
    )


def _beyond(stats: Mapping[str, Any], known: tuple[int, int, int]) -> Used:
    """Return what a session used beyond the requests that are told by themselves."""
    names = ("session_prompt_tokens", "session_completion_tokens", "session_cached_tokens")
    prompt, completion, cached = (
        max(0, whole(stats.get(name)) - told) for name, told in zip(names, known, strict=True)
    )
    return (max(0, prompt - cached), completion, min(cached, prompt), 0, 0, 0)


def _kind(path: str) -> Kind | None:
    *_, directory, file = path.split("/")
    is_old = directory == "session" and file.endswith(".json")
    return "document" if file == _META or is_old else None


AGENT = Vibe()
