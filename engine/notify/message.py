"""A warning in words, as every channel gets it."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

Kind = Literal["level", "forecast", "hit", "reset", "early_reset", "budget", "extra_usage"]
Severity = Literal["information", "warning", "error"]


class Message(Struct, frozen=True):
    """One warning; `as_json` is what commands and webhooks get of it."""

    kind: Kind
    title: str
    text: str
    severity: Severity
    window: str
    """The limit's window (`five_hour`, `seven_day`, …), or the budget's."""
    time: int
    """When it came about, in UTC milliseconds."""


def as_json(message: Message) -> bytes:
    """Return a message as one JSON object with the fields' names as keys."""
    whole = msgspec.structs.replace(
        message,
        title=_without_surrogates(message.title),
        text=_without_surrogates(message.text),
        window=_without_surrogates(message.window),
    )
    return msgspec.json.encode(whole)


def plain(text: str, longest: int) -> str:
    """Return a text on one line, without what steers a terminal, cut to a number of signs.

    Everything but printable signs and the space becomes a space: control characters, breaks,
    marks that turn the direction of writing, halves of surrogate pairs.
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
