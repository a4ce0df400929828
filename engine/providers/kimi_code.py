"""Kimi Code's plan: the week and the shorter window, with what is used of them."""

from __future__ import annotations

from engine.domain.provider_usage import Capability, ProviderLimit, ProviderUsage
from engine.domain.times import DAY, HOUR, MINUTE
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.failures import ProviderFailure
from engine.providers.values import count, moment, of, rows, text

_UNITS = {"TIME_UNIT_MINUTE": MINUTE, "TIME_UNIT_HOUR": HOUR, "TIME_UNIT_DAY": DAY}
_NONE = "the plan has no price by use"


class KimiCode(Provider):
    """The plan's windows."""

    id = "kimi-code"
    title = "Kimi Code"
    capabilities = ("limits", "key_check")
    base = "https://api.kimi.com/coding/v1"
    variables = ("KIMI_CODE_API_KEY", "KIMI_API_KEY")
    where = "https://www.kimi.com/code/console"
    key_help = "A key of the plan: https://www.kimi.com/code/console"

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the plan's windows."""
        told = asked.get("/usages")
        if not isinstance(of(told, "usage"), dict) and not isinstance(of(told, "limits"), list):
            raise ProviderFailure("unreadable", 200)
        found = [_limit(of(told, "usage"), "seven_day", "Week", 7 * DAY)]
        for each in rows(told, "limits"):
            duration = count(of(each, "window", "duration"))
            unit = _UNITS.get(text(of(each, "window", "timeUnit")))
            length = duration * unit if duration and unit else None
            name, label = _named(length)
            found.append(_limit(each.get("detail"), name, label, length))
        lacks: dict[Capability, str] = {
            "usage": "the plan tells shares of its windows, and no tokens",
            "cost": _NONE,
            "balance": _NONE,
        }
        return ProviderUsage(
            limits=tuple(each for each in found if each is not None),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the plan's windows."""
        asked.get("/usages")
        return KeyFound("plain")


def _named(length: int | None) -> tuple[str, str]:
    if length == 5 * HOUR:
        return "five_hour", "5 hours"
    if length is None:
        return "window", "Window"
    return f"{length // MINUTE}_minutes", f"{length // HOUR} hours" if length >= HOUR else "Minutes"


def _limit(told: object, name: str, label: str, length: int | None) -> ProviderLimit | None:
    limit, used = count(of(told, "limit")), count(of(told, "used"))
    left = count(of(told, "remaining"))
    if used is None and limit is not None and left is not None:
        used = max(limit - left, 0)
    if limit is None and used is None:
        return None
    return ProviderLimit(
        name=name,
        label=label,
        used_share=used / limit if limit and used is not None else None,
        used=used,
        limit=limit,
        unit="requests",
        resets_at=moment(of(told, "resetTime")),
        length=length,
    )


PROVIDER = KimiCode()
