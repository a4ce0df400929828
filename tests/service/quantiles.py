"""Quantiles of what was measured."""

from __future__ import annotations

from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that a share of all is no more than; `ordered` rises, and is not empty."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
