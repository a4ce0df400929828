"""A limit for the active block: given by the user, or estimated from finished blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from engine.aggregates.blocks import BlockSpan
from engine.domain.typed.amounts import LimitChoice

LEAST_BLOCKS = 5
"""Fewer finished blocks than these are not enough for an estimate."""


class LimitBasis(Struct, frozen=True):
    """A limit's value (tokens or pico-dollars) with its label, or why there is none."""

    source: Literal["given", "p90", "max", "median", "none"]
    unit: Literal["tokens", "cost"]
    value: int | None
    label: str
    reason: str = ""


def find_basis(choice: LimitChoice, finished: Sequence[BlockSpan]) -> LimitBasis:
    """Return what to measure against: what the user chose, if history allows it."""
    if choice.source == "given":
        return LimitBasis("given", choice.unit, choice.value, "your limit")
    count = len(finished)
    if count < LEAST_BLOCKS:
        reason = (
            f"not enough history: {count} of {LEAST_BLOCKS} finished blocks; give one with --limit"
        )
        return LimitBasis("none", choice.unit, None, "not enough history", reason)
    tokens = [block.tally.tokens for block in finished]
    if choice.source == "max":
        label = f"largest of {count} finished blocks · estimate"
        return LimitBasis("max", choice.unit, max(tokens), label)
    from statistics import median, quantiles

    if choice.source == "median":
        label = f"median of {count} finished blocks · estimate"
        return LimitBasis("median", choice.unit, round(median(tokens)), label)
    value = round(quantiles(tokens, n=10, method="inclusive")[8])
    return LimitBasis("p90", choice.unit, value, f"P90 of {count} finished blocks · estimate")
