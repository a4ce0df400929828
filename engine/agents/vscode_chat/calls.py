"""A call or request as it is told of, and the directory that its workspace is of."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from engine.agents.base import Place, Tokens, Told
from engine.agents.fields import read_beside, text

WORKSPACES = "workspaceStorage"
json_object = msgspec.json.Decoder(dict[str, Any])
"""Reads JSON that is one object."""


def tell(
    told: Told,
    name: str,
    time: int,
    model: str,
    counted: list[int],
    session: str,
    directory: str,
    provider: str,
) -> None:
    """Tell of a call or request; the cache is inside the input, reasoning inside the output."""
    given, output, read, reasoning = counted
    read = min(read, given)
    told.see(
        name,
        time=time,
        model=model,
        tokens=Tokens(given - read, output, read),
        session=session,
        directory=directory,
        provider=provider,
        reasoning=reasoning,
    )


def directory_of(place: Place) -> str:
    """Return the directory of a workspace; of one with several, the file that lists them."""
    parts = place.path.split("/")
    if parts[0] != WORKSPACES:
        return ""
    try:
        said = json_object.decode(read_beside(place, *parts[:2], "workspace.json"))
    except msgspec.DecodeError:
        return ""
    address = urlsplit(text(said.get("folder")) or text(said.get("workspace")))
    return unquote(address.path) if address.scheme == "file" else ""
