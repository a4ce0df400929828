"""Moonshot's Kimi API: what is left of the balance; nothing else has an endpoint.

<https://platform.moonshot.ai/docs/api/balance>. In China it is api.moonshot.cn, with other keys
and in yuan.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from engine.domain.provider_usage import USD, Balance, Capability, ProviderUsage
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider, ProviderOption
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, currency, of

_NONE = "Moonshot has no endpoint for it; its console shows it"
_NAMES = {"available_balance": "balance", "voucher_balance": "vouchers", "cash_balance": "cash"}


class Moonshot(Provider):
    """The balance; cash may be owed."""

    id = "moonshot"
    title = "Moonshot"
    capabilities = ("balance", "key_check")
    base = "https://api.moonshot.ai/v1"
    variables = ("MOONSHOT_API_KEY",)
    where = "https://platform.moonshot.ai/console/account"
    key_help = (
        "Any key of https://platform.moonshot.ai/console/api-keys; for one of China set"
        ' base-url = "https://api.moonshot.cn/v1"'
    )
    options = (
        ProviderOption(
            "currency", "what the balance is in, where that is not plain", example="CNY"
        ),
    )

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the balance, which names no currency: it is the place's."""
        told = of(asked.get("/users/me/balance"), "data")
        if not isinstance(told, dict):
            raise ProviderFailure("unreadable", 200)
        is_of_china = (urlsplit(asked.base).hostname or "").endswith(".cn")
        code = currency(asked.options.get("currency"), "CNY" if is_of_china else USD)
        balances = tuple(
            Balance(name, found)
            for key, name in _NAMES.items()
            if (found := amount(told.get(key), code)) is not None
        )
        lacks: dict[Capability, str] = {"usage": _NONE, "cost": _NONE, "limits": _NONE}
        return ProviderUsage(balances=balances, unsupported=self.lacks(lacks))

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the balance."""
        asked.get("/users/me/balance")
        return KeyFound("plain")


PROVIDER = Moonshot()
