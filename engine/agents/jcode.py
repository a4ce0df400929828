"""Jcode: a document per session, and beside it a journal of what was added since.

Whether cached tokens are inside the input is as the model's vendor has it: Anthropic, which
alone counts what it writes to the cache, has them beside; all others inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, count
from engine.agents.fields import decode, mapping, milliseconds, read_beside, text, written_at

_DOCUMENT, _JOURNAL = ".json", ".journal.jsonl"


class _Session(Struct):
    """The fields that are read of a session, or of what its journal says of it."""

    id: Any = None
    provider_key: Any = None
    model: Any = None
    working_dir: Any = None
    messages: Any = None


class _Entry(Struct):
    """The fields that are read of a journal's entry."""

    meta: _Session | None = None
    append_messages: Any = None


class _At(Struct):
    """What is known of a session beside its messages."""

    session: str = ""
    model: str = ""
    provider: str = ""
    directory: str = ""

    def note(self, said: _Session) -> None:
        """Take over what a document or an entry says."""
        self.model = text(said.model) or self.model
        self.provider = text(said.provider_key) or self.provider
        self.directory = text(said.working_dir) or self.directory


_session = msgspec.json.Decoder(_Session)
_entry = msgspec.json.Decoder(_Entry)
_at = msgspec.msgpack.Decoder(_At)


class Jcode(Agent):
    """Jcode, with `~/.jcode` as root."""

    name = "jcode"
    title = "Jcode"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", _kind, is_deep=False),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all messages of a session; raises `Unreadable`."""
        session = decode(_session, data)
        at = _At(text(session.id) or _name(place.path))
        at.note(session)
        _tell(session.messages, at, place, told)
        return b""

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a journal on."""
        return _Journal(place, state, told)


class _Journal:
    """Reads a journal on; its session's document says what no entry does."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._place = place
        self._told = told
        self._at = _at.decode(state) if state else _of_document(place)

    def read(self, line: bytes, offset: int) -> None:
        """Take an entry."""
        entry = decode(_entry, line)
        if entry.meta is not None:
            self._at.note(entry.meta)
        _tell(entry.append_messages, self._at, self._place, self._told)

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._at)


def _of_document(place: Place) -> _At:
    path = place.path.removesuffix(_JOURNAL) + _DOCUMENT
    at = _At(_name(place.path))
    try:
        session = _session.decode(read_beside(place, *path.split("/")))
    except msgspec.DecodeError:
        return at
    at.session = text(session.id) or at.session
    at.note(session)
    return at


def _tell(messages: object, at: _At, place: Place, told: Told) -> None:
    """Tell of messages; the journal's are in the document later, under the same ids."""
    for number, each in enumerate(messages if isinstance(messages, list) else ()):
        message = mapping(each)
        usage = mapping(message.get("token_usage"))
        if not usage:
            continue
        told.see(
            f"{at.session}\n{text(message.get('id')) or number}",
            time=milliseconds(message.get("timestamp")) or written_at(place),
            model=at.model,
            tokens=_tokens(usage),
            session=at.session,
            directory=at.directory,
            provider=at.provider,
        )


def _tokens(usage: Mapping[str, Any]) -> Tokens:
    given, output = count(usage.get("input_tokens")), count(usage.get("output_tokens"))
    read = count(usage.get("cache_read_input_tokens"))
    written = count(usage.get("cache_creation_input_tokens"))
    is_inside = usage.get("cache_creation_input_tokens") is None and read <= given
    return Tokens(given - read if is_inside else given, output, read, written)


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(_JOURNAL).removesuffix(_DOCUMENT)


def _kind(path: str) -> Kind | None:
    if path.endswith(_JOURNAL):
        return "lines"
    return "document" if path.endswith(_DOCUMENT) else None


AGENT = Jcode()
