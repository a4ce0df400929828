"""Money, tokens and days of providers, as documents have them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.documents.encoding import dollars
from engine.domain.provider_usage import Amount, PeriodUse
from engine.domain.responses import Tokens


class MoneyDocument(Struct, frozen=True):
    """Money of one currency."""

    currency: str
    amount: float


class TokensDocument(Struct, frozen=True):
    """Tokens of disjoint kinds."""

    input: int
    output: int
    cache_read: int
    cache_write: int
    total: int


class PeriodDocument(Struct, frozen=True):
    """What some UTC days come to."""

    since: str
    until: str
    requests: int | None
    tokens: TokensDocument | None
    costs: list[MoneyDocument]


def period_of_use(period: PeriodUse | None) -> PeriodDocument | None:
    """Return what some days come to, as documents have it."""
    if period is None:
        return None
    return PeriodDocument(
        period.since,
        period.until,
        period.requests,
        tokens_of(period.tokens),
        costs_of(period.cost),
    )


def costs_of(cost: Iterable[Amount]) -> list[MoneyDocument]:
    """Return money of each currency."""
    return [MoneyDocument(each.currency, dollars(each.value)) for each in cost]


def tokens_of(tokens: Tokens | None) -> TokensDocument | None:
    """Return tokens by kind, nothing as nothing."""
    if tokens is None:
        return None
    return TokensDocument(
        tokens.input, tokens.output, tokens.cache_read, tokens.cache_write, tokens.total
    )
