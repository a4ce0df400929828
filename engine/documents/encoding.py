"""Documents as text, and how money, times and shares stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from msgspec import UNSET, UnsetType

from engine.domain.responses import PICO
from engine.domain.times import iso_time

Money = float | UnsetType
"""US dollars, or a key that is left out."""
Price = Callable[[float], Money]
"""Makes pico-dollars what a document says of them."""

_STEERING = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
"""DEL and the C1 controls, marks and overrides of direction, separators of lines."""


def encode(document: object) -> str:
    """Return a document as JSON, two spaces deep, keys in alphabetical order as ccusage's.

    What no UTF-8 can hold, as in the name of a file that is not text, is a question mark. What
    steers a terminal or turns the direction of what is read there is escaped.
    """
    try:
        data = msgspec.json.encode(document, order="sorted")
    except UnicodeEncodeError:
        import json

        told = json.dumps(msgspec.to_builtins(document, order="sorted"), ensure_ascii=False)
        data = told.encode("utf-8", "replace")
    text = msgspec.json.format(data, indent=2).decode()
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(_STEERING, lambda sign: f"\\u{ord(sign[0]):04x}", text)


def dollars(cost: float) -> float:
    """Return pico-dollars as a number of US dollars."""
    return cost / PICO


def pricing(is_without_cost: bool) -> Price:
    """Return what writes money, or leaves it out."""
    return _nothing if is_without_cost else dollars


def _nothing(_cost: float) -> UnsetType:
    return UNSET


def iso(time: int | None) -> str | None:
    """Return UTC milliseconds as `2026-11-22T14:05:00.000Z`, nothing as nothing."""
    return iso_time(time) if time is not None else None


def percent(share: float | None) -> float | None:
    """Return a share as a percentage with two decimals."""
    return round(share * 100, 2) if share is not None else None
