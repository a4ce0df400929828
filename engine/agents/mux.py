"""Mux: each workspace has one growing count per model, and says when the last request was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import BY_SESSION, Agent, Kind, Place, Told, Tree, pico
from engine.agents.fields import decode, mapping, milliseconds, written_at
from engine.agents.grown import Grown, Used, whole

_FILE = "session-usage.json"


class Usage(Struct, gc=False):
    """The fields that are read of a workspace's usage."""

    byModel: Any = None
    lastRequest: Any = None


_usage = msgspec.json.Decoder(Usage)


class Mux(Agent):
    """Mux, with `~/.mux` as root."""

    name = "mux"
    title = "Mux"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of workspaces."""
        return (Tree("sessions", kind_of),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Book what a workspace used since it was last seen; raises `Unreadable`."""
        usage = decode(_usage, data)
        workspace = place.path.split("/")[-2]
        last = milliseconds(mapping(usage.lastRequest).get("timestamp")) or written_at(place)
        time = min(last, place.now)
        grown = Grown(state, told)
        for name, kinds in mapping(usage.byModel).items():
            provider, colon, model = name.partition(":")
            grown.book(
                workspace,
                _used(mapping(kinds)),
                time=time,
                model=model if colon else name,
                part=name,
                provider=provider if colon else "",
            )
        return grown.state()


def _used(kinds: Mapping[str, Any]) -> Used:
    """Return what was used of a model: five counts side by side, each with its cost."""
    given, output, read, written, reasoning = (
        whole(mapping(kinds.get(kind)).get("tokens"))
        for kind in ("input", "output", "cached", "cacheCreate", "reasoning")
    )
    cost = sum(pico(mapping(each).get("cost_usd")) or 0 for each in kinds.values())
    return (given, output + reasoning, read, written, reasoning, cost)


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    return "document" if path.endswith(f"/{_FILE}") else None


AGENT = Mux()
