"""The log of a session's calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Place, Told, count
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.vscode_chat.calls import directory_of, tell

EXTENSION = "GitHub.copilot-chat"
LOGS = "debug-logs"


class _Call(Struct, gc=False):
    """The fields that are read of a line of a log."""

    ts: Any = None
    sid: Any = None
    type: Any = None
    spanId: Any = None
    attrs: Any = None


_call = msgspec.json.Decoder(_Call)


class Log:
    """Reads the log of a session's calls on; no line needs to know of another."""

    def __init__(self, place: Place, told: Told) -> None:
        self._directory = directory_of(place)
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
        tell(
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


def begun_at(log: Iterator[bytes]) -> int | None:
    """Return when the first line of a log that has a time was written."""
    for line, _ in zip(log, range(20), strict=False):
        try:
            time = milliseconds(_call.decode(line).ts)
        except msgspec.DecodeError:
            continue
        if time is not None:
            return time
    return None
