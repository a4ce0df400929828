"""Azure OpenAI: an api-key is only checked; tokens and money need a sign-in with Entra ID.

Tokens are in Azure Monitor, money in Cost Management, both at management.azure.com:
<https://learn.microsoft.com/rest/api/cost-management/query/usage>.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from engine.domain.provider_usage import Capability, ModelUse, ProviderUsage
from engine.domain.responses import Tokens
from engine.domain.times import SECOND
from engine.providers.asked import Asked, object_of
from engine.providers.base import KeyFound, Provider, ProviderOption
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure, state_of_status
from engine.providers.values import amount, count, day, of, rows, text

_MANAGEMENT = "https://management.azure.com"
_METRICS = {
    "ProcessedPromptTokens": "input",
    "GeneratedTokens": "output",
    "AzureOpenAIRequests": "requests",
}
_RESOURCE = re.compile(r"/subscriptions/[\w\-./() ]{1,400}\Z", re.ASCII)
_WAITS = tuple(
    f"x-ms-ratelimit-microsoft.costmanagement-{part}-retry-after"
    for part in ("qpu", "entity", "tenant")
)
_NEEDS_SIGN_IN = (
    "an api-key reads no usage; with a token of Entra ID (az account get-access-token) and"
    ' resource-id = "…" ccmon reads Azure Monitor, with scope = "…" Cost Management'
)


class AzureOpenAI(Provider):
    """Whether an api-key is good; with a sign-in tokens by day and deployment, and money by day."""

    id = "azure-openai"
    title = "Azure OpenAI"
    capabilities = ("usage", "cost", "key_check")
    base = ""
    variables = ("AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY")
    where = "https://portal.azure.com/#view/Microsoft_Azure_CostManagement"
    key_help = (
        'An api-key with endpoint = "https://NAME.openai.azure.com" can be checked only; usage'
        " needs a token of Entra ID: az account get-access-token"
    )
    options = (
        ProviderOption(
            "endpoint",
            "the resource's own address",
            example="https://NAME.openai.azure.com",
            is_address=True,
        ),
        ProviderOption("resource-id", "/subscriptions/… of the resource whose tokens are read"),
        ProviderOption("scope", "/subscriptions/… whose money is read"),
        ProviderOption("management-url", "the address of Azure's management", is_address=True),
    )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the header that carries the key."""
        return {"Authorization": f"Bearer {key}"} if _is_token(key) else {"api-key": key}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Read what the sign-in may see; an api-key is checked."""
        lacks: dict[Capability, str] = {
            "balance": "Azure tells no balance here",
            "limits": "Azure tells quotas by deployment, and no use of them",
        }
        if not _is_token(asked.key):
            self.check(asked)
            lacks |= {"usage": _NEEDS_SIGN_IN, "cost": _NEEDS_SIGN_IN}
            return ProviderUsage(unsupported=self.lacks(lacks))
        resource, scope = (asked.options.get(name, "") for name in ("resource-id", "scope"))
        if not resource and not scope:
            raise ProviderFailure("unconfigured", missing="resource-id")
        days = Days()
        for name, path, read in (
            ("resource-id", resource, self._tokens),
            ("scope", scope, self._money),
        ):
            if path and not _RESOURCE.match(path):
                raise ProviderFailure("unconfigured", missing=name)
            for at, use in read(asked, path) if path else ():
                days.add(at, use)
        if not resource:
            lacks["usage"] = "resource-id is not set"
        if not scope:
            lacks["cost"] = "scope is not set"
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """List models of the resource, or read one metric's names with a sign-in."""
        if _is_token(asked.key):
            list(self._tokens(asked, asked.option("resource-id")))
            return KeyFound("admin")
        base = asked.option("endpoint")
        answer = asked.answer("GET", "/openai/models", (("api-version", "2024-10-21"),), base=base)
        if answer.status == 200:
            object_of(answer)
            return KeyFound("plain")
        state = state_of_status(answer.status)
        state = "invalid_key" if state == "needs_admin_key" else state
        raise ProviderFailure(state, answer.status, answer.asked_for)

    def _tokens(self, asked: Asked, resource: str) -> Iterator[tuple[str, ModelUse]]:
        """Yield tokens and requests by day and deployment from Azure Monitor."""
        following = asked.until + timedelta(days=1)
        told = asked.get(
            f"{resource}/providers/Microsoft.Insights/metrics",
            (
                ("api-version", "2023-10-01"),
                ("metricnames", ",".join(_METRICS)),
                ("timespan", f"{asked.since}T00:00:00Z/{following}T00:00:00Z"),
                ("interval", "P1D"),
                ("aggregation", "Total"),
                ("$filter", "ModelDeploymentName eq '*'"),
            ),
            base=_management(asked),
        )
        if not isinstance(told, dict):
            raise ProviderFailure("unreadable", 200)
        for metric in rows(told, "value"):
            kind = _METRICS.get(text(of(metric, "name", "value")))
            for series in rows(metric, "timeseries") if kind else ():
                labels = [text(label.get("value")) for label in rows(series, "metadatavalues")]
                for point in rows(series, "data"):
                    total = count(point.get("total"))
                    if total is not None:
                        use = _use_of(kind or "", next(iter(labels), ""), total)
                        yield day(point.get("timeStamp")), use

    def _money(self, asked: Asked, scope: str) -> Iterator[tuple[str, ModelUse]]:
        """Yield money by day from Cost Management; what is throttled waits for the longest."""
        following = asked.until.isoformat()
        answer = asked.answer(
            "POST",
            f"{scope}/providers/Microsoft.CostManagement/query",
            (("api-version", "2025-03-01"),),
            document={
                "type": "ActualCost",
                "timeframe": "Custom",
                "timePeriod": {"from": f"{asked.since}T00:00:00Z", "to": f"{following}T23:59:59Z"},
                "dataset": {
                    "granularity": "Daily",
                    "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
                },
            },
            base=_management(asked),
        )
        if answer.status == 429:
            waits = [count(answer.headers.get(name)) or 0 for name in _WAITS]
            longest = max(answer.asked_for or 0, *(each * SECOND for each in waits))
            raise ProviderFailure("rate_limited", 429, longest)
        told = asked.read(answer)
        if not isinstance(told, dict):
            raise ProviderFailure("unreadable", 200)
        names = [text(column.get("name")) for column in rows(told, "properties", "columns")]
        listed = of(told, "properties", "rows")
        for row in listed if isinstance(listed, list) else ():
            if not isinstance(row, list) or len(row) != len(names):
                continue
            said = dict(zip(names, row, strict=True))
            found = amount(said.get("Cost", said.get("totalCost")), said.get("Currency"))
            if found is not None:
                yield _day_of_number(said.get("UsageDate")), ModelUse("", cost=(found,))


def _management(asked: Asked) -> str:
    return asked.options.get("management-url", "") or _MANAGEMENT


def _use_of(kind: str, deployment: str, total: int) -> ModelUse:
    if kind == "requests":
        return ModelUse(deployment, requests=total)
    tokens = Tokens(input=total) if kind == "input" else Tokens(output=total)
    return ModelUse(deployment, tokens=tokens)


def _day_of_number(value: object) -> str:
    """Return the day that Cost Management writes as the number 20261122."""
    digits = str(count(value) or "")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else day(value)


def _is_token(key: str) -> bool:
    return key.startswith("eyJ")


PROVIDER = AzureOpenAI()
