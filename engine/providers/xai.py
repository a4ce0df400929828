"""xAI: a team's prepaid balance and daily spend, for a management key.

<https://docs.x.ai/developers/management-api>. The balance is a ledger turned round: what was
paid in is negative, in cents.
"""

from __future__ import annotations

from datetime import timedelta

from engine.domain.provider_usage import USD, Balance, Capability, ModelUse, ProviderUsage
from engine.providers.asked import Asked
from engine.providers.base import KeyFound, Provider, ProviderOption
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, day, number, of, rows, text


class XAI(Provider):
    """The balance, and spend by day and what it was for."""

    id = "xai"
    title = "xAI"
    capabilities = ("cost", "balance", "key_check")
    base = "https://management-api.x.ai"
    variables = ("XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY")
    where = "https://console.x.ai/team/default/usage"
    key_help = (
        'A management key (https://console.x.ai, Settings, Management Keys) and team = "…", the'
        " team's id; API keys see no billing"
    )
    options = (ProviderOption("team", "the team's id", is_required=True),)

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for the balance and the days' spend."""
        team = f"/v1/billing/teams/{_team(asked)}"
        balance, spend = asked.together(
            lambda: asked.get(f"{team}/prepaid/balance"),
            lambda: asked.post(f"{team}/usage", _question(asked)),
        )
        cents = number(of(balance, "total", "val"))
        series = of(spend, "timeSeries")
        if cents is None or not isinstance(series, list):
            raise ProviderFailure("unreadable", 200)
        left = amount(str(-cents), USD, parts=100)
        days = Days()
        for each in rows(spend, "timeSeries"):
            labels = each.get("group")
            model = text(labels[0]) if isinstance(labels, list) and labels else ""
            for point in rows(each, "dataPoints"):
                values = point.get("values")
                first = values[0] if isinstance(values, list) and values else None
                cost = amount(first, USD)
                if cost is not None and cost.value:
                    days.add(day(point.get("timestamp")), ModelUse(model, cost=(cost,)))
        lacks: dict[Capability, str] = {
            "usage": "xAI's management API tells money by day; tokens are in its console",
            "limits": "xAI tells no use of limits here",
        }
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            balances=() if left is None else (Balance("prepaid", left),),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for the balance."""
        asked.get(f"/v1/billing/teams/{_team(asked)}/prepaid/balance")
        return KeyFound("admin")


def _team(asked: Asked) -> str:
    team = asked.option("team")
    if not team.replace("-", "").replace("_", "").isalnum():
        raise ProviderFailure("unconfigured", missing="team")
    return team


def _question(asked: Asked) -> object:
    following = asked.until + timedelta(days=1)
    return {
        "analyticsRequest": {
            "timeRange": {
                "startTime": f"{asked.since} 00:00:00",
                "endTime": f"{following} 00:00:00",
                "timezone": "Etc/GMT",
            },
            "timeUnit": "TIME_UNIT_DAY",
            "values": [{"name": "usd", "aggregation": "AGGREGATION_SUM"}],
            "groupBy": ["description"],
            "filters": [],
        }
    }


PROVIDER = XAI()
