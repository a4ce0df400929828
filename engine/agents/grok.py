"""Grok Build: what each turn of a session took, by model, when it was completed.

A fork copies the turns before it, with their ids, or at least with their prompt and time.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, counts
from engine.agents.fields import mapping, milliseconds, take_records, text
from engine.domain.times import MINUTE

_PROVIDER = "xai"
_TICKS = 10**10
"""Parts of a US dollar in which xAI tells a cost."""
_COPIED = MINUTE
"""A turn that was written so long after it was taken is a copy: a fork begins with them."""


class Update(Struct, gc=False):
    """What happened in a session."""

    sessionUpdate: Any = None
    prompt_id: Any = None
    usage: Any = None
    modelUsage: Any = None


class Params(Struct, gc=False):
    """An update with what is said about it."""

    update: Update | None = None
    meta: Any = msgspec.field(default=None, name="_meta")


class Line(Struct, gc=False):
    """The fields that are read of a line."""

    timestamp: Any = None
    params: Params | None = None
    meta: Any = msgspec.field(default=None, name="_meta")


_LINES = msgspec.json.Decoder(Line)


class Grok(Agent):
    """Grok Build."""

    name = "grok"
    title = "Grok Build"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", kind_of),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a session on."""
        return Reader(place, told)


class Reader:
    """Reads a session on (`engine.agents.base.Lines`); each line says all it means."""

    def __init__(self, place: Place, told: Told) -> None:
        parts = place.path.split("/")
        self._session = parts[-2]
        self._directory = unquote(parts[-3], errors="replace")
        self._told = told

    def state(self) -> bytes:
        """Return nothing: no line needs another."""
        return b""

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line; raises `Unreadable`."""
        if b'"turn_completed"' not in line:
            return
        take_records(line, _LINES, self._take)

    def _take(self, line: Line) -> None:
        update = line.params.update if line.params is not None else None
        if line.params is None or update is None or update.sessionUpdate != "turn_completed":
            return
        about = mapping(line.params.meta) or mapping(line.meta)
        written = milliseconds(line.timestamp)
        taken = milliseconds(about.get("agentTimestampMs"))
        time = taken or written
        if time is None:
            raise Unreadable("a turn without a time")
        usage = mapping(update.usage)
        by_model = mapping(update.modelUsage) or mapping(usage.get("modelUsage")) or {"": usage}
        prompt = text(update.prompt_id)
        own = f"{self._session}:{prompt}:{time}"
        turn = text(about.get("eventId"))
        if not turn and prompt and taken is not None:
            turn = f"{prompt}:{time}"
        is_copy = taken is not None and written is not None and written - taken >= _COPIED
        for model, used in by_model.items():
            if turn and turn != own:
                self._told.withdraw(f"{own}:{model}")
            self._tell(turn or own, model, mapping(used), time, is_copy=is_copy)

    def _tell(self, turn: str, model: str, used: Any, time: int, *, is_copy: bool) -> None:
        """Tell of a turn's use of a model: the cache is inside the input."""
        whole, read, written, output, reasoning = counts(
            used,
            "inputTokens",
            "cachedReadTokens",
            "cacheCreationTokens",
            "outputTokens",
            "reasoningTokens",
        )
        read = min(read, whole)
        written = min(written, whole - read)
        ticks = used.get("costUsdTicks")
        has_cost = isinstance(ticks, int | float) and not isinstance(ticks, bool) and ticks > 0
        self._told.see(
            f"{turn}:{model}",
            time=time,
            model=model,
            tokens=Tokens(whole - read - written, output, read, written),
            session=self._session,
            directory=self._directory,
            provider=_PROVIDER,
            reasoning=reasoning,
            cost=ticks / _TICKS if has_cost else None,
            is_forked=is_copy,
        )


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows: `sessions/<directory>/<session>/updates.jsonl`."""
    is_ours = path.count("/") == 3 and path.endswith("/updates.jsonl")
    return "lines" if is_ours else None


AGENT = Grok()
