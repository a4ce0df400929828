"""What a response costs, calculated slowly and exactly with fractions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.slow_reading import SlowLine

PICO_PER_MILLIONTH = 10**6

FEW_PRICES: Mapping[str, Any] = {
    "claude-opus-5-5": {
        "input": 4,
        "output": 20,
        "cache_write_5m": 5,
        "cache_write_1h": 8,
        "cache_read": 0.2,
        "fast": 2,
        "us": 1.1,
    },
    "claude-sonnet-5-5": {
        "input": 2,
        "output": 10,
        "cache_write_5m": 2.5,
        "cache_write_1h": 4,
        "cache_read": 0.1,
        "us": 1.1,
        "history": [{"until": "2026-10-06", "cache_read": 0.2}],
    },
    "claude-haiku-5-5": {
        "input": 0.1,
        "output": 0.5,
        "cache_write_5m": 0.125,
        "cache_write_1h": 0.2,
        "cache_read": 0.01,
        "us": 1.1,
        "above_100k_prompt": {
            "input": 0.5,
            "output": 2.5,
            "cache_write_5m": 0.625,
            "cache_write_1h": 1,
            "cache_read": 0.05,
        },
    },
    "claude-sonnet-4": {
        "input": 3,
        "output": 15,
        "cache_write_5m": 3.75,
        "cache_write_1h": 6,
        "cache_read": 0.3,
        "above_200k_prompt": {
            "input": 6,
            "output": 22.5,
            "cache_write_5m": 7.5,
            "cache_write_1h": 12,
            "cache_read": 0.6,
        },
    },
}
"""Prices (USD per million tokens) that suffice for made-up transcripts."""


class Prices:
    """Prices by model, found by exact id only."""

    def __init__(self, models: Mapping[str, Any] = FEW_PRICES) -> None:
        self.models = models

    @classmethod
    def from_file(cls, path: Path) -> Prices:
        return cls(json.loads(path.read_text("utf-8"))["models"])

    def calculated(self, line: SlowLine, time: int) -> int | None:
        """Return the pico-dollars of a response by its tokens, `None` without a price."""
        if line.model.lower().endswith(":free"):
            return 0
        model = self.models.get(plain_model(line.model))
        if model is None:
            return None
        day = datetime.fromtimestamp(time // 1000, UTC).strftime("%Y-%m-%d")
        rates = _rates(model, day, line.tokens.prompt)
        factor = Fraction(1)
        if line.is_fast:
            factor *= exact(model.get("fast", 1))
        if line.is_us:
            factor *= exact(model.get("us", 1))
        if line.is_batch:
            factor /= 2
        tokens = line.tokens
        usd_per_million = (
            tokens.input * rates["input"]
            + tokens.output * rates["output"]
            + tokens.cache_read * rates["cache_read"]
            + tokens.cache_write_5m * rates["cache_write_5m"]
            + tokens.cache_write_1h * rates["cache_write_1h"]
        )
        searches = Fraction(line.searches * 10, 1000) * 10**12
        return round(usd_per_million * factor * PICO_PER_MILLIONTH + searches)


def _rates(model: Mapping[str, Any], day: str, prompt: int) -> dict[str, Fraction]:
    in_force = dict(model)
    for past in sorted(model.get("history", []), key=lambda past: str(past["until"]), reverse=True):
        if day <= past["until"]:
            in_force.update(past)
    kinds = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    for threshold in (100, 200):
        above = in_force.get(f"above_{threshold}k_prompt")
        if above is not None and prompt > threshold * 1000:
            return {kind: exact(above[kind]) for kind in kinds}
    return {kind: exact(in_force[kind]) for kind in kinds}


@cache
def exact(number: float) -> Fraction:
    """Return the number as it is written."""
    return Fraction(repr(number))


def plain_model(model: str) -> str:
    """Return a model's id without what names a vendor, a place, a date or a mode."""
    name = model.lower().rsplit("/", 1)[-1]
    name = re.sub(r"^((us|eu|apac|global)\.)?anthropic\.", "", name)
    name = name.replace("[1m]", "").replace(".", "-")
    name = re.sub(r"-v\d+(:\d+)?$", "", name)
    name = re.sub(r"-(latest|thinking)$", "", name)
    return re.sub(r"[-@]\d{8}$", "", name)
