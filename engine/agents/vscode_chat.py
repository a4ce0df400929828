"""Copilot Chat in VS Code: each call where VS Code was told to log them, else each request.

VS Code logs calls on request, into a database of traces or into a log per session; a call in
both has one id. Without them a chat's own document tells of a request the output of all its
calls, but the prompt of the last alone: the prompts of the calls before are not known.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from engine.agents.base import (
    Agent,
    Kind,
    Lines,
    Place,
    Tokens,
    Told,
    Tree,
    UnknownStore,
    count,
)
from engine.agents.fields import decode, mapping, milliseconds, read_beside, text
from engine.agents.fresh import Fresh
from engine.agents.opened import columns_of, selected
from engine.domain.files import open_regular
from engine.domain.times import MINUTE

_WORKSPACES = "workspaceStorage"
_EXTENSION = "GitHub.copilot-chat"
_CHATS = "chatSessions"
_LOGS = "debug-logs"
_TRACES = "globalStorage/github.copilot-chat/agent-traces.db"
_EMPTY_WINDOW = "globalStorage/emptyWindowChatSessions"
_COLUMNS = (
    "span_id",
    "operation_name",
    "start_time_ms",
    "chat_session_id",
    "conversation_id",
    "response_model",
    "request_model",
    "provider_name",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
)
_INITIAL, _SET, _PUSH = range(3)
"""Kinds of the lines of a chat: all of it, a value at a path, and more at a list's end."""
_FIELDS = ("requestId", "timestamp", "modelId", "promptTokens", "completionTokens", "result")


class _Call(Struct, gc=False):
    """The fields that are read of a line of a log."""

    ts: Any = None
    sid: Any = None
    type: Any = None
    spanId: Any = None
    attrs: Any = None


class _Change(Struct, gc=False):
    """The fields that are read of a line of a chat."""

    kind: Any = None
    k: Any = None
    v: msgspec.Raw = msgspec.Raw(b"null")
    i: Any = None


class _Request(Struct, gc=False):
    """What is kept of a request while its chat is read."""

    id: str = ""
    time: int = 0
    model: str = ""
    resolved: str = ""
    prompt: int = 0
    output: int = 0

    def note(self, said: dict[str, Any]) -> None:
        """Take over what a chat says of the request, all of it or some fields."""
        self.id = text(said.get("requestId")) or self.id
        self.time = milliseconds(said.get("timestamp")) or self.time
        self.model = text(said.get("modelId")) or self.model
        kept = mapping(mapping(said.get("result")).get("metadata"))
        self.resolved = text(kept.get("resolvedModel")) or self.resolved
        self.prompt = (
            count(said.get("promptTokens")) or count(kept.get("promptTokens")) or (self.prompt)
        )
        self.output = (
            count(said.get("completionTokens")) or count(kept.get("outputTokens")) or (self.output)
        )


_call = msgspec.json.Decoder(_Call)
_change = msgspec.json.Decoder(_Change)
_chat = msgspec.json.Decoder(dict[str, Any])
_any = msgspec.json.Decoder(Any)
_left = msgspec.msgpack.Decoder(list[_Request])


class VSCodeChat(Agent):
    """Copilot Chat in VS Code, with the editor's `User` directory as root."""

    name = "copilot-chat"
    title = "Copilot Chat"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return where chats, logs and traces are; a workspace has much else, and large."""
        chats = [f"{_WORKSPACES}/{each}" for each in _workspaces(root)]
        return (
            Tree(os.path.dirname(_TRACES), _kind, is_deep=False),
            Tree(_EMPTY_WINDOW, _kind),
            *(Tree(f"{each}/{_CHATS}", _kind) for each in chats),
            *(Tree(f"{each}/{_EXTENSION}/{_LOGS}", _kind) for each in chats),
        )

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a chat or a log on."""
        return _Log(place, told) if f"/{_LOGS}/" in place.path else _Chat(place, state, told)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all requests of a chat of the older form; raises `Unreadable`."""
        chat = _Chat(place, b"", told)
        chat.replace(decode(_chat, data))
        return b""

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the calls that are new."""
        there = columns_of(connection, "spans")
        if not {"span_id", "operation_name", "input_tokens", "output_tokens"} <= there:
            raise UnknownStore(
                f"{place.path} has no calls with tokens: it is of an unknown version of "
                "Copilot Chat, or just being made."
            )
        fresh = Fresh(connection, state, place.now)
        for row, *said in fresh.rows("spans", selected("t", there, _COLUMNS), "", ""):
            name, operation, time, chat, talk, model, asked, provider, *counted = said
            if operation != "chat":
                continue
            at = milliseconds(time)
            if at is None:
                told.problem(row, "a call without a time")
                continue
            _tell(
                told,
                text(name),
                at,
                text(model) or text(asked),
                [count(each) for each in counted],
                text(chat) or text(talk),
                "",
                text(provider),
            )
        return fresh.state()


