"""A chat's own document: its requests, each with the output of all of its calls."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Place, Told, count
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.vscode_chat.calls import directory_of, json_object, tell
from engine.agents.vscode_chat.logs import EXTENSION, LOGS, begun_at
from engine.domain.files import open_regular
from engine.domain.times import MINUTE

_INITIAL, _SET, _PUSH = range(3)
"""Kinds of the lines of a chat: all of it, a value at a path, and more at a list's end."""
_FIELDS = ("requestId", "timestamp", "modelId", "promptTokens", "completionTokens", "result")


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


_change = msgspec.json.Decoder(_Change)
_any = msgspec.json.Decoder(Any)
_left = msgspec.msgpack.Decoder(list[_Request])


class Chat:
    """Reads a chat on: what it is at first, and how it changed."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._place = place
        self._session = os.path.splitext(place.path.rpartition("/")[2])[0]
        self._requests = _left.decode(state) if state else []
        self._told = told
        self._directory = directory_of(place)

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
            self.replace(decode(json_object, bytes(change.v)))
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
            tell(
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
            self._place.root, *workspace, EXTENSION, LOGS, self._session, "main.jsonl"
        )
        try:
            written = os.stat(path).st_mtime_ns // 1_000_000
            with open_regular(path) as file:
                begun = begun_at(file)
        except OSError:
            return False
        return begun is not None and begun - MINUTE <= time <= written + MINUTE

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._requests)
