"""Cursor for teams: what its Admin API tells of the team's spend and use.

<https://cursor.com/docs/account/teams/admin-api>. What a person used comes with
`ccmon cursor login`, and is counted with everything else.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.provider_usage import (
    USD,
    Capability,
    ModelUse,
    ProviderUsage,
)
from engine.domain.responses import Tokens
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, count, day, of, rows, text

_PAGE = 500
_MOST_PAGES = 20
_CENTS = 100


class Cursor(Provider):
    """The team's events by day and model, and its spend of this billing cycle."""

    id = "cursor"
    title = "Cursor (team)"
    capabilities = ("usage", "cost", "key_check")
    base = "https://api.cursor.com"
    variables = ("CURSOR_ADMIN_API_KEY", "CURSOR_API_KEY")
    where = "https://cursor.com/dashboard?tab=usage"
    key_help = (
        "A team's Admin API key (https://cursor.com/dashboard, Settings); without a team:"
        " ccmon cursor login"
    )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the header that carries the key, as the user's name of Basic."""
        return {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the team's events, page by page."""
        days = Days()
        for event in self._events(asked):
            days.add(day(event.get("timestamp")), _use_of(event))
        lacks: dict[Capability, str] = {
            "balance": "a team has no balance",
            "limits": "Cursor tells spend of members, and no limit of the team",
        }
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for one member's spend."""
        asked.post("/teams/spend", {"page": 1, "pageSize": 1})
        return KeyFound("admin")

    def _events(self, asked: Asked) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        begin = datetime(asked.since.year, asked.since.month, asked.since.day, tzinfo=UTC)
        end = datetime(asked.until.year, asked.until.month, asked.until.day, tzinfo=UTC)
        for page in range(1, _MOST_PAGES + 1):
            told = asked.post(
                "/teams/filtered-usage-events",
                {
                    "startDate": int(begin.timestamp() * 1_000),
                    "endDate": int((end + timedelta(days=1)).timestamp() * 1_000) - 1,
                    "page": page,
                    "pageSize": _PAGE,
                },
            )
            if not isinstance(of(told, "usageEvents"), list):
                raise ProviderFailure("unreadable", 200)
            found += rows(told, "usageEvents")
            if of(told, "pagination", "hasNextPage") is not True:
                return found
        raise ProviderFailure("unreadable", 200)


def _use_of(event: dict[str, Any]) -> ModelUse:
    """Return an event's use; `chargedCents` is what the team pays for it."""
    used = of(event, "tokenUsage")
    tokens = None
    if isinstance(used, dict):
        names = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
        tokens = Tokens(*(count(used.get(name)) or 0 for name in names))
    cents = event.get("chargedCents")
    cost = amount(cents, USD, parts=_CENTS)
    return ModelUse(
        text(event.get("model")), requests=1, tokens=tokens, cost=() if cost is None else (cost,)
    )


PROVIDER = Cursor()
