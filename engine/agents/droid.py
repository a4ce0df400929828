"""Droid: a session's settings hold one growing count; its transcript names the model at most."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Told, Tree
from engine.agents.fields import decode, milliseconds, read_beside, text, written_at
from engine.agents.grown import Grown, Used, whole

_SETTINGS = ".settings.json"
_LONGEST_LOOK = 1 << 20
"""Bytes of a transcript that are looked through for the model's name."""
_NAMED = re.compile(rb'Model: *([^\[\]\\"\n]+)')


class Settings(Struct, gc=False, rename="camel"):
    """The fields that are read of a session's settings."""

    model: Any = None
    provider_lock: Any = None
    provider_lock_timestamp: Any = None
    token_usage: Any = None


_settings = msgspec.json.Decoder(Settings)


class Droid(Agent):
    """Droid, with the directory of its sessions as root."""

    name = "droid"
    title = "Droid"
    is_cumulative = True

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of sessions."""
        return (Tree("", kind_of),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Book what a session used since it was last seen; raises `Unreadable`."""
        settings = decode(_settings, data)
        session = place.path.rpartition("/")[2].removesuffix(_SETTINGS)
        grown = Grown(state, told)
        if not isinstance(settings.token_usage, dict):
            return grown.state()
        begun = milliseconds(settings.provider_lock_timestamp) or written_at(place)
        grown.book(
            session,
            _used(settings.token_usage),
            time=begun if grown.used(session) is None else place.now,
            model=plain_name(text(settings.model)) or _model_beside(place),
            provider=text(settings.provider_lock),
        )
        return grown.state()


def _used(usage: dict[str, Any]) -> Used:
    """Return what was used; thinking stands beside the output unless the total says otherwise."""
    given, output, written, read, thinking, total = (
        whole(usage.get(f"{name}Tokens"))
        for name in ("input", "output", "cacheCreation", "cacheRead", "thinking", "total")
    )
    if total != given + output + written + read:
        output += thinking
    return (given, output, read, written, min(thinking, output), 0)


def plain_name(model: str) -> str:
    """Return a model's name without what Droid puts around it: `custom:Name-[Vendor]-0`."""
    if not model.startswith("custom:") and "[" not in model:
        return model
    name = re.sub(r"-?\[[^\]]*\](-\d+)?", "", model.removeprefix("custom:"))
    return name.strip(" -").replace(" ", "-")


def _model_beside(place: Place) -> str:
    """Return the model that the session's transcript names, if it does."""
    transcript = place.path.removesuffix(_SETTINGS) + ".jsonl"
    found = _NAMED.search(read_beside(place, *transcript.split("/"), most=_LONGEST_LOOK))
    return found[1].decode("utf-8", "replace").strip().replace(" ", "-") if found else ""


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    return "document" if path.endswith(_SETTINGS) else None


AGENT = Droid()
