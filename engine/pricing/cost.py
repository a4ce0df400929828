"""What one response costs by the tables, exactly: the only place where money is calculated."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from msgspec import Struct
from msgspec.structs import astuple

from engine.domain.responses import PICO, Tokens
from engine.pricing.price import ATTO_PER_PICO, ModelPrice, Price, Ratio, Terms
from engine.pricing.table import PriceTable

SEARCH = 10 * PICO // 1000
"""Pico-dollars of one web search: 10 USD per 1,000."""

_BATCH: Ratio = (1, 2)
_WHOLE: Ratio = (1, 1)


class _Band(Struct, frozen=True, gc=False):
    """Rates of requests whose prompt is longer than `above` tokens."""

    above: int
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int


class Rates(Struct, frozen=True):
    """Rates before `until`: the longest prompts' band first, `divisor` of them a pico-dollar."""

    until: int | None
    bands: tuple[_Band, ...]
    divisor: int


def calculated_cost(
    table: PriceTable,
    *,
    model: str,
    tokens: Tokens,
    is_fast: bool,
    is_us: bool,
    is_batch: bool,
    searches: int,
    time: int,
) -> int | None:
    """Return a response's cost in pico-dollars, `None` where its model has no price (SPEC §5).

    `time` (UTC milliseconds) decides which of a model's dated prices holds. A prompt longer
    than a tier's threshold puts every token of the response on that tier. The tokens' sum is
    exact and rounded once, half to even; searches are whole pico-dollars and added after.
    """
    periods = rates_of(table, model, is_fast, is_us, is_batch)
    if periods is None:
        return None
    kinds = (tokens.input, tokens.output, tokens.cache_read)
    return cost_at(periods, time, *kinds, tokens.cache_write_5m, tokens.cache_write_1h, searches)


def rates_of(
    table: PriceTable, model: str, is_fast: bool, is_us: bool, is_batch: bool
) -> tuple[Rates, ...] | None:
    """Return a model's rates for a kind of request, the earliest first, `None` without a price."""
    price = table.find(model)
    return None if price is None else _periods(price, is_fast, is_us, is_batch)


def cost_at(
    periods: tuple[Rates, ...],
    time: int,
    input: int,
    output: int,
    cache_read: int,
    cache_write_5m: int,
    cache_write_1h: int,
    searches: int,
) -> int:
    """Return the cost of tokens at a time by a model's rates, as `calculated_cost` does."""
    for rates in periods:
        if rates.until is None or time < rates.until:
            break
    prompt = input + cache_read + cache_write_5m + cache_write_1h
    for band in rates.bands:
        if prompt > band.above:
            break
    whole = (
        input * band.input
        + output * band.output
        + cache_read * band.cache_read
        + cache_write_5m * band.cache_write_5m
        + cache_write_1h * band.cache_write_1h
    )
    return _divided(whole, rates.divisor) + searches * SEARCH


@lru_cache(maxsize=4096)
def _periods(price: ModelPrice, is_fast: bool, is_us: bool, is_batch: bool) -> tuple[Rates, ...]:
    """Return a price's rates over time with the factors of a kind of request worked in."""
    return tuple(_rates(terms, is_fast, is_us, is_batch) for terms in price.terms)


def _rates(terms: Terms, is_fast: bool, is_us: bool, is_batch: bool) -> Rates:
    """Return the rates of a kind of request: by its own prices, else by a factor."""
    priority = terms.priority if is_fast else None
    flex = terms.flex if is_batch and not is_fast else None
    factors = (
        terms.fast if is_fast and priority is None else _WHOLE,
        terms.us if is_us else _WHOLE,
        _BATCH if is_batch and flex is None else _WHOLE,
    )
    numerator = prod(factor[0] for factor in factors)
    divisor = ATTO_PER_PICO * prod(factor[1] for factor in factors)
    plan = priority or flex or terms
    bands = [_band(tier.above, tier.price, numerator) for tier in reversed(plan.tiers)]
    bands.append(_band(-1, plan.price, numerator))
    return Rates(terms.until, tuple(bands), divisor)


def _band(above: int, price: Price, numerator: int) -> _Band:
    return _Band(above, *(rate * numerator for rate in astuple(price)))


def _divided(whole: int, divisor: int) -> int:
    """Return a quotient rounded half to even."""
    quotient, rest = divmod(whole, divisor)
    if rest * 2 > divisor or (rest * 2 == divisor and quotient % 2):
        return quotient + 1
    return quotient
