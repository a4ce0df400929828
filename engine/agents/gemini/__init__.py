"""Gemini CLI: where its chats lie, and which of their messages are responses.

A chat's message is appended again whenever something is filled in, a rewind takes back
what was paid for, and a checkpoint repeats messages without their counts: every message
that ever stood there with counts is a response, once.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, counts
from engine.agents.claude.lines import text_of
from engine.agents.claude.patient import read_objects
from engine.agents.fields import take_records
from engine.agents.gemini.projects import directory_of
from engine.domain.times import parse_time

_CHATS = "/chats/"


class Message(Struct, gc=False):
    """A line of a chat: a message, or what the chat says of itself."""

    id: Any = None
    timestamp: Any = None
    type: Any = None
    model: Any = None
    tokens: Any = None
    session_id: Any = msgspec.field(default=None, name="sessionId")


class Chat(Struct, gc=False):
    """A whole chat, as it was written until early 2026."""

    session_id: Any = msgspec.field(default=None, name="sessionId")
    messages: list[Message] = []


class State(Struct, array_like=True):
    """What reading on needs to know of the lines before."""

    session: str = ""


_LINES = msgspec.json.Decoder(Message)
_decode_chat = msgspec.json.Decoder(Chat).decode


class Gemini(Agent):
    """Chats below `~/.gemini/tmp`, one directory per project."""

    name = "gemini"
    title = "Gemini CLI"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of chats."""
        return (Tree("tmp", kind_of),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a chat on."""
        return Reader(place, state, told)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses in a chat of the older form; raises `Unreadable`."""
        try:
            chat = _decode_chat(data)
        except (ValueError, RecursionError):
            chat = _patient_chat(data)
        teller = _Teller(place, told)
        teller.session = text_of(chat.session_id) or teller.session
        for number, message in enumerate(chat.messages):
            try:
                teller.take(message)
            except Unreadable as error:
                told.problem(number, str(error))
        return b""


class Reader:
    """Reads a chat on (`engine.agents.base.Lines`)."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._teller = _Teller(place, told)
        if state:
            self._teller.session = msgspec.msgpack.decode(state, type=State).session

    def state(self) -> bytes:
        """Return what reading on after the lines so far needs to know."""
        return msgspec.msgpack.encode(State(self._teller.session))

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if b'"tokens"' not in line and b'"sessionId"' not in line[:256]:
            return
        take_records(line, _LINES, self._teller.take)


class _Teller:
    """Tells of a chat's messages."""

    def __init__(self, place: Place, told: Told) -> None:
        project, _, below = place.path.removeprefix("tmp/").partition(_CHATS)
        parent, _, name = below.rpartition("/")
        self.session = name.rpartition(".")[0]
        self._parent = parent.partition("/")[0]
        self._directory = directory_of(place.root, project)
        self._told = told

    def take(self, message: Message) -> None:
        """Take a message, or what the chat says of itself; raises `Unreadable`."""
        if message.type is None:
            self.session = text_of(message.session_id) or self.session
            return
        if message.type != "gemini" or not isinstance(message.tokens, dict):
            return
        time = parse_time(message.timestamp) if isinstance(message.timestamp, str) else None
        if time is None:
            raise Unreadable("a response without a time and zone")
        whole, output, cached, thoughts, tool = counts(
            message.tokens, "input", "output", "cached", "thoughts", "tool"
        )
        cached = min(cached, whole)
        id_ = text_of(message.id) or f"{time}:{whole}:{output}"
        self._told.see(
            f"{self.session}:{id_}",
            time=time,
            model=text_of(message.model) or "",
            tokens=Tokens(whole - cached + tool, output + thoughts, cached),
            session=self._parent or self.session,
            directory=self._directory,
            reasoning=thoughts,
            is_sidechain=bool(self._parent),
            sub_agent=self.session if self._parent else "",
        )


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows; what is not a chat is none of it."""
    if _CHATS not in path:
        return None
    if path.endswith(".jsonl"):
        return "lines"
    is_chat = path.endswith(".json") and path.rpartition("/")[2].startswith("session-")
    return "document" if is_chat else None


def _patient_chat(data: bytes) -> Chat:
    """Take what is usable of a chat that is not as expected; raises `Unreadable`."""
    objects, is_whole = read_objects(data)
    if not objects or not is_whole:
        raise Unreadable("a broken chat")
    value = objects[0][1]
    listed = value.get("messages")
    return Chat(
        value.get("sessionId"),
        [
            msgspec.convert(each, Message)
            for each in (listed if isinstance(listed, list) else [])
            if isinstance(each, dict)
        ],
    )


AGENT = Gemini()
