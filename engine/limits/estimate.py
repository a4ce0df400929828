"""A limit for the active block: given by the user, or estimated from finished blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from engine.aggregates.blocks import BlockSpan
from engine.domain.levels import level_of
from engine.domain.reports import LEVELS, Levels, Limit
from engine.domain.times import HOUR
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


def measure(
    basis: LimitBasis,
    used: tuple[int, int],
    projected: tuple[int, int],
    rates: tuple[float, int],
    window: tuple[int, int],
    levels: Levels = LEVELS,
) -> Limit:
    """Return the active block's use against a limit.

    `used`, `projected` and `rates` are tokens and cost (rates a minute and an hour);
    `window` is now and the block's end.
    """
    place = 0 if basis.unit == "tokens" else 1
    value = basis.value
    share = used[place] / value if value else None
    return Limit(
        source=basis.source,
        label=basis.label,
        unit=basis.unit,
        value=value,
        used=used[place],
        used_share=share,
        projected_share=projected[place] / value if value else None,
        level=level_of(share, levels),
        reached_at=_reached_at(value, used[place], rates, place, window),
        reason=basis.reason,
    )


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


def _reached_at(
    value: int | None, used: int, rates: tuple[float, int], place: int, window: tuple[int, int]
) -> int | None:
    """Return when the recent rate reaches the limit, if before the block's end."""
    now, end = window
    rate = rates[0] * 60 if place == 0 else rates[1]
    if value is None or used >= value or rate <= 0:
        return None
    moment = now + int((value - used) / rate * HOUR)
    return moment if moment < end else None
