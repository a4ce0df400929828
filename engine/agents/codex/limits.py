"""What OpenAI's server said of the limit windows of a plan, beside Codex's token counts."""

from __future__ import annotations

from engine.agents.base import Told
from engine.agents.claude.lines import text_of
from engine.domain.plain_text import plain
from engine.domain.times import SECOND

_PLAN = ("", "codex")
"""The limit of the plan itself; others are of single models."""
_LONGEST_NAME = 80
_NAMES = {300: "five_hour", 10_080: "seven_day"}


def tell_windows(limits: object, time: int, told: Told) -> None:
    """Tell of the windows in a `rate_limits` object, whatever it is."""
    if not isinstance(limits, dict):
        return
    limit = text_of(limits.get("limit_id")) or ""
    model = _shown(limits.get("limit_name")) or _shown(limit)
    plan = _shown(limits.get("plan_type"))
    for slot in ("primary", "secondary"):
        window = limits.get(slot)
        if not isinstance(window, dict):
            continue
        percent = _number(window.get("used_percent"))
        minutes = _number(window.get("window_minutes"))
        if percent is None or not minutes:
            continue
        name = _name("" if limit in _PLAN else model, round(minutes))
        told.use(name, percent, _resets_at(window, time), time, plan)


def _shown(value: object) -> str:
    """Return a name fit to be kept and shown, empty where there is none."""
    return plain(text_of(value) or "").strip()[:_LONGEST_NAME]


def _name(model: str, minutes: int) -> str:
    """Return a window's name; servers have said 299 minutes for five hours."""
    minutes = max(round(minutes / 5) * 5, 1)
    name = _NAMES.get(minutes) or f"{minutes}_min"
    return f"{name}:{model.replace(':', ' ')}" if model else name


def _resets_at(window: dict[str, object], time: int) -> int | None:
    at = _number(window.get("resets_at"))
    if at is not None:
        return round(at * SECOND)
    left = _number(window.get("resets_in_seconds"))
    return None if left is None else time + round(left * SECOND)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        return None
    return float(value)
