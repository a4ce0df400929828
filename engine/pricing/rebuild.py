"""`python -m engine.pricing.rebuild`: makes the table that comes with ccmon of LiteLLM's, dated.

LiteLLM's tables of many days (its releases have them as
`litellm/model_prices_and_context_window_backup.json`) tell what models cost and until when: a
price holds up to the day before the first table with another one, or as `_KNOWN_UNTIL` says.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from msgspec.structs import replace

from engine.domain.times import DAY
from engine.pricing.price import Amounts, HistoryEntry, ModelEntry, TierEntry, day_start
from engine.pricing.refresh import SOURCE, encoded, price_file, table_of
from engine.pricing.slim import Entries, makers_prices, names_sold, slim

_KNOWN_UNTIL = {
    "deepseek-v4-flash": "2026-08-16",
    "deepseek-v4-pro": "2026-08-16",
}
"""The last day of a model's first price, by the vendor's own announcement."""

_ROUTER = "openrouter/"

_MISTAKE = 45 * DAY
"""Milliseconds: a price that is taken back sooner was a mistake of the table."""

_MADE = (*Amounts.__struct_fields__, "tiers")
"""What of an entry is told of earlier days; the rest follows the present one."""

Told = list[tuple[str, ModelEntry]]
"""What tables said of a model, each with its day, the oldest first."""


def dated(tables: Sequence[tuple[str, Mapping[str, Any]]]) -> Entries:
    """Return the newest prices with those of earlier days, and the last ones of dropped models.

    `tables` are LiteLLM's, each with its day, the oldest first. Only ids that name no vendor
    have a past, as far as LiteLLM itself or the maker named the price: what resellers asked is
    not kept.
    """
    newest = slim(tables[-1][1])
    sold = names_sold(tables[-1][1])
    told: dict[str, Told] = {}
    for day, table in tables:
        for name, entry in makers_prices(table).items():
            told.setdefault(name, []).append((day, entry))
    dropped = {name: said[-1][1] for name, said in told.items() if name not in sold}
    made = {**dropped, **newest}
    return {name: _with_history(name, made[name], told.get(name, [])) for name in sorted(made)}


def _with_history(name: str, present: ModelEntry, told: Told) -> ModelEntry:
    """Return an entry with what the model cost before, where that was something else.

    What a table does not name of a price it does not deny: that follows the table after it.
    """
    held: Told = []
    later = present
    for day, entry in reversed(told):
        later = _filled(entry, later)
        held.append((day, later))
    periods = _without_mistakes(held[::-1])
    history = tuple(
        _until(_day_before(after), entry, present) for (_, entry), (after, _) in pairwise(periods)
    )
    if history and name in _KNOWN_UNTIL:
        history = (replace(history[0], until=_KNOWN_UNTIL[name]), *history[1:])
    return replace(present, history=history)


def _until(day: str, entry: ModelEntry, present: ModelEntry) -> HistoryEntry:
    """Return what held up to a day; a price that had no tiers yet asks the same in all of them."""
    amounts = {name: getattr(entry, name) for name in Amounts.__struct_fields__}
    flat = tuple(TierEntry(above=tier.above, **amounts) for tier in present.tiers)
    return HistoryEntry(until=day, tiers=entry.tiers or flat, **amounts)


def _without_mistakes(held: Told) -> Told:
    """Return each price with its first day, without those that were taken back soon after."""
    periods: Told = []
    for day, entry in held:
        if periods and _is_same(periods[-1][1], entry):
            continue
        if (
            len(periods) > 1
            and _is_same(periods[-2][1], entry)
            and day_start(day) - day_start(periods[-1][0]) < _MISTAKE
        ):
            periods.pop()
            continue
        periods.append((day, entry))
    return periods


def _is_same(one: Amounts, other: Amounts) -> bool:
    """Say whether two entries are one price, as far as both tell."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in _named(one) & _named(other)
        if name != "tiers"
    ) and all(
        _is_same(tier, twin)
        for tier in getattr(one, "tiers", ())
        for twin in getattr(other, "tiers", ())
        if tier.above == twin.above
    )


_Made = TypeVar("_Made", bound=Amounts)


def _filled(entry: _Made, later: Amounts) -> _Made:
    """Return an entry with what only a later one names, where both ask the same of prompts."""
    if (entry.input, entry.output) != (later.input, later.output):
        return entry
    more = {name: getattr(later, name) for name in _named(later) - _named(entry)}
    twins = {tier.above: tier for tier in getattr(later, "tiers", ())}
    if tiers := getattr(entry, "tiers", ()):
        more["tiers"] = tuple(_filled(tier, twins.get(tier.above, Amounts())) for tier in tiers)
    return replace(entry, **more)


def _named(entry: Amounts) -> set[str]:
    return {name for name in _MADE if getattr(entry, name, None) not in (None, ())}


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _read(told: str) -> tuple[str, dict[str, Any]]:
    """Return a table and its day; OpenRouter's entries are aliases, not what makers ask."""
    day, _, path = told.partition("=")
    with open(path, "rb") as file:
        table = table_of(file.read(), path)
    return day, {name: fields for name, fields in table.items() if not name.startswith(_ROUTER)}


def main(arguments: Sequence[str]) -> None:
    """Rebuild the table from files of LiteLLM's, each with its day."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m engine.pricing.rebuild", description=main.__doc__
    )
    parser.add_argument("tables", nargs="+", metavar="YYYY-MM-DD=FILE", help="the newest last")
    parser.add_argument("--to", dest="target", required=True, metavar="FILE")
    parser.add_argument("--source", default=SOURCE, help="such as: LiteLLM 1.109.1 (MIT)")
    given = parser.parse_args(arguments)
    tables = [_read(told) for told in given.tables]
    day, newest = tables[-1]
    file = price_file(newest, source=given.source, as_of=day)
    with open(given.target, "wb") as target:
        target.write(encoded(replace(file, models=dated(tables))))


if __name__ == "__main__":
    main(sys.argv[1:])
