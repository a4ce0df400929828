"""GitHub Copilot: what a person's own plan is billed for, in AI credits and dollars.

<https://docs.github.com/rest/billing/usage>. A seat that an organisation pays for is billed to
that. The plan's quota comes from an interface that is not documented, and only with `quota`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from engine.domain.provider_usage import (
    USD,
    Capability,
    PeriodUse,
    ProviderLimit,
    ProviderUsage,
    summed,
)
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider, ProviderOption
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, count, moment, number, of, rows, text

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\Z", re.ASCII)
_LABELS = {
    "premium_interactions": "Premium requests",
    "chat": "Chat",
    "completions": "Completions",
}


class GitHubCopilot(Provider):
    """Money of today and the month; with `quota = "yes"` what is left of the plan."""

    id = "github-copilot"
    title = "GitHub Copilot"
    capabilities = ("cost", "limits", "key_check")
    base = "https://api.github.com"
    variables = ("GITHUB_COPILOT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")
    where = "https://github.com/settings/billing"
    key_help = "A token with the permission Plan (read): https://github.com/settings/personal-access-tokens"
    options = (
        ProviderOption("login", "whose plan it is, in place of the token's owner"),
        ProviderOption("organization", "the organization that pays, for its admins"),
        ProviderOption(
            "quota", "yes: ask an undocumented interface what is left of the plan", example="yes"
        ),
    )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the headers that carry the token."""
        return {"Authorization": f"Bearer {key}", "X-GitHub-Api-Version": "2026-03-10"}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the month's and the day's bill, and the quota where that is wanted."""
        payer = self._payer(asked)
        until = asked.until
        month = (("year", until.year), ("month", until.month))
        of_month, of_day = asked.together(
            lambda: asked.get(f"{payer}/settings/billing/ai_credit/usage", month),
            lambda: asked.get(
                f"{payer}/settings/billing/ai_credit/usage", (*month, ("day", until.day))
            ),
        )
        limits, plan = self._quota(asked)
        lacks: dict[Capability, str] = {
            "usage": "GitHub bills AI credits, and tells no tokens",
            "balance": "a plan has no balance",
        }
        if not limits:
            lacks["limits"] = (
                'GitHub documents no quota; quota = "yes" asks an undocumented interface'
            )
        return ProviderUsage(
            totals=(
                _period("today", until.isoformat(), until.isoformat(), of_day),
                _period("month", until.replace(day=1).isoformat(), until.isoformat(), of_month),
            ),
            limits=limits,
            unsupported=self.lacks(lacks),
            plan=plan,
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask whose token it is."""
        login = text(of(asked.get("/user"), "login"))
        if not login:
            raise ProviderFailure("unreadable", 200)
        return KeyFound("plain", login)

    def _payer(self, asked: Asked) -> str:
        organization = asked.options.get("organization", "").strip()
        login = organization or asked.options.get("login", "").strip()
        if not login:
            login = text(of(asked.get("/user"), "login"))
        if not _LOGIN.match(login):
            raise ProviderFailure("unconfigured", missing="login")
        return f"/{'organizations' if organization else 'users'}/{login}"

    def _quota(self, asked: Asked) -> tuple[tuple[ProviderLimit, ...], str]:
        if asked.options.get("quota", "").strip().lower() not in ("yes", "true"):
            return (), ""
        headers = {
            "Authorization": f"token {asked.key}",
            "Editor-Version": "vscode/1.105.0",
            "X-Github-Api-Version": "2025-04-01",
        }
        try:
            told = asked.get("/copilot_internal/user", headers=headers)
        except ProviderFailure:
            return (), ""
        end = moment(of(told, "quota_reset_date_utc")) or _day_start(of(told, "quota_reset_date"))
        snapshots = of(told, "quota_snapshots")
        found = [
            _limit(name, label, of(snapshots, name), end)
            for name, label in _LABELS.items()
            if isinstance(of(snapshots, name), dict)
            and of(snapshots, name, "unlimited") is not True
        ]
        return tuple(found), text(of(told, "copilot_plan"))


def _period(name: Literal["today", "month"], since: str, until: str, told: object) -> PeriodUse:
    if not isinstance(of(told, "usageItems"), list):
        raise ProviderFailure("unreadable", 200)
    amounts = [amount(item.get("netAmount"), USD) for item in rows(told, "usageItems")]
    known = summed(each for each in amounts if each is not None)
    zero = amount(0, USD)
    return PeriodUse(name, since, until, cost=known or ((zero,) if zero and not amounts else ()))


def _limit(name: str, label: str, told: Any, end: int | None) -> ProviderLimit:
    limit, left = count(of(told, "entitlement")), number(of(told, "remaining"))
    percent = number(of(told, "percent_remaining"))
    used = None if limit is None or left is None else max(limit - int(left), 0)
    part = None if percent is None else min(max(1 - float(percent) / 100, 0.0), 10.0)
    return ProviderLimit(
        name=name,
        label=label,
        used_share=part,
        used=used,
        limit=limit,
        unit="requests",
        resets_at=end,
    )


def _day_start(value: object) -> int | None:
    return moment(f"{value}T00:00:00Z") if isinstance(value, str) else None


PROVIDER = GitHubCopilot()
