"""What Claude Code hands to a status line's command; any of it may be null or missing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from msgspec import Struct

from engine.domain.model_labels import short_model
from tui.words.format import plain

_LONGEST = 80
_MOST_TOKENS = 10**12
_MOST_DOLLARS = 10**6
_PICO = 10**12
_LARGE_CONTEXT = 1_000_000
_USAGE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)


class Hook(Struct, frozen=True):
    """What the status line reads of the hook's JSON; text is fit for a terminal's line."""

    session: str = ""
    transcript: str = ""
    session_name: str = ""
    directory: str = ""
    """Last part of the working directory."""
    version: str = ""
    model: str = ""
    effort: str = ""
    model_id: str = ""
    api_time: int | None = None
    """Milliseconds that the API has worked for the session."""
    cost: int | None = None
    """Of the session, by Claude Code's own count, in pico-dollars."""
    context_tokens: int | None = None
    context_size: int | None = None
    context_share: float | None = None
    rate_limits: object = None
    """As it came: `engine.limits.readings` knows what in it makes sense."""


def parse_hook(given: bytes) -> Hook:
    """Return what can be understood of the hook's JSON; never raises."""
    value = _decoded(given)
    if not isinstance(value, dict):
        return Hook()
    model = _object(value, "model")
    model_id = _text(model, "id")
    context = _object(value, "context_window")
    directory = _text(_object(value, "workspace"), "current_dir") or _text(value, "cwd")
    return Hook(
        session=_raw_text(value, "session_id"),
        transcript=_raw_text(value, "transcript_path"),
        session_name=_text(value, "session_name"),
        directory=directory.replace("\\", "/").rstrip("/").rpartition("/")[2],
        version=_text(value, "version"),
        model=_text(model, "display_name") or (short_model(model_id) if model_id else ""),
        effort=_text(_object(value, "effort"), "level"),
        model_id=model_id,
        api_time=_count(_object(value, "cost"), "total_api_duration_ms"),
        cost=_dollars(_object(value, "cost").get("total_cost_usd")),
        context_tokens=_context_tokens(context),
        context_size=_count(context, "context_window_size") or _size_of(model_id),
        context_share=_share(context.get("used_percentage")),
        rate_limits=value.get("rate_limits"),
    )


def _decoded(given: bytes) -> object:
    """Decode JSON, however it was written; `None` for what is not JSON."""
    try:
        value: object = json.loads(given.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    return value


def _object(value: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _raw_text(value: Mapping[str, object], key: str) -> str:
    """Return a text as a path or an id, which is never shown; empty where it can be none."""
    found = value.get(key)
    if not isinstance(found, str) or "\0" in found:
        return ""
    return found if found.encode("utf-8", "replace").decode("utf-8") == found else ""


def _text(value: Mapping[str, object], key: str) -> str:
    """Return a text without what steers a terminal."""
    found = value.get(key)
    return plain(found[: 4 * _LONGEST]).strip()[:_LONGEST] if isinstance(found, str) else ""


def _number(found: object) -> float | int | None:
    """Return a number that is finite and not negative."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    if isinstance(found, float) and not math.isfinite(found):
        return None
    return found if found >= 0 else None


def _count(value: Mapping[str, object], key: str) -> int | None:
    number = _number(value.get(key))
    return int(number) if number is not None and number < _MOST_TOKENS else None


def _dollars(found: object) -> int | None:
    number = _number(found)
    return round(number * _PICO) if number is not None and number < _MOST_DOLLARS else None


def _share(percent: object) -> float | None:
    number = _number(percent)
    return number / 100 if number is not None and number <= 100 else None


def _context_tokens(context: Mapping[str, object]) -> int | None:
    """Return the tokens in the context: the sum Claude Code made, else that of its parts."""
    total = _count(context, "total_input_tokens")
    if total:
        return total
    usage = _object(context, "current_usage")
    parts = [_count(usage, key) for key in _USAGE]
    return sum(part or 0 for part in parts) if any(parts) else total


def _size_of(model: str) -> int | None:
    """Return the size that a model's name tells."""
    return _LARGE_CONTEXT if model.lower().endswith("[1m]") else None
