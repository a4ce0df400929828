"""What a model is called elsewhere that only some agents have a name of their own for.

Names are told as agents write them; these are the known ones that no price table has.
"""

from __future__ import annotations

from engine.domain.times import parse_time

_ALIASES = {
    "big-pickle": "glm-4.7",
    "k2-p6": "kimi-k2.6",
    "k2p6": "kimi-k2.6",
    "gemini-3-pro-high": "gemini-3-pro-preview",
    "gemini-3.1-pro": "gemini-3.1-pro-preview",
}
KIMI_FOR_CODING = "kimi-for-coding"
"""The label of Kimi's plans, under which the then current model answers."""
_SINCE_K2_6 = parse_time("2026-04-20T15:28:00Z") or 0


def known_name(model: str, time: int) -> str:
    """Return the name under which a model is known that answered at a time (UTC ms)."""
    if model == KIMI_FOR_CODING:
        return "kimi-k2.6" if time >= _SINCE_K2_6 else "kimi-k2.5"
    return _ALIASES.get(model, model)
