"""Augment's CLI (Auggie): a document per session, with one count for each turn.

The four counts are disjoint, as Anthropic's are. A turn repeats its count in later nodes, so
the first is taken.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, counts
from engine.agents.fields import decode, mapping, milliseconds, text, written_at

_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
)


class _Session(Struct):
    """The fields that are read of a session."""

    sessionId: Any = None
    agentState: Any = None
    chatHistory: Any = None


_session = msgspec.json.Decoder(_Session)


class Augment(Agent):
    """Augment, with `~/.augment` as root."""

    name = "augment"
    title = "Augment"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", _kind, is_deep=False),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all turns of a session; raises `Unreadable`."""
        session = decode(_session, data)
        name = text(session.sessionId) or place.path.rpartition("/")[2].removesuffix(".json")
        model = text(mapping(session.agentState).get("modelId"))
        turns = session.chatHistory
        for number, turn in enumerate(turns if isinstance(turns, list) else ()):
            exchange = mapping(mapping(turn).get("exchange"))
            given, output, read, written = _used(exchange.get("response_nodes"))
            told.see(
                text(exchange.get("request_id")) or f"{name}\n{number}",
                time=milliseconds(mapping(turn).get("finishedAt")) or written_at(place),
                model=text(exchange.get("model_id")) or model,
                tokens=Tokens(given, output, read, written),
                session=name,
            )
        return b""


def _used(nodes: object) -> tuple[int, ...]:
    """Return the first counts of a turn that are not all 0."""
    for node in nodes if isinstance(nodes, list) else ():
        used = counts(mapping(mapping(node).get("token_usage")), *_COUNTS)
        if any(used):
            return used
    return (0,) * len(_COUNTS)


def _kind(path: str) -> Kind | None:
    return "document" if path.endswith(".json") else None


AGENT = Augment()
