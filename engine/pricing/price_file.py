"""Files of prices: those that come with ccmon, and reading any."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from engine.domain.files import read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from engine.pricing.price import PriceFile
    from engine.pricing.timeline import Layer

_DIRECTORY = os.path.dirname(__file__)
CLAUDE_PRICES = os.path.join(_DIRECTORY, "prices.json")
OTHER_PRICES = os.path.join(_DIRECTORY, "other_prices.json")

DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a file or an answer raises when it is decoded and is not what it should be."""


def read_prices(path: str | Path) -> PriceFile:
    """Read a price file; raises `OSError`, or one of `DAMAGE` for a damaged one."""
    from engine.pricing.price import PriceFile, day_start

    prices = msgspec.json.decode(read_regular(path), type=PriceFile)
    try:
        day_start(prices.as_of)
    except ValueError:
        raise msgspec.ValidationError(f"'{prices.as_of}' is not a day") from None
    return prices


def embedded_layers() -> list[Layer]:
    """Return the prices that come with ccmon: of all days, and again from their own day on."""
    from engine.pricing.timeline import ALWAYS, Layer

    file = read_prices(OTHER_PRICES)
    return [Layer(ALWAYS, file.models), Layer(file.as_of, file.models)]
