"""DeepSeek Harness: one log of events per session, plain or in Zstandard frames.

The counts of a request are disjoint, reasoning is inside the output. A request is named by
turn and step; one that was tried again after a failure has used twice. A fork begins with a
copy of its parent's events, which belong to the parent.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, count
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.zstd import frames

_PLAIN, _PACKED = "session.jsonl", "session.jsonl.zstd"
_OF_USE = ("assistant/message", "assistant/attempt", "compaction/summary", "assistant/chunk")
_MARKS = (b'"usage"', b'"session"', b'"request/header"', b'"llm/retry-started"')


class _Event(Struct, gc=False):
    """The fields that are read of an event; the first line has them on its top."""

    type: Any = None
    seq: Any = None
    time: Any = None
    data: Any = None
    id: Any = None
    cwd: Any = None
    seedLength: Any = None


class _Left(Struct):
    """Where reading left off."""

    session: str = ""
    directory: str = ""
    seeds: int = 0
    """Events at the beginning that are copies of the parent's."""
    model: str = ""
    provider: str = ""
    tries: dict[str, int] = {}
    """How often each step that failed was tried again."""


_event = msgspec.json.Decoder(_Event)
_left = msgspec.msgpack.Decoder(_Left)


class DeepSeek(Agent):
    """DeepSeek Harness, with `~/.dsh` as root."""

    name = "dsh"
    title = "DeepSeek Harness"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", _kind),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a plain log on."""
        return _Log(place, state, told)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all that a packed log has; its last frame may be unfinished."""
        log = _Log(place, b"", told)
        offset = 0
        content, reason = frames(data)
        for line in content.splitlines(keepends=True):
            if line.endswith(b"\n"):
                try:
                    log.read(line, offset)
                except Unreadable as error:
                    told.problem(offset, str(error))
            offset += len(line)
        if reason:
            told.problem(offset, reason)
        return b""


class _Log:
    """Reads a log on."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._left = _left.decode(state) if state else _Left(place.path.split("/")[-2])
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take an event; most are parts of texts, and tell nothing that is counted."""
        if not any(mark in line for mark in _MARKS):
            return
        event, left = decode(_event, line), self._left
        if event.type == "session":
            left.session = text(event.id) or left.session
            left.directory = text(event.cwd)
            left.seeds = count(event.seedLength)
        elif event.type == "request/header":
            config = mapping(mapping(mapping(event.data).get("header")).get("config"))
            left.model, left.provider = text(config.get("model")), text(config.get("provider"))
        elif isinstance(event.seq, int) and event.seq < left.seeds:
            return
        elif event.type == "llm/retry-started":
            step = _step(mapping(event.data))
            left.tries[step] = left.tries.get(step, 0) + 1
        elif event.type in _OF_USE:
            self._tell(event, offset)

    def _tell(self, event: _Event, offset: int) -> None:
        data, left = mapping(event.data), self._left
        usage = mapping(data.get("usage")) or mapping(mapping(data.get("chunk")).get("usage"))
        if not usage:
            return
        time = milliseconds(event.time)
        if time is None:
            raise Unreadable("a response without a time")
        message = mapping(data.get("message"))
        source = mapping(message.get("source")) or mapping(data.get("source"))
        served = mapping(mapping(source.get("replayState")).get("response"))
        step = _step(data)
        name = f"{step}\n{left.tries.get(step, 0)}"
        if event.type == "compaction/summary":
            name = f"summary\n{event.seq if isinstance(event.seq, int) else offset}"
        self._told.see(
            f"{left.session}\n{name}",
            time=time,
            model=text(served.get("responseModel")) or text(source.get("model")) or left.model,
            tokens=Tokens(
                count(usage.get("inputTokens")),
                count(usage.get("outputTokens")),
                count(usage.get("cacheReadTokens")),
                count(usage.get("cacheWriteTokens")),
            ),
            session=left.session,
            directory=left.directory,
            provider=text(source.get("provider")) or left.provider,
            reasoning=count(usage.get("reasoningTokens")),
        )

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._left)


def _step(data: Any) -> str:
    return f"{data.get('turn')}\n{data.get('step')}"


def _kind(path: str) -> Kind | None:
    name = path.rpartition("/")[2]
    if name == _PLAIN:
        return "lines"
    return "document" if name == _PACKED else None


AGENT = DeepSeek()
