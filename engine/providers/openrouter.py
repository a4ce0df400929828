"""OpenRouter: what a key spent and may spend; by day and model for a management key.

<https://openrouter.ai/docs/api-reference/api-keys/get-current-key>. Days and months are UTC;
figures are up to a minute old.
"""

from __future__ import annotations

from typing import Any, Literal

from engine.domain.provider_usage import (
    USD,
    Balance,
    Capability,
    ModelUse,
    PeriodUse,
    ProviderLimit,
    ProviderUsage,
)
from engine.domain.responses import PICO, Tokens
from engine.providers.asked import Asked, document_of
from engine.providers.base import KeyFound, Provider
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, count, day, number, of, rows, text

_RESETS = {"daily": "a day", "weekly": "a week", "monthly": "a month"}


class OpenRouter(Provider):
    """Spend of today and the month, the key's limit, the account's credits, days by model."""

    id = "openrouter"
    title = "OpenRouter"
    capabilities = ("usage", "cost", "balance", "limits", "key_check")
    base = "https://openrouter.ai/api/v1"
    variables = ("OPENROUTER_MANAGEMENT_KEY", "OPENROUTER_API_KEY")
    where = "https://openrouter.ai/activity"
    key_help = (
        "Any key of https://openrouter.ai/settings/keys tells its own spend and limit; days by"
        " model need a management key (https://openrouter.ai/settings/management-keys)"
    )

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the key's own figures, and what a management key may see beside them."""
        told = _key_of(asked)
        lacks: dict[Capability, str] = {}
        balances: list[Balance] = []
        credits = asked.answer("GET", "/credits")
        if credits.status == 200:
            balances = _credits(document_of(credits))
        else:
            lacks["balance"] = "OpenRouter tells credits to management keys only"
        days = Days()
        activity = asked.answer("GET", "/activity")
        is_told = activity.status == 200
        if is_told:
            for row in rows(document_of(activity), "data"):
                days.add(day(row.get("date")), _use_of(row))
        else:
            lacks["usage"] = "OpenRouter tells tokens by day to management keys only"
        limit = _limit(told)
        if limit is None:
            lacks["limits"] = "this key has no spending limit"
        return ProviderUsage(
            since=asked.days[0] if is_told else "",
            until=asked.days[-1] if is_told else "",
            days=days.made(),
            totals=() if is_told else _totals(told, asked),
            balances=tuple(balances),
            limits=() if limit is None else (limit,),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the key's own figures."""
        is_management = _key_of(asked).get("is_management_key") is True
        return KeyFound("admin" if is_management else "plain")


def _key_of(asked: Asked) -> dict[str, Any]:
    told = of(asked.get("/key"), "data")
    if not isinstance(told, dict):
        raise ProviderFailure("unreadable", 200)
    return told


def _credits(told: object) -> list[Balance]:
    given, used = (number(of(told, "data", name)) for name in ("total_credits", "total_usage"))
    if given is None or used is None:
        return []
    left = amount(str(given - used), USD)
    return [] if left is None else [Balance("credits", left)]


def _totals(told: dict[str, Any], asked: Asked) -> tuple[PeriodUse, ...]:
    """Return what this key spent, which is all that a plain key is told."""
    until = asked.until.isoformat()
    periods: tuple[tuple[Literal["today", "month"], str, str], ...] = (
        ("today", until, "usage_daily"),
        ("month", asked.until.replace(day=1).isoformat(), "usage_monthly"),
    )
    return tuple(
        PeriodUse(name, since, until, cost=(spent,))
        for name, since, key in periods
        if (spent := amount(told.get(key), USD)) is not None
    )


def _limit(told: dict[str, Any]) -> ProviderLimit | None:
    limit, left = number(told.get("limit")), number(told.get("limit_remaining"))
    if limit is None or limit <= 0:
        return None
    used = None if left is None else limit - left
    period = _RESETS.get(text(told.get("limit_reset")), "")
    return ProviderLimit(
        name="spend_limit",
        label=f"Spend of {period}" if period else "Spend",
        used_share=None if used is None else float(used / limit),
        used=None if used is None else round(used * PICO),
        limit=round(limit * PICO),
        unit=USD,
    )


def _use_of(row: dict[str, Any]) -> ModelUse:
    """Return a row's use; OpenRouter's prompt mostly has what was read from a cache."""
    prompt, output = count(row.get("prompt_tokens")), count(row.get("completion_tokens"))
    cached = count(row.get("cached_tokens")) or 0
    tokens = None
    if prompt is not None and output is not None:
        tokens = Tokens(max(prompt - cached, 0), output, cached)
    cost = amount(row.get("usage"), USD)
    return ModelUse(
        text(row.get("model")),
        requests=count(row.get("requests")),
        tokens=tokens,
        cost=() if cost is None else (cost,),
    )


PROVIDER = OpenRouter()
