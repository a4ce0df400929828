"""Gathers what rows of an answer say, by day and model."""

from __future__ import annotations

from engine.domain.provider_usage import DayUse, ModelUse, added_tokens, summed

_MOST_PARTS = 10_000


class Days:
    """Uses by UTC day, model and product; the same of one day is added together."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[tuple[str, str], ModelUse]] = {}

    def add(self, day: str, use: ModelUse) -> None:
        """Add a use to a day; one of no day is left out."""
        if not day:
            return
        parts = self._parts.setdefault(day, {})
        key = use.model, use.product
        before = parts.get(key)
        if before is None and len(parts) >= _MOST_PARTS:
            return
        parts[key] = use if before is None else _together(before, use)

    def made(self) -> tuple[DayUse, ...]:
        """Return the days in order, the parts of each by model and product."""
        return tuple(
            DayUse(day, tuple(self._parts[day][key] for key in sorted(self._parts[day])))
            for day in sorted(self._parts)
        )

    def cost_since(self, day: str, currency: str) -> int:
        """Return what was spent in a currency from a day on."""
        return sum(
            amount.value
            for at, parts in self._parts.items()
            if at >= day
            for use in parts.values()
            for amount in use.cost
            if amount.currency == currency
        )


def _together(one: ModelUse, other: ModelUse) -> ModelUse:
    requests = [each for each in (one.requests, other.requests) if each is not None]
    return ModelUse(
        one.model,
        one.product,
        sum(requests) if requests else None,
        added_tokens((one.tokens, other.tokens)),
        summed((*one.cost, *other.cost)),
    )
