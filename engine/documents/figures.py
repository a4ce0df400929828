"""The figures that documents have in common: tokens, costs, models, what has no price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from engine.documents.encoding import Money, Price
from engine.domain.reports import Figures, Part, Row
from engine.domain.responses import Tokens

UNKNOWN_MODEL = "unknown"
"""How a response's model is named where its line named none."""


class TokenCounts(Struct, frozen=True, kw_only=True, rename="camel"):
    """Tokens by kind, named as in ccusage's blocks; 1-hour writes are within the cache writes."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cache_creation_1h_input_tokens: int = field(name="cacheCreation1hInputTokens")


class Counts(Struct, frozen=True, kw_only=True, rename="camel"):
    """Tokens by kind, named as in ccusage's rows; 1-hour writes are within the cache writes."""

    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_creation_1h_tokens: int = field(name="cacheCreation1hTokens")
    cache_read_tokens: int


class ModelBreakdown(Counts, frozen=True, kw_only=True, rename="camel"):
    """One model's part of a row; without its key `missingPricing`, its cost is whole."""

    model_name: str
    responses: int
    cost: Money = UNSET
    missing_pricing: bool | UnsetType = UNSET


class Sums(Counts, frozen=True, kw_only=True, rename="camel"):
    """What responses sum to; costs leave out the responses of `unpricedModels`."""

    total_tokens: int
    responses: int
    total_cost: Money = UNSET
    unpriced_models: list[str] | UnsetType = UNSET
    reasoning_tokens: int | UnsetType = UNSET
    """Of the output, where some is known to be reasoning."""


class Totals(Sums, frozen=True, kw_only=True, rename="camel"):
    """The sums of a whole report."""

    sessions: int


class RowSums(Sums, frozen=True, kw_only=True, rename="camel"):
    """The sums of a row, with its models: in order of first use, and most expensive first."""

    models_used: list[str]
    model_breakdowns: list[ModelBreakdown]


def token_counts(tokens: Tokens) -> TokenCounts:
    """Return tokens under the names of blocks."""
    return TokenCounts(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_creation_input_tokens=tokens.cache_write,
        cache_read_input_tokens=tokens.cache_read,
        cache_creation_1h_input_tokens=tokens.cache_write_1h,
    )


def counts(tokens: Tokens) -> dict[str, int]:
    """Return tokens as the fields of `Counts`."""
    return {
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "cache_creation_tokens": tokens.cache_write,
        "cache_creation_1h_tokens": tokens.cache_write_1h,
        "cache_read_tokens": tokens.cache_read,
    }


def sums(figures: Figures, price: Price) -> dict[str, Any]:
    """Return figures as the fields of `Sums`."""
    return {
        **counts(figures.tokens),
        "total_tokens": figures.tokens.total,
        "responses": figures.responses,
        "total_cost": price(figures.cost),
        "unpriced_models": unpriced_names(figures.unpriced),
        "reasoning_tokens": figures.reasoning or UNSET,
    }


def row_sums(row: Row, price: Price) -> dict[str, Any]:
    """Return a row's figures as the fields of `RowSums`."""
    return {
        **sums(row.figures, price),
        "models_used": model_names(row.figures.models),
        "model_breakdowns": breakdowns(row.by_model, price),
    }


def totals(row: Row, price: Price) -> Totals:
    """Return a report's totals."""
    return Totals(**sums(row.figures, price), sessions=row.sessions)


def breakdowns(parts: Iterable[Part], price: Price) -> list[ModelBreakdown]:
    """Return the models of a row in its order; what has no model is in the sums alone."""
    return [
        ModelBreakdown(
            **counts(part.figures.tokens),
            model_name=part.name,
            responses=part.figures.responses,
            cost=price(part.figures.cost),
            missing_pricing=bool(part.figures.unpriced) or UNSET,
        )
        for part in parts
        if part.name
    ]


def model_names(models: Iterable[str]) -> list[str]:
    """Return models without the empty name of responses that named none."""
    return [model for model in models if model]


def unpriced_names(models: Iterable[str]) -> list[str] | UnsetType:
    """Return models that a cost leaves out, a missing name as `unknown`; no key without any."""
    return sorted({model or UNKNOWN_MODEL for model in models}) or UNSET
