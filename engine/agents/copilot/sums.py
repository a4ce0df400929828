"""What a process of GitHub Copilot CLI says at its end that it used, by model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from engine.agents.base import count, counts
from engine.agents.fields import mapping, text
from engine.agents.shares import part

Sums: TypeAlias = tuple[int, int, int, int, int, int, int]
"""Whole input, output, cache read, cache write, reasoning, nano AI units, calls."""
NOTHING: Sums = (0, 0, 0, 0, 0, 0, 0)
_MOST_NANO = 10**15
"""A larger cost is damage."""


def said_in(data: Mapping[str, Any]) -> dict[str, Sums]:
    """Return the sums that the end of a process says, by model."""
    said: dict[str, Sums] = {}
    for model, metrics in mapping(data.get("modelMetrics")).items():
        usage = mapping(mapping(metrics).get("usage"))
        calls = count(mapping(mapping(metrics).get("requests")).get("count"))
        nano = _nano(mapping(metrics).get("totalNanoAiu"))
        counted = counts(
            usage,
            "inputTokens",
            "outputTokens",
            "cacheReadTokens",
            "cacheWriteTokens",
            "reasoningTokens",
        )
        sums: Sums = (*counted, nano, calls)  # type: ignore[assignment]
        if any(sums[:6]):
            said[text(model)] = sums
    whole = _nano(data.get("totalNanoAiu"))
    if whole and not any(sums[5] for sums in said.values()):
        said = _with_cost(said, whole)
    return said


def _with_cost(said: dict[str, Sums], whole: int) -> dict[str, Sums]:
    """Share a cost that was said for all models together by their tokens."""
    tokens = sum(sums[0] + sums[1] for sums in said.values())
    done = 0
    for model, sums in said.items():
        own = sums[0] + sums[1]
        said[model] = (*sums[:5], part(whole, done, own, tokens), sums[6])
        done += own
    return said


def _nano(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value < _MOST_NANO else 0


def beyond(sums: Sums, before: Sums) -> Sums:
    """Return what sums have beyond earlier ones that they hold."""
    return tuple(max(0, now - then) for now, then in zip(sums, before, strict=True))  # type: ignore[return-value]


def added(
    sums: Mapping[str, Sums], said: Mapping[str, Sums], before: Mapping[str, Sums]
) -> dict[str, Sums]:
    """Return sums together with what others have beyond those before them."""
    return {
        model: tuple(  # type: ignore[misc]
            own + new - old
            for own, new, old in zip(
                sums.get(model, NOTHING),
                said.get(model, before.get(model, NOTHING)),
                before.get(model, NOTHING),
                strict=True,
            )
        )
        for model in {**sums, **said}
    }
