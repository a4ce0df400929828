"""What providers say, as `ccmon providers --json` prints it and the service answers it.

Keys are those that tools for such figures have (`provider_id`, `tokens_input`, `cost_usd`), and
more beside them in the same spelling. What is not known is null, never 0; costs stand by
currency, and `cost_usd` is the dollars among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from engine.documents.encoding import dollars, iso, percent
from engine.documents.provider_periods import (
    MoneyDocument,
    PeriodDocument,
    TokensDocument,
    costs_of,
    period_of_use,
    tokens_of,
)
from engine.domain.provider_usage import (
    USD,
    AccountState,
    Capability,
    ModelUse,
    PeriodUse,
    ProviderAccount,
    ProviderLimit,
    ProviderUsage,
)
from engine.domain.responses import PICO
from engine.domain.times import SECOND, iso_time


class SeedUsageDocument(Struct, frozen=True):
    """This month, in the keys that other tools have."""

    requests_count: int | None
    tokens_input: int | None
    """All that the models were given: input, cache read and cache write."""
    tokens_output: int | None
    cost_usd: float | None
    period_start: str
    period_end: str


class BalanceDocument(Struct, frozen=True):
    """Money that is left."""

    name: str
    currency: str
    amount: float


class ProviderLimitDocument(Struct, frozen=True):
    """A limit of the account; money in its currency."""

    name: str
    label: str
    used_percent: float | None
    used: float | int | None
    limit: float | int | None
    unit: str
    resets_at: str | None


class UnsupportedDocument(Struct, frozen=True):
    """What is not told, why, and where a person can look."""

    capability: Capability
    reason: str
    where: str


class KeyDocument(Struct, frozen=True):
    """What may be seen of a key."""

    hint: str
    source: str


class PartDocument(Struct, frozen=True):
    """What a model was used for on a day."""

    model: str | None
    product: str | None
    requests: int | None
    tokens: TokensDocument | None
    costs: list[MoneyDocument]


class ProviderDayDocument(Struct, frozen=True):
    """One UTC day that had use."""

    date: str
    parts: list[PartDocument]


class ProviderDocument(Struct, frozen=True, kw_only=True):
    """One provider."""

    provider_id: str
    provider_name: str
    is_available: bool
    """It is enabled and answered when it was asked last."""
    description: str
    usage: SeedUsageDocument | None
    is_enabled: bool
    state: AccountState
    capabilities: list[Capability]
    key: KeyDocument | None
    """The key in force; one that is only offered where the provider is not enabled."""
    plan: str | None
    fetched_at: str | None
    age_seconds: int | None
    is_stale: bool
    retry_at: str | None
    today: PeriodDocument | None
    month: PeriodDocument | None
    balances: list[BalanceDocument]
    limits: list[ProviderLimitDocument]
    unsupported: list[UnsupportedDocument]
    course_currency: str | None
    course: list[float | None]
    """Each of the last 30 days' cost, the oldest first."""
    days: list[ProviderDayDocument] | None
    """Of a single provider that was asked for; else null."""
    where: str


class ProvidersDocument(Struct, frozen=True, kw_only=True):
    """What `ccmon providers --json` prints."""

    version: Literal["1"] = "1"
    generated_at: str
    providers: list[ProviderDocument]


class ProviderConfigDocument(Struct, frozen=True, kw_only=True):
    """How a provider is set up; of its key only whether there is one, its end and its source."""

    provider_id: str
    is_enabled: bool
    is_configured: bool
    key: KeyDocument | None
    state: AccountState
    description: str


def provider_config_document(account: ProviderAccount) -> ProviderConfigDocument:
    """Return how a provider is set up."""
    return ProviderConfigDocument(
        provider_id=account.id,
        is_enabled=account.is_enabled,
        is_configured=account.key is not None,
        key=None if account.key is None else KeyDocument(account.key.hint, account.key.source),
        state=account.state,
        description=account.sentence or _described(account),
    )


def providers_document(
    accounts: Iterable[ProviderAccount], now: int, *, with_days: bool = False
) -> ProvidersDocument:
    """Return the document of some providers."""
    return ProvidersDocument(
        generated_at=iso_time(now),
        providers=[provider_document(each, now, with_days=with_days) for each in accounts],
    )


def provider_document(
    account: ProviderAccount, now: int, *, with_days: bool = False
) -> ProviderDocument:
    """Return the document of one provider."""
    usage = account.usage or ProviderUsage()
    fetched = account.fetched_at
    return ProviderDocument(
        provider_id=account.id,
        provider_name=account.title,
        is_available=account.state == "ok",
        description=account.sentence or _described(account),
        usage=None if account.month is None else _seed(account.month),
        is_enabled=account.is_enabled,
        state=account.state,
        capabilities=list(account.capabilities),
        key=None if account.key is None else KeyDocument(account.key.hint, account.key.source),
        plan=usage.plan or None,
        fetched_at=iso(fetched),
        age_seconds=None if fetched is None else max(now - fetched, 0) // SECOND,
        is_stale=account.is_stale,
        retry_at=iso(account.retry_at),
        today=period_of_use(account.today),
        month=period_of_use(account.month),
        balances=[
            BalanceDocument(each.name, each.amount.currency, dollars(each.amount.value))
            for each in usage.balances
        ],
        limits=[_limit(each) for each in usage.limits],
        unsupported=[
            UnsupportedDocument(each.capability, each.reason, each.where)
            for each in usage.unsupported
        ],
        course_currency=account.course_currency or None,
        course=[None if each is None else dollars(each) for each in account.course],
        days=_days(usage) if with_days else None,
        where=account.where,
    )


def _described(account: ProviderAccount) -> str:
    if not account.is_enabled:
        offered = f"; a key is offered by {account.key.source}" if account.key else ""
        return f"not enabled{offered}"
    return "up to date"


def _seed(month: PeriodUse) -> SeedUsageDocument:
    tokens = month.tokens
    spent = next((each for each in month.cost if each.currency == USD), None)
    return SeedUsageDocument(
        requests_count=month.requests,
        tokens_input=None if tokens is None else tokens.prompt,
        tokens_output=None if tokens is None else tokens.output,
        cost_usd=None if spent is None else spent.value / PICO,
        period_start=month.since,
        period_end=month.until,
    )


def _limit(limit: ProviderLimit) -> ProviderLimitDocument:
    is_money = len(limit.unit) == 3 and limit.unit.isupper()
    used, whole = (
        dollars(each) if is_money and each is not None else each
        for each in (limit.used, limit.limit)
    )
    return ProviderLimitDocument(
        limit.name,
        limit.label,
        percent(limit.used_share),
        used,
        whole,
        limit.unit,
        iso(limit.resets_at),
    )


def _days(usage: ProviderUsage) -> list[ProviderDayDocument]:
    return [ProviderDayDocument(day.day, [_part(part) for part in day.parts]) for day in usage.days]


def _part(part: ModelUse) -> PartDocument:
    return PartDocument(
        part.model or None,
        part.product or None,
        part.requests,
        tokens_of(part.tokens),
        costs_of(part.cost),
    )
