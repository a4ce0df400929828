"""Days, times and sums of responses as ccusage's documents write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.parity.asks import Ask
from tests.parity.theirs import Entry

PICO = 10**12

Document = dict[str, Any]


def day_of(time: int, zone: str) -> date:
    return datetime.fromtimestamp(time // 1000, ZoneInfo(zone)).date()


def iso(time: int) -> str:
    moment = datetime.fromtimestamp(time // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time % 1000:03d}Z"


def dollars(cost: Fraction) -> float:
    return float(cost / PICO)


def cost_of(entries: Iterable[Entry]) -> float:
    """Return what responses cost together: like parts first, since fractions add up slowly."""
    parts: dict[int, int] = {}
    for entry in entries:
        parts[entry.cost.denominator] = parts.get(entry.cost.denominator, 0) + entry.cost.numerator
    return dollars(sum((Fraction(above, below) for below, above in parts.items()), Fraction(0)))


def is_between(ask: Ask, day: date) -> bool:
    written = f"{day:%Y%m%d}"
    return (ask.since or "") <= written and (ask.until is None or written <= ask.until)


def in_order(ask: Ask, rows: list[Document]) -> list[Document]:
    return rows[::-1] if ask.order == "desc" else rows


def grouped(entries: Iterable[Entry], key: Callable[[Entry], Any]) -> dict[Any, list[Entry]]:
    groups: dict[Any, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return groups


def counts_of(entries: Sequence[Entry]) -> Document:
    tokens = [entry.tokens for entry in entries]
    return {
        "inputTokens": sum(each.input for each in tokens),
        "outputTokens": sum(each.output for each in tokens),
        "cacheCreationTokens": sum(each.cache_write_5m + each.cache_write_1h for each in tokens),
        "cacheReadTokens": sum(each.cache_read for each in tokens),
    }


def sums_of(entries: Sequence[Entry]) -> Document:
    return {
        **counts_of(entries),
        "totalTokens": sum(entry.tokens.total for entry in entries),
        "totalCost": cost_of(entries),
    }


def totals_of(entries: Sequence[Entry]) -> Document:
    unpriced = sorted({entry.model or "unknown" for entry in entries if entry.is_unpriced})
    return {**sums_of(entries), **({"unpricedModels": unpriced} if unpriced else {})}


def row_of(entries: Sequence[Entry]) -> Document:
    named = [entry for entry in entries if entry.model]
    by_model = grouped(named, lambda entry: entry.model)
    parts = [
        {
            "modelName": model,
            **counts_of(part),
            "cost": cost_of(part),
            **({"missingPricing": True} if any(each.is_unpriced for each in part) else {}),
        }
        for model, part in by_model.items()
    ]
    parts.sort(key=lambda part: -part["cost"])
    return {**sums_of(entries), "modelsUsed": list(by_model), "modelBreakdowns": parts}
