"""Mistral: consumption and cost for an Admin key of an Enterprise plan; else a key is checked.

<https://docs.mistral.ai/admin/admin-api/usage-metrics>. What a model cost is its paid volume
times its price, of which the answer has a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.domain.provider_usage import Amount, Capability, ModelUse, ProviderLimit, ProviderUsage
from engine.domain.responses import PICO, Tokens
from engine.providers.asked import Asked, object_of
from engine.providers.base import KeyFound, Provider
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import count, currency, day, number, of, rows, text

_ENTERPRISE = "Mistral tells it to Admin keys of Enterprise plans only"
_OF_MODELS = (
    "completion",
    "chat",
    "vibe_usage",
    "ocr",
    "audio",
    "connectors",
    "fine_tuning",
    "libraries_api",
)
_KINDS = ("input", "output", "cached")


class Mistral(Provider):
    """Tokens and cost by day and model, in the organisation's currency."""

    id = "mistral"
    title = "Mistral"
    capabilities = ("usage", "cost", "limits", "key_check")
    base = "https://api.mistral.ai/v1"
    variables = ("MISTRAL_ADMIN_KEY", "MISTRAL_API_KEY")
    where = "https://admin.mistral.ai/organization/usage"
    key_help = (
        "Usage and cost need an Admin key, which Enterprise plans alone have"
        " (https://docs.mistral.ai/admin/admin-api/authentication); other keys can be checked"
    )

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the months' consumption; a key without that right is checked instead."""
        days, limits = Days(), []
        for month in _months(asked):
            answer = asked.answer(
                "GET",
                "/admin/usage",
                (("month", month.month), ("year", month.year)),
                headers=_admin(asked.key),
            )
            if answer.status in (401, 403, 404):
                return self._plain(asked)
            self._gather(asked.read(answer), days)
        spend = self._spend_limit(asked, days)
        if spend is not None:
            limits.append(spend)
        lacks: dict[Capability, str] = {"balance": "Mistral tells no balance"}
        if spend is None:
            lacks["limits"] = "no spend limit is told"
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            limits=tuple(limits),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for models, and where that is refused whether it is an Admin key."""
        answer = asked.answer("GET", "/models")
        if answer.status == 200:
            object_of(answer)
            return KeyFound("plain")
        admin = asked.answer("GET", "/admin/spend-limit", headers=_admin(asked.key))
        if admin.status == 200:
            object_of(admin)
            return KeyFound("admin")
        asked.read(answer)
        return KeyFound("plain")

    def _plain(self, asked: Asked) -> ProviderUsage:
        """Return what a key of any other plan is told: that it is good."""
        answer = asked.answer("GET", "/models")
        if answer.status in (401, 403):
            raise ProviderFailure("invalid_key", answer.status)
        if answer.status != 200:
            asked.read(answer)
        object_of(answer)
        return ProviderUsage(
            unsupported=self.lacks(
                {
                    "usage": _ENTERPRISE,
                    "cost": _ENTERPRISE,
                    "balance": "Mistral tells no balance",
                    "limits": _ENTERPRISE,
                }
            )
        )

    def _gather(self, told: object, days: Days) -> None:
        """Add what a month's answer says: categories of models, kinds, and their volumes."""
        if not isinstance(told, dict):
            raise ProviderFailure("unreadable", 200)
        code, prices = currency(told.get("currency")), _prices(told)
        for category in _OF_MODELS:
            models = of(told, category, "models")
            for model, kinds in models.items() if isinstance(models, dict) else ():
                for kind in _KINDS if isinstance(kinds, dict) else ():
                    for row in rows(kinds, kind):
                        use = _use_of(text(model), kind, row, prices, code)
                        days.add(day(row.get("timestamp")), use)

    def _spend_limit(self, asked: Asked, days: Days) -> ProviderLimit | None:
        try:
            told = asked.get("/admin/spend-limit", headers=_admin(asked.key))
        except ProviderFailure:
            return None
        limit, code = number(of(told, "limit")), currency(of(told, "currency"))
        if limit is None or limit <= 0 or not code:
            return None
        month = asked.until.replace(day=1)
        used = days.cost_since(month.isoformat(), code) if asked.since <= month else None
        value = round(limit * PICO)
        return ProviderLimit(
            name="spend_limit",
            label="Spend",
            used_share=None if used is None else used / value,
            used=used,
            limit=value,
            unit=code,
        )


def _months(asked: Asked) -> Iterator[date]:
    """Yield the first day of each month that is asked about."""
    month = asked.since.replace(day=1)
    while month <= asked.until:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _admin(key: str) -> Mapping[str, str]:
    return {"x-api-key": key}


def _prices(told: object) -> dict[tuple[str, str], Decimal]:
    return {
        (text(each.get("billing_metric")), text(each.get("billing_group"))): price
        for each in rows(told, "prices")
        if (price := number(each.get("price"))) is not None
    }


def _use_of(
    model: str, kind: str, row: dict[str, Any], prices: Mapping[tuple[str, str], Decimal], code: str
) -> ModelUse:
    volume = count(row.get("value"))
    tokens = None
    if volume is not None:
        tokens = Tokens(
            input=volume if kind == "input" else 0,
            output=volume if kind == "output" else 0,
            cache_read=volume if kind == "cached" else 0,
        )
    price = prices.get((text(row.get("billing_metric")), text(row.get("billing_group"))))
    paid = number(row.get("value_paid"))
    cost: tuple[Amount, ...] = ()
    if price is not None and paid is not None and code:
        cost = (Amount(code, round(price * paid * PICO)),)
    return ModelUse(model, tokens=tokens, cost=cost)


PROVIDER = Mistral()
