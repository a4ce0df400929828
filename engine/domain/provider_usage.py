"""What providers of models say of an account: use, cost, balances, limits, and what they do not.

What a provider does not say is `None` or missing, never 0. Money is kept with its currency in
whole millionths of a millionth of it; amounts of different currencies never meet in one sum.
Days are UTC days, as all providers count them; times are UTC milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from engine.domain.responses import Tokens
from engine.domain.times import SECOND

Capability = Literal["usage", "cost", "balance", "limits", "key_check"]
"""What a provider may tell: tokens and requests by day, money by day, money that is left, limits
with what is used of them, and whether a key is good."""
CAPABILITIES: tuple[Capability, ...] = ("usage", "cost", "balance", "limits", "key_check")

AccountState = Literal[
    "disabled",
    "no_key",
    "unconfigured",
    "unasked",
    "ok",
    "invalid_key",
    "needs_admin_key",
    "rate_limited",
    "unavailable",
    "timeout",
    "unreadable",
]
"""How the last question went. `unconfigured`: a setting is missing, such as the team's id;
`needs_admin_key`: the key is good, and not of the kind that may ask this."""
USD = "USD"


class Amount(Struct, frozen=True, order=True):
    """Money of one currency."""

    currency: str
    """An ISO 4217 code, in capitals."""
    value: int
    """In 10⁻¹² of the currency; negative for what is owed."""


class ModelUse(Struct, frozen=True):
    """What one model was used for on a day, as far as the provider says."""

    model: str
    """Empty for what is of no single model."""
    product: str = ""
    """Through what it was used, where that is told: `claude_code`."""
    requests: int | None = None
    tokens: Tokens | None = None
    cost: tuple[Amount, ...] = ()
    """One of each currency; empty where it is not told."""


class DayUse(Struct, frozen=True):
    """One UTC day; a day that is missing had no use, or is not told."""

    day: str
    """ISO."""
    parts: tuple[ModelUse, ...]


class Balance(Struct, frozen=True):
    """Money that is left, or was given."""

    name: str
    """Such as `balance`, `granted`, `prepaid`."""
    amount: Amount


class ProviderLimit(Struct, frozen=True):
    """A limit of the account and what is used of it."""

    name: str
    """Such as `spend_limit`, `five_hour`, `seven_day`."""
    label: str
    used_share: float | None = None
    """It may be more than 1."""
    used: int | None = None
    limit: int | None = None
    unit: str = "percent"
    """Of `used` and `limit`: `percent`, `requests`, `tokens`, `credits`, or a currency's code, in
    10⁻¹² of it."""
    resets_at: int | None = None
    length: int | None = None
    """How long the window is, in milliseconds."""


class Unsupported(Struct, frozen=True):
    """What this provider or this key does not tell, why, and where a person can look."""

    capability: Capability
    reason: str
    where: str
    """An address for the browser."""


class ProviderUsage(Struct, frozen=True):
    """One answer of a provider, whatever it was asked for it."""

    since: str = ""
    """First UTC day that was asked about; empty where no days were."""
    until: str = ""
    """Last UTC day that was asked about."""
    days: tuple[DayUse, ...] = ()
    totals: tuple[PeriodUse, ...] = ()
    """Of providers that tell sums of periods and no days."""
    balances: tuple[Balance, ...] = ()
    limits: tuple[ProviderLimit, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    plan: str = ""
    fresh_until: int | None = None
    """Up to when the provider's own figures are complete, where it says so."""


class PeriodUse(Struct, frozen=True):
    """What a period comes to: `None` and no cost where that is not known."""

    name: Literal["today", "month"]
    since: str
    """First UTC day."""
    until: str
    """Last UTC day, which may go on."""
    requests: int | None = None
    tokens: Tokens | None = None
    cost: tuple[Amount, ...] = ()


class KeyShown(Struct, frozen=True):
    """What may be seen of a key."""

    hint: str
    """`…abcd`, or `…` of a short one."""
    source: str
    """`OPENAI_ADMIN_KEY`, `OPENAI_API_KEY_FILE`, `keyring`, or the file that keeps it."""


