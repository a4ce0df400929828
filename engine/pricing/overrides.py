"""Prices that the user gives, which go before every table."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import convert

from engine.domain.mistakes import SettingsError
from engine.pricing.match import folded
from engine.pricing.price import ModelEntry, ModelPrice, model_price

AMOUNTS = ("input", "output", "cache-read", "cache-write-5m", "cache-write-1h")
"""What a price is made of, each in USD per million tokens; the first two must be given."""


def given_prices(given: Mapping[str, Mapping[str, float]]) -> dict[str, ModelPrice]:
    """Return prices by folded model id; raises `SettingsError` for one that cannot be a price."""
    return {folded(model): _price(model, amounts) for model, amounts in given.items()}


def _price(model: str, amounts: Mapping[str, float]) -> ModelPrice:
    for name in amounts:
        if name not in AMOUNTS:
            raise SettingsError(
                f"The price of '{model}' has no part '{name}': there are {', '.join(AMOUNTS)}."
            )
    try:
        parts = {name.replace("-", "_"): Decimal(str(amount)) for name, amount in amounts.items()}
        return model_price(model, convert(parts, ModelEntry))
    except (ValueError, ArithmeticError) as error:
        raise SettingsError(
            f"The price of '{model}' cannot hold ({error}): give input and output in USD per"
            " million tokens."
        ) from error
