"""CodeBuddy and WorkBuddy: transcripts by project, in lines like Claude Code's.

A message's usage is spelled in several ways. Its total says that the cached tokens are inside
the input, unless what missed the cache is given by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    Unreadable,
    count,
)
from engine.agents.fields import decode, mapping, milliseconds, text

_MISSED = ("cachedMissTokens", "cacheMissTokens")
_INPUT = ("input_tokens", "inputTokens", "prompt_tokens")
_OUTPUT = ("output_tokens", "outputTokens", "completion_tokens")
_READ = (
    "cache_read_input_tokens",
    "cacheReadInputTokens",
    "cacheTokens",
    "prompt_cache_hit_tokens",
    "cached_tokens",
)
_WRITTEN = (
    "cache_creation_input_tokens",
    "cacheCreationInputTokens",
    "cachedWriteTokens",
    "prompt_cache_write_tokens",
)
_THOUGHT = ("completion_thinking_tokens", "completionThinkingTokens", "reasoningTokens")
_KINDS = ("message", "function_call")
"""Lines that a response may come as: an answer, and a call of a tool."""


class _Line(Struct, gc=False):
    """The fields that are read of a line."""

    id: Any = None
    type: Any = None
    role: Any = None
    status: Any = None
    timestamp: Any = None
    sessionId: Any = None
    cwd: Any = None
    message: Any = None
    providerData: Any = None


_line = msgspec.json.Decoder(_Line)


class Buddy(Agent):
    """An agent with the directory as root that its `projects` lie in."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of transcripts."""
        return (Tree("projects", _kind),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a transcript on."""
        return _Transcript(place, told)


class _Transcript:
    """Reads a transcript on; no line needs to know of another."""

    def __init__(self, place: Place, told: Told) -> None:
        self._session = place.path.rpartition("/")[2].removesuffix(".jsonl")
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take a line; one that is not completed is followed by the same completed."""
        if b"okens" not in line:
            return
        said = decode(_line, line)
        if said.type not in _KINDS or (said.type == "message" and said.role != "assistant"):
            return
        if said.status not in (None, "completed"):
            return
        data, message = mapping(said.providerData), mapping(said.message)
        each = (message.get("usage"), data.get("usage"), data.get("rawUsage"))
        usage = next((mapping(used) for used in each if mapping(used)), {})
        tokens, reasoning = _tokens(usage)
        time = milliseconds(said.timestamp)
        if time is None and tokens.total:
            raise Unreadable("a message without a time")
        name = text(data.get("messageId")) or text(data.get("traceId")) or text(said.id)
        session = text(said.sessionId) or self._session
        self._told.see(
            f"{session}\n{name or offset}",
            time=time or 0,
            model=text(data.get("model"))
            or text(data.get("requestModelId"))
            or text(message.get("model")),
            tokens=tokens,
            session=session,
            directory=text(said.cwd),
            reasoning=reasoning,
        )

    def state(self) -> bytes:
        """Return what reading on needs to know: nothing."""
        return b""


def _tokens(usage: Mapping[str, Any]) -> tuple[Tokens, int]:
    """Return the tokens of a message, and how many of the output are reasoning.

    A total that can only be reached with the cache beside the input, or with the reasoning
    beside the output, says so; else they are inside.
    """
    missed = _first(usage, _MISSED)
    given, output = _first(usage, _INPUT), _first(usage, _OUTPUT)
    read, written = _first(usage, _READ), _first(usage, _WRITTEN)
    total = count(usage.get("total_tokens")) or count(usage.get("totalTokens"))
    is_beside = total == given + output + read + written or given < read + written
    if missed:
        given = missed
    elif not is_beside:
        given -= read + written
    return Tokens(given, output, read, written), _first(usage, _THOUGHT)


def _first(usage: Mapping[str, Any], names: tuple[str, ...]) -> int:
    """Return the first count above 0 of several spellings of the same."""
    return next((each for name in names if (each := count(usage.get(name)))), 0)


def _kind(path: str) -> Kind | None:
    return "lines" if path.endswith(".jsonl") else None


AGENT = Buddy("codebuddy", "CodeBuddy")
WORK = Buddy("workbuddy", "WorkBuddy")
