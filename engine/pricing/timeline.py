"""What a model cost over time, put together from tables of different days.

A table tells what holds from its day on. What it says later never changes an earlier day: before
its day the tables before it hold, and only where none of these has a price its first one does.
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from engine.pricing.price import ModelEntry, ModelPrice, Terms, day_start, model_price

ALWAYS = ""
"""The day of a table that holds from the beginning."""


class Layer(NamedTuple):
    """Prices that hold from a day on."""

    since: str
    """An ISO day (UTC), or `ALWAYS`."""
    models: Mapping[str, ModelEntry]
    """By folded id."""


def in_order(layers: Sequence[Layer]) -> list[Layer]:
    """Return layers by day; of one day they stay as they come."""
    return sorted(layers, key=lambda layer: layer.since)


class _Held(NamedTuple):
    since: str
    price: ModelPrice


def dated_price(ids: Sequence[str], layers: Sequence[Layer]) -> ModelPrice | None:
    """Return the price of a model over all days, `None` where no layer has one.

    `ids` are what it may be listed under, the most exact first; `layers` ascend by day. A model
    that is in no later layer keeps its last price.
    """
    held = list(_held(ids, layers))
    if not held:
        return None
    held[0] = held[0]._replace(since=ALWAYS)
    terms: list[Terms] = []
    for each, after in pairwise([*held, None]):
        assert each is not None
        for term in _within(each, None if after is None else day_start(after.since)):
            if terms and replace(terms[-1], until=term.until) == term:
                terms.pop()
            terms.append(term)
    return ModelPrice(model=held[-1].price.model, terms=tuple(terms))


def terms_on(ids: Sequence[str], layers: Sequence[Layer], day: str) -> Terms | None:
    """Return what holds for a model on a day, `None` where no layer up to that day has it."""
    held = [each for each in _held(ids, layers) if each.since <= day]
    if not held:
        return None
    moment = day_start(day)
    terms = held[-1].price.terms
    found = next(term for term in terms if term.until is None or moment < term.until)
    return replace(found, until=None)


def _held(ids: Sequence[str], layers: Sequence[Layer]) -> Iterator[_Held]:
    """Yield each price that a layer brings into force for the most exact id known by then."""
    known: dict[str, ModelPrice] = {}
    for since, models in layers:
        news = {name: models[name] for name in ids if name in models}
        prices = {name: price for name in news if (price := _usable(name, news[name])) is not None}
        if prices:
            known |= prices
            yield _Held(since, next(known[name] for name in ids if name in known))


def _within(held: _Held, end: int | None) -> Iterator[Terms]:
    """Yield the terms of a price from the day it came into force until another one's."""
    start = None if held.since == ALWAYS else day_start(held.since)
    for term in held.price.terms:
        until = end if term.until is None else term.until if end is None else min(end, term.until)
        if until is None or start is None or until > start:
            yield replace(term, until=until)
        if until == end:
            return


def _usable(name: str, entry: ModelEntry) -> ModelPrice | None:
    """Return an entry's price, `None` for figures that cannot be one."""
    try:
        return model_price(name, entry)
    except (ValueError, ArithmeticError):
        return None
