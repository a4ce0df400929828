"""Cohere: a key can be checked; use, money and limits are told by no endpoint."""

from __future__ import annotations

from engine.domain.provider_usage import ProviderUsage
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider
from engine.providers.failures import ProviderFailure
from engine.providers.values import of

_NONE = "Cohere has no endpoint for it; its dashboard shows it"


class Cohere(Provider):
    """Whether a key is good."""

    id = "cohere"
    title = "Cohere"
    capabilities = ("key_check",)
    base = "https://api.cohere.com/v1"
    variables = ("CO_API_KEY", "COHERE_API_KEY")
    where = "https://dashboard.cohere.com/billing"
    key_help = "Any key of https://dashboard.cohere.com/api-keys can be checked"

    def fetch(self, asked: Asked) -> ProviderUsage:
        """See that the key is good; there is nothing else to ask."""
        self.check(asked)
        return ProviderUsage(
            unsupported=self.lacks(
                {"usage": _NONE, "cost": _NONE, "balance": _NONE, "limits": _NONE}
            )
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask Cohere's own check, which says `valid`."""
        told = asked.post("/check-api-key", {})
        valid = of(told, "valid")
        if valid is False:
            raise ProviderFailure("invalid_key", 200)
        if valid is not True:
            raise ProviderFailure("unreadable", 200)
        return KeyFound("plain")


PROVIDER = Cohere()
