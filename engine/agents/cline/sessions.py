"""The sessions of Cline's command line: a document of messages, and one about them beside it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Place, Tokens, Told, Unreadable, counts
from engine.agents.fields import decode, mapping, milliseconds, read_beside, text, written_at

_ENDING = ".messages.json"


class Session(Struct, gc=False):
    """The fields that are read of a session."""

    sessionId: Any = None
    messages: list[Any] = []


class About(Struct, gc=False):
    """The fields that are read of what is said about a session."""

    provider: Any = None
    model: Any = None
    cwd: Any = None
    workspace_root: Any = None


_session = msgspec.json.Decoder(Session)
_about = msgspec.json.Decoder(About)


def tell_session(data: bytes, place: Place, told: Told) -> None:
    """Tell of all responses of a session; raises `Unreadable`.

    Its counts are those of the whole prompt: the cache is inside the input, unless that is
    smaller than the cache and can only be the rest.
    """
    session = decode(_session, data)
    stem = place.path.removesuffix(_ENDING)
    name = text(session.sessionId) or stem.rpartition("/")[2]
    about = _read_about(place, stem)
    model, provider = text(about.model), text(about.provider)
    for number, message in enumerate(map(mapping, session.messages)):
        if message.get("role") != "assistant":
            continue
        info = mapping(message.get("modelInfo"))
        model = text(info.get("id")) or model
        provider = text(info.get("provider")) or provider
        metrics = mapping(message.get("metrics"))
        whole, output, read, written = counts(
            metrics, "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"
        )
        plain = whole if whole < read + written else whole - read - written
        told.see(
            f"{name}:{text(message.get('id')) or number}",
            time=milliseconds(message.get("ts")) or written_at(place),
            model=model,
            tokens=Tokens(plain, output, read, written),
            session=name,
            directory=text(about.workspace_root) or text(about.cwd),
            provider=provider,
            cost=metrics.get("cost") or None,
        )


def _read_about(place: Place, stem: str) -> About:
    data = read_beside(place, *f"{stem}.json".split("/"))
    try:
        return decode(_about, data) if data else About()
    except Unreadable:
        return About()
