"""Junie: each response's usage in its session's events, with what it cost at list prices.

The buckets are disjoint whoever runs the model (Junie takes the cache off the input itself),
and of one response there may be several models.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, counts
from engine.agents.fields import decode, mapping, milliseconds, text

_MARK = b'"LlmResponseMetadataEvent"'
_DIRECTORY = b'"currentDirectory"'
_COUNTS = ("inputTokens", "outputTokens", "cacheInputTokens", "cacheCreateTokens")


class _Line(Struct, gc=False):
    """The fields that are read of an event."""

    event: Any = None
    timestampMs: Any = None


class _Left(Struct):
    """Where reading left off."""

    directory: str = ""
    time: int = 0
    """Of the last event that had one; an event without takes it."""


_line = msgspec.json.Decoder(_Line)
_left = msgspec.msgpack.Decoder(_Left)


class Junie(Agent):
    """Junie, with `~/.junie` as root."""

    name = "junie"
    title = "Junie"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", _kind),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a session's events on."""
        return _Events(place, state, told)


class _Events:
    """Reads a session's events on."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._session = place.path.split("/")[1]
        self._left = _left.decode(state) if state else _Left()
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take an event; states of the agent are large, and tell nothing that is counted."""
        if _MARK not in line and _DIRECTORY not in line:
            return
        event = decode(_line, line)
        said = mapping(mapping(event.event).get("agentEvent"))
        self._left.directory = text(said.get("currentDirectory")) or self._left.directory
        self._left.time = milliseconds(event.timestampMs) or self._left.time
        if said.get("kind") != "LlmResponseMetadataEvent":
            return
        if not self._left.time:
            raise Unreadable("a response without a time")
        used = said.get("modelUsage")
        for place, usage in enumerate(used if isinstance(used, list) else ()):
            self._tell(mapping(usage), place, mapping(said.get("agent")))

    def _tell(self, usage: Any, place: int, agent: Any) -> None:
        given, output, read, written = counts(usage, *_COUNTS)
        cost = usage.get("cost")
        is_main = agent.get("kind") in (None, "MainAgent")
        self._told.see(
            "\n".join(
                map(
                    str,
                    (self._session, self._left.time, place, given, output, read, written, cost),
                )
            ),
            time=self._left.time,
            model=text(usage.get("model")),
            tokens=Tokens(given, output, read, written),
            session=self._session,
            directory=self._left.directory,
            provider=text(usage.get("provider")),
            cost=cost if _is_cost(cost) else None,
            is_sidechain=not is_main,
            sub_agent="" if is_main else text(agent.get("name")),
        )

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._left)


def _is_cost(cost: object) -> bool:
    """Say whether a cost is known: a model that Junie has no price of costs 0."""
    return isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0


def _kind(path: str) -> Kind | None:
    return "lines" if path.count("/") == 2 and path.endswith("/events.jsonl") else None


AGENT = Junie()
