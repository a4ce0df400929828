"""Blocks as documents: those of the `blocks` report, and what the live one shares with them."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from engine.documents.agents import (
    MachineBreakdown,
    PersonBreakdown,
    Telling,
    agent_of,
    of_machines,
)
from engine.documents.encoding import Money, Price, iso
from engine.documents.figures import (
    ModelBreakdown,
    TokenCounts,
    Totals,
    breakdowns,
    model_names,
    token_counts,
    totals,
    unpriced_names,
)
from engine.domain.questions import Answer, AnswerRow, AverageProjection, AverageRate, TokenLimit
from engine.domain.reports import Figures, Row
from engine.domain.times import iso_time


class PeriodDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a block or a period sums to; `entries` counts responses."""

    token_counts: TokenCounts
    total_tokens: int
    cost_usd: Money = field(name="costUSD", default=UNSET)
    entries: int
    models: list[str]


class BlockSpanDocument(PeriodDocument, frozen=True, kw_only=True, rename="camel"):
    """When a block begins, ends, and had its last response, and what it sums to."""

    start_time: str
    end_time: str
    actual_end_time: str | None
    is_active: bool


class RateDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Tokens a minute, in all and of input and output alone, and dollars an hour."""

    tokens_per_minute: float
    tokens_per_minute_for_indicator: float
    cost_per_hour: Money = UNSET


class ForecastDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the block will have used at its end if a rate goes on."""

    total_tokens: int
    total_cost: Money = UNSET
    remaining_minutes: int


class TokenLimitDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """The active block's projected tokens against a limit."""

    limit: int
    projected_usage: int
    percent_used: float
    status: Literal["ok", "warning", "exceeds"]


class BlockRow(BlockSpanDocument, frozen=True, kw_only=True, rename="camel"):
    """A block, or the gap before one; rate and projection are of the active block."""

    id: str
    is_gap: bool
    model_breakdowns: list[ModelBreakdown]
    burn_rate: RateDocument | None
    projection: ForecastDocument | None
    token_limit_status: TokenLimitDocument | UnsetType = UNSET
    unpriced_models: list[str] | UnsetType = UNSET
    agent: str | UnsetType = UNSET
    machines_used: list[str] | UnsetType = UNSET
    people_used: list[str] | UnsetType = UNSET
    machines: list[MachineBreakdown] | UnsetType = UNSET
    people: list[PersonBreakdown] | UnsetType = UNSET


class BlocksDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon blocks --json` prints."""

    blocks: list[BlockRow]
    totals: Totals
    timezone: str
    token_limit: int | UnsetType = UNSET
    notes: list[str] | UnsetType = UNSET


def blocks_document(answer: Answer, price: Price, told: Telling) -> BlocksDocument:
    """Return an answer about blocks as its document."""
    return BlocksDocument(
        blocks=[_block(row, price, told) for row in answer.rows],
        totals=totals(answer.totals, price),
        timezone=answer.zone,
        token_limit=UNSET if answer.token_limit is None else answer.token_limit,
        notes=list(answer.notes) or UNSET,
    )


def period_fields(figures: Figures, price: Price) -> dict[str, Any]:
    """Return figures as the fields of `PeriodDocument`."""
    return {
        "token_counts": token_counts(figures.tokens),
        "total_tokens": figures.tokens.total,
        "cost_usd": price(figures.cost),
        "entries": figures.responses,
        "models": model_names(figures.models),
    }


def block_id(row: Row) -> str:
    """Return what names a block or gap: when it begins, and whose it is if not Claude Code's."""
    start = iso_time(row.start or 0)
    _, blank, agent = row.key.partition(" ")
    return f"gap-{start}" if row.is_gap else f"{start}{blank}{agent}"


def _block(answer: AnswerRow, price: Price, told: Telling) -> BlockRow:
    row = answer.row
    return BlockRow(
        **period_fields(row.figures, price),
        **of_machines(row, told, price),
        id=block_id(row),
        start_time=iso_time(row.start or 0),
        end_time=iso_time(row.end or 0),
        actual_end_time=iso(row.figures.last),
        is_active=row.is_active,
        is_gap=row.is_gap,
        model_breakdowns=breakdowns(row.by_model, price),
        burn_rate=_rate(answer.rate, price) if answer.rate else None,
        projection=_forecast(answer.projection, price) if answer.projection else None,
        token_limit_status=_token_limit(answer.limit) if answer.limit else UNSET,
        unpriced_models=unpriced_names(row.figures.unpriced),
        agent=agent_of(row),
    )


def _rate(rate: AverageRate, price: Price) -> RateDocument:
    return RateDocument(
        tokens_per_minute=rate.tokens_per_minute,
        tokens_per_minute_for_indicator=rate.plain_tokens_per_minute,
        cost_per_hour=price(rate.cost_per_hour),
    )


def _forecast(projection: AverageProjection, price: Price) -> ForecastDocument:
    return ForecastDocument(
        total_tokens=projection.tokens,
        total_cost=price(projection.cost),
        remaining_minutes=projection.remaining_minutes,
    )


def _token_limit(limit: TokenLimit) -> TokenLimitDocument:
    return TokenLimitDocument(
        limit=limit.limit,
        projected_usage=limit.projected,
        percent_used=limit.projected_share * 100,
        status=limit.status,
    )
