"""fx: each session has one growing count per model, in a document of its own.

fx's own total is input and output: the cache is inside the one, reasoning inside the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import BY_SESSION, Agent, Kind, Place, Told, Tree, pico
from engine.agents.fields import decode, mapping, milliseconds, read_beside, text, written_at
from engine.agents.grown import Grown, Used, whole

_FILE = "usage-v2.json"
_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)


class _Usage(Struct):
    """The fields that are read of a session's usage."""

    session_id: Any = None
    snapshot: Any = None


class _Session(Struct):
    """The fields that are read of a session."""

    workspace_root: Any = None
    created_at_ms: Any = None
    updated_at_ms: Any = None


_usage = msgspec.json.Decoder(_Usage)
_session = msgspec.json.Decoder(_Session)


class Fx(Agent):
    """fx, with `~/.fx` as root."""

    name = "fx"
    title = "fx"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("sessions", _kind),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Book what a session used since it was last seen; raises `Unreadable`."""
        usage = decode(_usage, data)
        beside = _beside(place)
        name = text(usage.session_id) or place.path.split("/")[-2]
        snapshot = mapping(usage.snapshot)
        ended = milliseconds(beside.updated_at_ms) or written_at(place)
        begun = milliseconds(beside.created_at_ms) or ended
        grown = Grown(state, told)
        for model, used in _by_model(snapshot):
            provider, slash, rest = model.partition("/")
            grown.book(
                name,
                used,
                time=min(grown.moment(name, begun, ended, model), place.now),
                model=rest if slash else model,
                part=model,
                provider=provider if slash else "",
                directory=text(beside.workspace_root),
            )
        return grown.state()


def _beside(place: Place) -> _Session:
    """Return the session's own document, an empty one where there is none."""
    try:
        return _session.decode(read_beside(place, *place.path.split("/")[:-1], "session.json"))
    except msgspec.DecodeError:
        return _Session()


def _by_model(snapshot: Mapping[str, Any]) -> list[tuple[str, Used]]:
    """Return what was used of each model; of none by name where only the sum is known."""
    models = snapshot.get("models")
    each = [
        (text(mapping(model).get("model")), _used(mapping(model)))
        for model in (models if isinstance(models, list) else ())
    ]
    return each or [("", _used(snapshot))]


def _used(said: Mapping[str, Any]) -> Used:
    given, output, read, written, reasoning = (whole(said.get(name)) for name in _COUNTS)
    cached = read + written
    return (
        given - cached if cached <= given else given,
        output,
        read,
        written,
        min(reasoning, output),
        pico(said.get("total_cost")) or 0,
    )


def _kind(path: str) -> Kind | None:
    return "document" if path.endswith(f"/{_FILE}") else None


AGENT = Fx()