class ProviderAccount(Struct, frozen=True, kw_only=True):
    """A provider as faces show it; nothing of a key but its end."""

    id: str
    title: str
    capabilities: tuple[Capability, ...]
    is_enabled: bool
    key: KeyShown | None
    """The key in force, or one in the environment that is only offered while disabled."""
    state: AccountState
    sentence: str
    """What is wrong and what to do, empty where all is well."""
    fetched_at: int | None
    """When the figures shown came."""
    is_stale: bool
    """They are older than they may be, or the last question failed."""
    retry_at: int | None
    """When it may be asked again, where the provider asked to be left alone."""
    usage: ProviderUsage | None
    today: PeriodUse | None
    month: PeriodUse | None
    course: tuple[int | None, ...]
    """Cost of each of the last 30 days in `course_currency`, the oldest first."""
    course_currency: str
    where: str
    """Its page for usage."""


def summed(amounts: Iterable[Amount]) -> tuple[Amount, ...]:
    """Return the sum of each currency, US dollars first; nothing is converted."""
    found: dict[str, int] = {}
    for each in amounts:
        found[each.currency] = found.get(each.currency, 0) + each.value
    by_currency = sorted(found.items(), key=lambda item: (item[0] != USD, item[0]))
    return tuple(Amount(currency, value) for currency, value in by_currency)


def added_tokens(several: Iterable[Tokens | None]) -> Tokens | None:
    """Return the sum of what is known, `None` where nothing is."""
    known = [each for each in several if each is not None]
    if not known:
        return None
    return Tokens(
        sum(each.input for each in known),
        sum(each.output for each in known),
        sum(each.cache_read for each in known),
        sum(each.cache_write_5m for each in known),
        sum(each.cache_write_1h for each in known),
    )


def period_of(
    usage: ProviderUsage, name: Literal["today", "month"], since: str, until: str
) -> PeriodUse:
    """Return what a provider says of some UTC days, both included.

    A period whose first day was not asked about is unknown, and so is one that the provider's
    figures do not reach yet. Where nothing was used in it, and the provider would have told, that
    is 0. A provider may tell a period's sum itself.
    """
    told = next((each for each in usage.totals if (each.name, each.since) == (name, since)), None)
    if told is not None:
        return told
    if not usage.since <= since <= usage.until or not usage.since:
        return PeriodUse(name, since, until)
    parts = [part for day in usage.days if since <= day.day <= until for part in day.parts]
    every = [part for day in usage.days for part in day.parts]
    missing = {each.capability for each in usage.unsupported}
    is_fresh = usage.fresh_until is None or usage.fresh_until > _start_of(since)
    is_idle = not parts and is_fresh and "usage" not in missing
    requests = [part.requests for part in parts if part.requests is not None]
    tokens = added_tokens(part.tokens for part in parts)
    if is_idle and (not every or any(part.tokens is not None for part in every)):
        tokens = Tokens()
    has_requests = is_idle and (not every or any(part.requests is not None for part in every))
    cost = summed(amount for part in parts for amount in part.cost)
    if not cost and is_fresh and "cost" not in missing:
        cost = (Amount(_currency_of(usage), 0),)
    return PeriodUse(
        name=name,
        since=since,
        until=until,
        requests=sum(requests) if requests or has_requests else None,
        tokens=tokens,
        cost=cost,
    )


def _start_of(day: str) -> int:
    """Return when a UTC day begins."""
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * SECOND)


def _currency_of(usage: ProviderUsage) -> str:
    """Return the currency of the costs that are told, US dollars where none is."""
    costs = (amount for day in usage.days for part in day.parts for amount in part.cost)
    return next((amount.currency for amount in costs), USD)


def course_of(usage: ProviderUsage, days: Iterable[str]) -> tuple[str, tuple[int | None, ...]]:
    """Return a currency and each day's cost in it; `None` for days that were not asked about."""
    currency = _currency_of(usage)
    by_day = {
        day.day: sum(
            amount.value
            for part in day.parts
            for amount in part.cost
            if amount.currency == currency
        )
        for day in usage.days
    }
    has_cost = "cost" not in {each.capability for each in usage.unsupported}
    return currency, tuple(
        by_day.get(day, 0)
        if has_cost and usage.since and usage.since <= day <= usage.until
        else None
        for day in days
    )
