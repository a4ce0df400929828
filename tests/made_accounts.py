"""Made-up accounts of providers, of all that can be known of one and of nothing."""

from __future__ import annotations

from typing import Any

from engine.domain.billed import BillComparison, Billed, BilledModel, BilledProduct
from engine.domain.provider_usage import (
    Amount,
    Balance,
    DayUse,
    KeyShown,
    ModelUse,
    ProviderAccount,
    ProviderLimit,
    ProviderUsage,
    Unsupported,
    period_of,
)
from engine.domain.reports import Figures
from engine.domain.responses import PICO, Tokens
from tests.conftest import NOW

TODAY, MONTH = "2026-11-22", "2026-11-01"
WHERE = "https://example.org/usage"


def usd(dollars: float) -> Amount:
    return Amount("USD", round(dollars * PICO))


def made_usage() -> ProviderUsage:
    """Return three days of two models, a balance in each of two currencies, limits."""
    days = tuple(
        DayUse(
            f"2026-11-{day}",
            (
                ModelUse("", cost=(usd(2.5), Amount("EUR", PICO))),
                ModelUse("claude-opus-5-5", "claude_code", 4, Tokens(100, 20, 1_000, 30, 5)),
            ),
        )
        for day in (20, 21, 22)
    )
    return ProviderUsage(
        since="2026-10-23",
        until=TODAY,
        days=days,
        balances=(Balance("balance", usd(12.34)), Balance("balance", Amount("CNY", 7 * PICO))),
        limits=(
            ProviderLimit("spend_limit", "Spend", 0.4, 40 * PICO, 100 * PICO, "USD", NOW + 10**9),
            ProviderLimit("five_hour", "5 hours", 0.8, 80, 100, "requests", NOW + 10**6),
            ProviderLimit("seven_day", "Week"),
        ),
        unsupported=(Unsupported("balance", "it tells none", WHERE),),
        plan="pro",
    )


def made_account(name: str = "openai", title: str = "OpenAI", **given: Any) -> ProviderAccount:
    """Return an account that answered a minute ago."""
    usage = given.pop("usage", made_usage())
    said: dict[str, Any] = {
        "id": name,
        "title": title,
        "capabilities": ("usage", "cost", "key_check"),
        "is_enabled": True,
        "key": KeyShown("…abcd", "OPENAI_ADMIN_KEY"),
        "state": "ok",
        "sentence": "",
        "fetched_at": NOW - 60_000,
        "is_stale": False,
        "retry_at": None,
        "usage": usage,
        "today": usage and period_of(usage, "today", TODAY, TODAY),
        "month": usage and period_of(usage, "month", MONTH, TODAY),
        "course": (None, 0, *(2 * PICO for _ in range(28))) if usage else (),
        "course_currency": "USD" if usage else "",
        "where": WHERE,
    }
    return ProviderAccount(**{**said, **given})


def made_accounts() -> list[ProviderAccount]:
    """Return one account that knows all, and two that know nothing."""
    nothing: dict[str, Any] = {"usage": None, "fetched_at": None}
    return [
        made_account(),
        made_account(
            "cohere",
            "Cohere",
            state="invalid_key",
            sentence="Cohere does not take this key.",
            retry_at=NOW + 60_000,
            **nothing,
        ),
        made_account("xai", "xAI", state="disabled", is_enabled=False, key=None, **nothing),
    ]


def made_bill() -> BillComparison:
    """Return a bill of one model and one product beside what was counted."""
    billed = Billed(4, Tokens(100, 20), (usd(2.5),))
    return BillComparison(
        provider="anthropic",
        title="Anthropic",
        since=MONTH,
        until=TODAY,
        counted=Figures(responses=3, tokens=Tokens(90, 20), cost=PICO, unpriced=("odd",)),
        billed=billed,
        by_model=(
            BilledModel("claude-opus-5-5", Figures(responses=3), billed),
            BilledModel("", Figures(), Billed()),
        ),
        products=(BilledProduct("claude_code", billed),),
        notes=("Look here.",),
    )
