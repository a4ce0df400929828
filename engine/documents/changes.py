"""Changes and trends as documents."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from engine.documents.encoding import Money, Price, percent
from engine.domain.questions import Change, Trend


class ChangeDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """From one set of responses to another: differences, and percentages of the first."""

    total_tokens: int
    total_cost: Money = UNSET
    responses: int
    total_tokens_percent: float | None
    total_cost_percent: float | UnsetType | None = UNSET


class TrendDocument(ChangeDocument, frozen=True, kw_only=True, rename="camel"):
    """From the month before to a month; the running month is held against the same days."""

    before: str
    is_to_date: bool


def change_document(change: Change, price: Price) -> ChangeDocument:
    """Return a change; without money, its cost is left out."""
    return ChangeDocument(**_fields(change, price))


def trend_document(trend: Trend, price: Price) -> TrendDocument:
    """Return how a month differs from the one before it."""
    return TrendDocument(
        **_fields(trend.change, price), before=trend.before, is_to_date=trend.is_to_date
    )


def _fields(change: Change, price: Price) -> dict[str, Any]:
    cost = price(change.cost)
    return {
        "total_tokens": change.tokens,
        "total_cost": cost,
        "responses": change.responses,
        "total_tokens_percent": percent(change.token_share),
        "total_cost_percent": UNSET if cost is UNSET else percent(change.cost_share),
    }
