"""z.ai's coding plan: its windows, with what is used of them. The interface is not documented."""

from __future__ import annotations

from typing import Any

from engine.domain.provider_usage import Capability, ProviderLimit, ProviderUsage
from engine.domain.times import DAY, HOUR, MINUTE
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.failures import ProviderFailure
from engine.providers.values import count, moment, number, of, rows, share, text

_KINDS = {
    "TOKENS_LIMIT": ("tokens", "Tokens"),
    "CREDIT_LIMIT": ("credits", "Credits"),
    "TIME_LIMIT": ("requests", "Tool calls"),
}
_UNITS = {1: DAY, 3: HOUR, 5: 30 * DAY, 6: 7 * DAY}
"""What the numbers of `unit` were seen to mean."""
_REFUSED = frozenset({401, 1000, 1001, 1002, 1003, 1004})
"""Codes of a key that is wrong or over."""
_NONE = "the plan has no price by use"


class Zai(Provider):
    """The plan's windows."""

    id = "zai"
    title = "z.ai"
    capabilities = ("limits", "key_check")
    base = "https://api.z.ai/api"
    variables = ("ZAI_API_KEY", "Z_AI_API_KEY")
    where = "https://z.ai/manage-apikey/subscription"
    key_help = (
        "A key of the plan: https://z.ai/manage-apikey/apikey-list; for one of China set"
        ' base-url = "https://open.bigmodel.cn/api"'
    )

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the plan's windows."""
        told = self._told(asked)
        lacks: dict[Capability, str] = {
            "usage": "the plan tells shares of its windows, and no days",
            "cost": _NONE,
            "balance": _NONE,
        }
        return ProviderUsage(
            limits=tuple(map(_limit, rows(told, "limits"))),
            unsupported=self.lacks(lacks),
            plan=text(of(told, "planName")) or text(of(told, "level")),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the plan's windows."""
        self._told(asked)
        return KeyFound("plain")

    def _told(self, asked: Asked) -> dict[str, Any]:
        """Return the data; a bad key is answered with HTTP 200 and a code of its own."""
        answer = asked.get("/monitor/usage/quota/limit")
        code = count(of(answer, "code"))
        if of(answer, "success") is False or code not in (None, 0, 200):
            is_refused = code in _REFUSED
            raise ProviderFailure("invalid_key" if is_refused else "unreadable", 200)
        told = of(answer, "data")
        if not isinstance(told, dict) or not isinstance(told.get("limits"), list):
            raise ProviderFailure("unreadable", 200)
        return told


def _limit(row: dict[str, Any]) -> ProviderLimit:
    unit, label = _KINDS.get(text(row.get("type")), ("percent", "Limit"))
    length = _length(row)
    limit, used = number(row.get("usage")), number(row.get("currentValue"))
    told = share(row.get("percentage"))
    if told is None and limit and used is not None and used >= 0:
        told = float(used / limit)
    name = {5 * HOUR: "five_hour", 7 * DAY: "seven_day"}.get(length or 0, unit)
    named = {5 * HOUR: "5 hours", 7 * DAY: "Week", 30 * DAY: "Month"}.get(length or 0)
    return ProviderLimit(
        name=name if unit != "requests" else "tool_calls",
        label=f"{label} · {named.lower()}" if named and unit == "requests" else named or label,
        used_share=told,
        used=None if used is None or used < 0 else int(used),
        limit=None if limit is None or limit <= 0 else int(limit),
        unit=unit,
        resets_at=moment(row.get("nextResetTime")),
        length=length,
    )


def _length(row: dict[str, Any]) -> int | None:
    unit, many = count(row.get("unit")), count(row.get("number"))
    if unit is None or not many or many > 10_000:
        return None
    return _UNITS[unit] * many if unit in _UNITS and _UNITS[unit] >= MINUTE else None


PROVIDER = Zai()
