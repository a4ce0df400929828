"""What ccusage 20.0.24 makes a response cost offline: our prices with its faults put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.parity.faults import LIKENESS
from tests.slow_prices import Prices, exact, plain_model
from tests.slow_reading import SlowLine

_UNKNOWN = frozenset(
    (
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
        "claude-fable-5-2",
        "claude-mythos-5-2",
    )
)
"""Models released after ccusage's table was made."""

_BY_LIKENESS: Mapping[str, Mapping[str, float]] = {
    "nvidia/nemotron-3-super-120b-a12b-20230311:free": {
        "input": 0.2,
        "output": 0.8,
        "cache_read": 0.2,
        "cache_write_5m": 0.2,
        "cache_write_1h": 0.4,
    },
}
"""Models of the archive that have no price, and the one ccusage takes for them."""

_MARGIN = 200_000
_PRICE_FAULTS = frozenset((5, 6, 7, 8, 10, LIKENESS))

Known = dict[tuple[object, ...], Fraction | None]


class TheirPrices:
    """Prices with any of ccusage's faults switched on."""

    def __init__(self, path: Path) -> None:
        self._right = Prices.from_file(path)
        self._models: Mapping[str, Any] = self._right.models
        self._known: Known = {}

    def calculated(self, line: SlowLine, time: int, faults: frozenset[int]) -> Fraction | None:
        """Return the pico-dollars of a response, `None` where its model has no price."""
        faults &= _PRICE_FAULTS
        day = time // 86_400_000
        flags = (line.is_fast, line.is_us, line.is_batch, line.searches)
        key = (line.model, line.tokens, flags, day, faults)
        if key not in self._known:
            self._known[key] = self._calculate(line, time, faults)
        return self._known[key]

    def touching(self, model: str) -> frozenset[int]:
        """Return the faults that can make a difference to a model's cost, but 10."""
        name = plain_model(model)
        price = self._models.get(name, {})
        found = {
            5: "above_200k_prompt" in price,
            6: "above_100k_prompt" in price,
            7: name in _UNKNOWN,
            8: "history" in price,
            LIKENESS: model in _BY_LIKENESS,
        }
        return frozenset(number for number, is_so in found.items() if is_so)

    def _calculate(self, line: SlowLine, time: int, faults: frozenset[int]) -> Fraction | None:
        if line.model in _BY_LIKENESS and LIKENESS in faults:
            return _marginal(line, _BY_LIKENESS[line.model], {})
        name = plain_model(line.model)
        model = self._models.get(name)
        if model is None or (7 in faults and name in _UNKNOWN):
            return None
        if 10 in faults:
            line = replace(line, is_us=False, is_batch=False, searches=0)
        model = dict(model)
        if 8 in faults:
            model.pop("history", None)
        if 6 in faults:
            model.pop("above_100k_prompt", None)
        if 5 in faults and "above_200k_prompt" in model:
            factor = exact(model.get("fast", 1)) if line.is_fast else Fraction(1)
            base = _marginal(line, model, model["above_200k_prompt"]) * factor
            rest = replace(line, tokens=type(line.tokens)())
            return base * _factors(line, model) + self._of(model, rest, time)
        return self._of(model, line, time)

    def _of(self, model: Mapping[str, Any], line: SlowLine, time: int) -> Fraction:
        cost = Prices({plain_model(line.model): model}).calculated(line, time)
        assert cost is not None
        return Fraction(cost)


def _factors(line: SlowLine, model: Mapping[str, Any]) -> Fraction:
    us = exact(model.get("us", 1)) if line.is_us else Fraction(1)
    return us / 2 if line.is_batch else us


def _marginal(line: SlowLine, base: Mapping[str, Any], above: Mapping[str, Any]) -> Fraction:
    """Return a cost where of each kind of token only those beyond 200,000 are more expensive."""
    cost = Fraction(0)
    for kind in ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h"):
        count = getattr(line.tokens, kind)
        beyond = max(0, count - _MARGIN)
        cost += (count - beyond) * exact(base[kind])
        cost += beyond * exact(above.get(kind, base[kind]))
    return cost * 10**6
