"""Limits that providers of models told, and the user's budgets of what they bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta

from engine.domain.levels import level_of
from engine.domain.limit_windows import Budget, Forecast, WindowNow
from engine.domain.provider_usage import USD, Amount, ProviderAccount, ProviderLimit
from engine.domain.settings import Settings
from engine.domain.times import DAY, day_of
from engine.limits.budgets import days_of
from engine.limits.labels import BUDGET, PROVIDER
from engine.limits.windows import FLOOR_AFTER, LevelsOf, elapsed_of
from engine.providers.accounts import Accounts
from engine.providers.registry import providers

_NO_COURSE = "no forecast: the provider tells no course"


def provider_windows(
    told: Accounts, settings: Settings, now: int, levels_of: LevelsOf
) -> tuple[WindowNow, ...]:
    """Return the limits of the enabled providers, then the budgets of providers, as they stand.

    They are from what is kept: nobody is asked.
    """
    accounts = told.enabled()
    limits = (_windows_of(account, now, levels_of) for account in accounts)
    known = {account.id: account for account in accounts}
    budgets = (
        _budget_window(budget, known.get(budget.provider), settings.week_start, now, levels_of)
        for budget in settings.budgets
        if budget.provider
    )
    return (*(window for each in limits for window in each), *budgets)


def _windows_of(account: ProviderAccount, now: int, levels_of: LevelsOf) -> Iterator[WindowNow]:
    fetched = account.fetched_at
    if account.usage is None or fetched is None:
        return
    for limit in account.usage.limits:
        if limit.resets_at is not None and limit.resets_at <= now:
            continue
        yield _window(account, limit, fetched, now, levels_of)


def _window(
    account: ProviderAccount, limit: ProviderLimit, fetched: int, now: int, levels_of: LevelsOf
) -> WindowNow:
    name = f"{PROVIDER}:{account.id}:{limit.name}"
    age = max(now - fetched, 0)
    end = limit.resets_at
    start = end - limit.length if end is not None and limit.length is not None else None
    is_dollars = limit.unit == USD
    share = limit.used_share
    return WindowNow(
        state="unknown" if share is None else "last known" if age > FLOOR_AFTER else "open",
        window=name,
        label=f"{limit.label} · {account.title}",
        source="provider",
        basis=f"official · {account.title}",
        captured_at=fetched,
        age=age,
        is_floor=age > FLOOR_AFTER and share is not None and share < 1,
        used_share=share,
        used=limit.used if is_dollars else None,
        limit=limit.limit if is_dollars else None,
        unit="cost" if is_dollars else "percent",
        start=start,
        resets_at=end,
        elapsed_share=elapsed_of(start, end, now),
        level=level_of(share, levels_of(name)),
        forecast=Forecast("none", _NO_COURSE),
        reason="" if share is not None else f"{account.title} tells no share of it",
    )


def _budget_window(
    budget: Budget, account: ProviderAccount | None, week_start: int, now: int, levels_of: LevelsOf
) -> WindowNow:
    """Return a budget with what a provider bills in its UTC days, dollars alone."""
    first, after = days_of(budget, _day(now), week_start)
    start, end = _moment(first), _moment(after)
    title = account.title if account is not None else _title(budget.provider)
    spent = None if account is None else _spent(account, budget, first)
    share = None if spent is None else spent / budget.value
    name = f"{BUDGET}:{budget.period}:{budget.provider}"
    fetched = None if account is None else account.fetched_at
    age = None if fetched is None or spent is None else max(now - fetched, 0)
    return WindowNow(
        state="unknown" if share is None else "open",
        begun_at=start,
        window=name,
        label=f"Budget · {budget.period} · {title}",
        source="budget",
        basis=f"your budget · billed by {title}",
        captured_at=fetched if spent is not None else None,
        age=age,
        is_floor=age is not None and age > FLOOR_AFTER,
        used_share=share,
        used=spent,
        limit=budget.value,
        unit="cost",
        start=start,
        resets_at=end,
        elapsed_share=elapsed_of(start, end, now),
        level=level_of(share, levels_of(name)),
        forecast=Forecast("none", _NO_COURSE),
        reason="" if spent is not None else _reason(account, title, budget.provider),
    )


def _spent(account: ProviderAccount, budget: Budget, first: date) -> int | None:
    """Return the dollars billed since a day, `None` where the provider does not tell them."""
    if budget.period == "month" and account.month is not None:
        return _dollars(account.month.cost)
    if budget.period == "day" and account.today is not None:
        return _dollars(account.today.cost)
    usage = account.usage
    lacks = {each.capability for each in usage.unsupported} if usage is not None else set()
    if usage is None or "cost" in lacks or not usage.since <= first.isoformat() <= usage.until:
        return None
    return sum(
        amount.value
        for day in usage.days
        if day.day >= first.isoformat()
        for part in day.parts
        for amount in part.cost
        if amount.currency == USD
    )


def _dollars(cost: Iterable[Amount]) -> int | None:
    return next((each.value for each in cost if each.currency == USD), None)


def _reason(account: ProviderAccount | None, title: str, provider: str) -> str:
    if account is None:
        return f"{title} is not enabled: ccmon providers enable {provider}"
    return account.sentence or f"{title} tells no cost in dollars of these days"


def _title(provider: str) -> str:
    return next((each.title for each in providers() if each.id == provider), provider)


def _day(now: int) -> date:
    return day_of(now, UTC)


def _moment(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1) * DAY
