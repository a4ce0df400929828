"""Reads the tables of a configuration that are not options: prices and aliases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NoReturn, Protocol

from tui.config.layer import Found, Origin
from tui.options.values import hint

PRICE_PARTS = ("input", "output", "cache-read", "cache-write-5m", "cache-write-1h")
"""What a price is made of, in USD per million tokens."""

_NEEDED_PARTS = ("input", "output")
_DEAREST = 1_000_000


class Reader(Protocol):
    """What knows where a key stands."""

    def origin(self, path: tuple[str, ...]) -> Origin:
        """Return where a key stands."""

    def fail(self, path: tuple[str, ...], reason: str) -> NoReturn:
        """Refuse what stands at a key."""


def read_prices(reader: Reader, table: Mapping[str, object]) -> dict[str, Found]:
    """Return `[prices."model"]` by model."""
    return {
        model: Found(_price(reader, model, parts), reader.origin(("prices", model)))
        for model, parts in table.items()
    }


def _price(reader: Reader, model: str, parts: object) -> dict[str, float]:
    path = ("prices", model)
    if not isinstance(parts, dict):
        reader.fail(path, f'a price is a table, written [prices."{model}"]')
    for part, amount in parts.items():
        if part not in PRICE_PARTS:
            reader.fail((*path, part), f"there is no price of '{part}': {hint(part, PRICE_PARTS)}")
        if not is_amount(amount):
            reader.fail(
                (*path, part), f"'{part}' is an amount in USD per million tokens, such as 3"
            )
    for part in _NEEDED_PARTS:
        if part not in parts:
            reader.fail(path, f"the price of '{model}' lacks '{part}'")
    return {part: float(amount) for part, amount in parts.items()}


def is_amount(amount: object) -> bool:
    """Return whether something can be a price in USD per million tokens."""
    return (
        isinstance(amount, int | float)
        and not isinstance(amount, bool)
        and math.isfinite(amount)
        and 0 <= amount <= _DEAREST
    )


def read_aliases(
    reader: Reader, table: Mapping[str, object]
) -> tuple[dict[str, Found], dict[str, Found]]:
    """Return `[aliases.projects]` and `[aliases.models]`, each by name."""
    for key in table:
        if key not in ("projects", "models"):
            near = hint(key, ("projects", "models"))
            reader.fail(("aliases", key), f"there are no aliases of '{key}': {near}")
    return _names(reader, "projects", table), _names(reader, "models", table)


def read_accounts(reader: Reader, table: Mapping[str, object]) -> dict[str, Found]:
    """Return `[accounts]`: names by id of account or organization, or by config directory."""
    for account, name in table.items():
        if not isinstance(name, str) or not name.strip():
            reader.fail(("accounts", account), f"the name of the account '{account}' is a text")
    return {
        account: Found(name, reader.origin(("accounts", account)))
        for account, name in table.items()
    }


def _names(reader: Reader, key: str, table: Mapping[str, object]) -> dict[str, Found]:
    names = table.get(key, {})
    if not isinstance(names, dict):
        reader.fail(("aliases", key), f"aliases are a table, written [aliases.{key}]")
    for name, shown in names.items():
        if not isinstance(shown, str) or not shown.strip():
            reader.fail(("aliases", key, name), f"the alias of '{name}' is a text")
    return {
        name: Found(shown, reader.origin(("aliases", key, name))) for name, shown in names.items()
    }
