"""A limit for the active block: given by the user, or estimated from finished blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from engine.aggregates.blocks import BlockSpan
from engine.domain.levels import level_of
from engine.domain.reports import LEVELS, Levels, Limit
from engine.domain.responses import PICO
from engine.domain.settings import SettingsError
from engine.domain.times import HOUR

LEAST_BLOCKS = 5
"""Fewer finished blocks than these are not enough for an estimate."""

_MOST = 10**15
_MOST_DOLLARS = 10**6
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_ASKED = re.compile(
    r"(?P<cost>\$?)(?P<number>\d+(?:[,_]\d{3})*(?:\.\d+)?)(?P<factor>[kmb]?)(?P<usd>(?: ?usd)?)\Z",
    re.ASCII | re.IGNORECASE,
)
"""Commas stand between thousands only: `1,5M` may mean 1.5M or 15M."""


class LimitChoice(Struct, frozen=True):
    """What the user asked to be measured against."""

    source: Literal["given", "p90", "max", "median"]
    unit: Literal["tokens", "cost"] = "tokens"
    value: int | None = None
    """Tokens or pico-dollars, of a given limit."""
    levels: Levels = LEVELS
    is_asked: bool = False
    """Whether the user said so: nothing else takes its place."""


def parse_limit(text: str | None) -> LimitChoice:
    """Return what `500k`, `1.5M`, `$20`, `20usd`, `max`, `median` or `p90` (`None`) means.

    Raises `SettingsError` for anything else.
    """
    asked = (text or "p90").strip()
    named: dict[str, LimitChoice] = {
        "p90": LimitChoice("p90"),
        "max": LimitChoice("max"),
        "median": LimitChoice("median"),
    }
    if asked.lower() in named:
        return named[asked.lower()]
    match = _ASKED.match(asked)
    amount = 0.0
    if match is not None:
        number = match["number"].replace(",", "").replace("_", "")
        amount = float(number) * _FACTORS[match["factor"].lower()]
    is_cost = match is not None and bool(match["cost"] or match["usd"])
    value = round(amount * PICO if is_cost else amount) if amount < _MOST else 0
    if value < 1 or (is_cost and amount > _MOST_DOLLARS):
        raise SettingsError(
            f"'{text}' is no limit: give tokens such as 500k or 1.5M, dollars such as 20usd or"
            " '$20' (in quotes, for the shell), or one of max, median and p90."
        )
    return LimitChoice("given", "cost" if is_cost else "tokens", value)


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