class _Log:
    """Reads the log of a session's calls on; no line needs to know of another."""

    def __init__(self, place: Place, told: Told) -> None:
        self._directory = _directory(place)
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take a line."""
        if b'"llm_request"' not in line:
            return
        call = decode(_call, line)
        time = milliseconds(call.ts)
        if call.type != "llm_request" or time is None:
            return
        said = mapping(call.attrs)
        counted = [
            count(said.get(name))
            for name in ("inputTokens", "outputTokens", "cachedTokens", "reasoningTokens")
        ]
        model = text(said.get("model"))
        _tell(
            self._told,
            text(call.spanId) or str(offset),
            time,
            model,
            counted,
            text(call.sid),
            self._directory,
            "",
        )

    def state(self) -> bytes:
        """Return what reading on needs to know: nothing."""
        return b""


class _Chat:
    """Reads a chat on: what it is at first, and how it changed."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._place = place
        self._session = os.path.splitext(place.path.rpartition("/")[2])[0]
        self._requests = _left.decode(state) if state else []
        self._told = told
        self._directory = _directory(place)

    def replace(self, chat: dict[str, Any]) -> None:
        """Take over all of a chat."""
        self._requests = []
        self._push(chat.get("requests"))

    def read(self, line: bytes, offset: int) -> None:
        """Take a line; of most, which hold parts of answers, only the path is decoded."""
        if b'"requests"' not in line:
            return
        change = decode(_change, line)
        path = change.k if isinstance(change.k, list) else []
        if change.kind == _INITIAL:
            self.replace(decode(_chat, bytes(change.v)))
        elif path == ["requests"]:
            self._change_list(change)
        elif path[:1] == ["requests"] and len(path) > 2 and path[2] in _FIELDS:
            self._change_one(change, path)

    def _change_list(self, change: _Change) -> None:
        if change.kind == _SET:
            self._requests = []
        elif change.kind == _PUSH and isinstance(change.i, int):
            del self._requests[change.i :]
        self._push(decode(_any, bytes(change.v)))

    def _change_one(self, change: _Change, path: list[Any]) -> None:
        place = path[1]
        if change.kind != _SET or not isinstance(place, int) or place >= len(self._requests):
            return
        said: Any = decode(_any, bytes(change.v))
        for name in reversed(path[2:]):
            said = {name: said}
        self._note(self._requests[place], said)

    def _push(self, requests: object) -> None:
        for said in requests if isinstance(requests, list) else ():
            self._requests.append(_Request())
            self._note(self._requests[-1], said)

    def _note(self, request: _Request, said: object) -> None:
        """Take over what is said of a request, and tell of it where that changed its counts."""
        known = (request.prompt, request.output)
        if isinstance(said, dict):
            request.note(said)
        is_copilot = bool(request.resolved) or request.model.startswith("copilot/")
        if (request.prompt, request.output) == known or not is_copilot or not request.time:
            return
        if not self._is_logged(request.time):
            _tell(
                self._told,
                request.id or f"{self._session}\n{request.time}",
                request.time,
                request.resolved or request.model.removeprefix("copilot/"),
                [request.prompt, request.output, 0, 0],
                self._session,
                self._directory,
                "",
            )

    def _is_logged(self, time: int) -> bool:
        """Say whether the session's calls were logged at a time.

        VS Code writes its log some seconds after a call, so it was if the log was begun
        before and written after, or nearly so.
        """
        workspace = self._place.path.split("/")[:-2]
        path = os.path.join(
            self._place.root, *workspace, _EXTENSION, _LOGS, self._session, "main.jsonl"
        )
        try:
            written = os.stat(path).st_mtime_ns // 1_000_000
            with open_regular(path) as file:
                begun = _begun(file)
        except OSError:
            return False
        return begun is not None and begun - MINUTE <= time <= written + MINUTE

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._requests)


def _tell(
    told: Told,
    name: str,
    time: int,
    model: str,
    counted: list[int],
    session: str,
    directory: str,
    provider: str,
) -> None:
    """Tell of a call or request; the cache is inside the input, reasoning inside the output."""
    given, output, read, reasoning = counted
    read = min(read, given)
    told.see(
        name,
        time=time,
        model=model,
        tokens=Tokens(given - read, output, read),
        session=session,
        directory=directory,
        provider=provider,
        reasoning=reasoning,
    )


def _begun(log: Iterator[bytes]) -> int | None:
    """Return when the first line of a log that has a time was written."""
    for line, _ in zip(log, range(20), strict=False):
        try:
            time = milliseconds(_call.decode(line).ts)
        except msgspec.DecodeError:
            continue
        if time is not None:
            return time
    return None


def _workspaces(root: str) -> list[str]:
    """Return the names of the workspaces that a VS Code knows."""
    try:
        with os.scandir(os.path.join(root, _WORKSPACES)) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []


def _directory(place: Place) -> str:
    """Return the directory of a workspace; of one with several, the file that lists them."""
    parts = place.path.split("/")
    if parts[0] != _WORKSPACES:
        return ""
    try:
        said = _chat.decode(read_beside(place, *parts[:2], "workspace.json"))
    except msgspec.DecodeError:
        return ""
    address = urlsplit(text(said.get("folder")) or text(said.get("workspace")))
    return unquote(address.path) if address.scheme == "file" else ""


def _kind(path: str) -> Kind | None:
    if path == _TRACES:
        return "database"
    name = path.rpartition("/")[2]
    if f"/{_LOGS}/" in path:
        return "lines" if name.endswith(".jsonl") else None
    if name.endswith(".jsonl"):
        return "lines"
    return "document" if name.endswith(".json") else None


AGENT = VSCodeChat()
