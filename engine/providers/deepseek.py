"""DeepSeek: what is left of the balance, in each currency; nothing else has an endpoint.

<https://api-docs.deepseek.com/api/get-user-balance>.
"""

from __future__ import annotations

from engine.domain.provider_usage import Balance, Capability, ProviderUsage
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, of, rows

_NONE = "DeepSeek has no endpoint for it; its platform shows it"
_NAMES = {
    "total_balance": "balance",
    "granted_balance": "granted",
    "topped_up_balance": "topped up",
}


class DeepSeek(Provider):
    """The balance."""

    id = "deepseek"
    title = "DeepSeek"
    capabilities = ("balance", "key_check")
    base = "https://api.deepseek.com"
    variables = ("DEEPSEEK_API_KEY",)
    where = "https://platform.deepseek.com/usage"
    key_help = "Any key of https://platform.deepseek.com/api_keys"

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the balance; of granted and topped up it is the sum."""
        told = asked.get("/user/balance")
        listed = of(told, "balance_infos")
        if not isinstance(listed, list):
            raise ProviderFailure("unreadable", 200)
        balances = tuple(
            Balance(name, found)
            for info in rows(told, "balance_infos")
            for key, name in _NAMES.items()
            if (found := amount(info.get(key), info.get("currency"))) is not None
        )
        lacks: dict[Capability, str] = {
            "usage": _NONE,
            "cost": _NONE,
            "limits": "DeepSeek sets no limits of use",
        }
        return ProviderUsage(balances=balances, unsupported=self.lacks(lacks))

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the balance."""
        asked.get("/user/balance")
        return KeyFound("plain")


PROVIDER = DeepSeek()
