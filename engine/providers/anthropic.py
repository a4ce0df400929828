"""Anthropic: an organisation's usage and cost, for an Admin key or one that may read analytics.

<https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api>, and where that is
not to be had the older reports, <https://platform.claude.com/docs/en/manage-claude/usage-cost-api>.
Use within Claude's plans is not API spend, and is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from engine.domain.provider_usage import ModelUse, ProviderUsage
from engine.domain.responses import Tokens
from engine.providers.asked import Asked, Params, object_of
from engine.providers.base import KeyFound, Provider, needs_admin
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, count, day, moment, of, rows, text

_BETA = "analytics-usage-cost-2026-08-24"
_ANALYTICS = "/organizations/analytics"
_CENTS = 100
_NO_ANALYTICS = frozenset({"needs_admin_key", "unreadable"})
"""What a key of the older reports is answered by the newer: 403, 404 or 400."""


class Anthropic(Provider):
    """Tokens, requests and cost by day, model and product."""

    id = "anthropic"
    title = "Anthropic"
    capabilities = ("usage", "cost", "key_check")
    base = "https://api.anthropic.com/v1"
    variables = ("ANTHROPIC_ADMIN_KEY", "ANTHROPIC_API_KEY")
    where = "https://platform.claude.com/usage"
    key_help = (
        "Usage and cost need an Admin key (sk-ant-admin…) or a key that may read analytics; an"
        " admin of the organization makes one at https://platform.claude.com/settings/admin-keys,"
        " individual accounts have none"
    )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers that carry the key, or a sign-in token of an organization's admin."""
        version = {"anthropic-version": "2023-06-01"}
        if key.startswith("sk-ant-oat"):
            return {"Authorization": f"Bearer {key}", **version}
        return {"x-api-key": key, **version}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask the analytics; where this key has none, the older reports."""
        try:
            return self._analytics(asked)
        except ProviderFailure as error:
            if error.state == "invalid_key":
                raise self._told_apart(asked, error) from None
            if error.state not in _NO_ANALYTICS or error.status == 200:
                raise
        try:
            return self._reports(asked)
        except ProviderFailure as error:
            if error.state in ("invalid_key", "needs_admin_key") or error.status == 404:
                raise self._told_apart(asked, error) from None
            raise

    def check(self, asked: Asked) -> KeyFound:
        """Ask which organisation an Admin key is of, else whether it is a plain key."""
        mine = asked.answer("GET", "/organizations/me")
        if mine.status == 200:
            object_of(mine)
            return KeyFound("admin")
        if mine.status >= 500 or mine.status == 429:
            asked.get("/organizations/me")
        models = asked.answer("GET", "/models", (("limit", 1),))
        if models.status == 200:
            return KeyFound("plain", "it lists models; usage needs an Admin key")
        raise ProviderFailure("invalid_key", models.status)

    def _told_apart(self, asked: Asked, error: ProviderFailure) -> ProviderFailure:
        """Say whether a key that may not read usage is a good plain one, or none."""
        if asked.key.startswith("sk-ant-admin"):
            return ProviderFailure("invalid_key", error.status)
        models = asked.answer("GET", "/models", (("limit", 1),))
        if models.status == 200:
            return needs_admin(error.status)
        return ProviderFailure("invalid_key", error.status)

    def _analytics(self, asked: Asked) -> ProviderUsage:
        """Ask for usage and cost by day, model and product."""
        days = Days()
        params = (
            *_span(asked),
            ("time_bucket_width", "1d"),
            ("group_by[]", "model"),
            ("group_by[]", "product"),
            ("limit", 1_000),
        )
        headers = {**self.headers(asked.key), "anthropic-beta": _BETA}
        usage, cost = asked.together(
            lambda: list(asked.pages(f"{_ANALYTICS}/usage", params, headers=headers)),
            lambda: list(asked.pages(f"{_ANALYTICS}/cost", params, headers=headers)),
        )
        for row in (row for page in usage for row in rows(page, "data")):
            used = of(row, "usage")
            days.add(day(row.get("starting_at")), _use_of(row.get("group"), used))
        for row in (row for page in cost for row in rows(page, "data")):
            told = of(row, "cost")
            found = amount(of(told, "amount"), of(told, "currency"), parts=_CENTS)
            if found is not None:
                model, product = _group_of(row.get("group"))
                days.add(day(row.get("starting_at")), ModelUse(model, product, cost=(found,)))
        refreshed = [moment(page.get("data_refreshed_at")) for page in (*usage, *cost)]
        return self._made(asked, days, min((at for at in refreshed if at), default=None))

    def _reports(self, asked: Asked) -> ProviderUsage:
        """Ask the older reports, which know no product."""
        days = Days()
        span = (*_span(asked), ("bucket_width", "1d"), ("limit", min(len(asked.days), 31)))
        usage, cost = asked.together(
            _asking(
                asked, "/organizations/usage_report/messages", (*span, ("group_by[]", "model"))
            ),
            _asking(asked, "/organizations/cost_report", (*span, ("group_by[]", "description"))),
        )
        for at, row in usage:
            days.add(at, _use_of(row, row))
        for at, row in cost:
            found = amount(row.get("amount"), row.get("currency"), parts=_CENTS)
            if found is not None:
                days.add(at, ModelUse(text(row.get("model")), cost=(found,)))
        return self._made(asked, days, None)

    def _made(self, asked: Asked, days: Days, fresh_until: int | None) -> ProviderUsage:
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            unsupported=self.lacks(
                {
                    "balance": "Anthropic tells no balance by its API",
                    "limits": "Anthropic tells no use of limits to this key; those of Claude's"
                    " plans are in ccmon limits",
                }
            ),
            fresh_until=fresh_until,
        )


def _span(asked: Asked) -> Params:
    following = asked.until + timedelta(days=1)
    return (
        ("starting_at", f"{asked.since.isoformat()}T00:00:00Z"),
        ("ending_at", f"{following.isoformat()}T00:00:00Z"),
    )


def _asking(
    asked: Asked, path: str, params: Params
) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """Return what asks for all results of a report, each with its day."""
    return lambda: [
        (day(bucket.get("starting_at")), result)
        for page in asked.pages(path, params)
        for bucket in rows(page, "data")
        for result in rows(bucket, "results")
    ]


def _group_of(group: object) -> tuple[str, str]:
    return text(of(group, "model")), text(of(group, "product"))


def _use_of(group: object, used: object) -> ModelUse:
    """Return a use; Anthropic's input has nothing of the cache in it."""
    model, product = _group_of(group)
    fresh = count(of(used, "uncached_input_tokens"))
    tokens = None
    if fresh is not None:
        tokens = Tokens(
            fresh,
            count(of(used, "output_tokens")) or 0,
            count(of(used, "cache_read_input_tokens")) or 0,
            count(of(used, "cache_creation", "ephemeral_5m_input_tokens")) or 0,
            count(of(used, "cache_creation", "ephemeral_1h_input_tokens")) or 0,
        )
    return ModelUse(model, product, count(of(used, "requests")), tokens)


PROVIDER = Anthropic()
