"""Google: a Gemini API key is only checked; what a project used needs a Google sign-in.

No endpoint of usage, cost or quota takes an API key. Requests by day and model come from Cloud
Monitoring, <https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list>,
for an access token (`gcloud auth print-access-token`) and a project.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.domain.provider_usage import ModelUse, ProviderUsage
from engine.providers.asked import Asked, object_of, refusal_of
from engine.providers.base import KeyFound, Provider, ProviderOption
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure, state_of_status
from engine.providers.values import count, day, of, rows, text

_MONITORING = "https://monitoring.googleapis.com/v3"
_REQUESTS = "generativelanguage.googleapis.com/quota/generate_requests_per_model/usage"
_MOST_PAGES = 20
_NEEDS_SIGN_IN = (
    "no endpoint takes a Gemini API key for this; with an access token and a project ccmon reads"
    " requests from Cloud Monitoring"
)
_NO_MONEY = "Google tells money only in the Cloud console and in the billing export to BigQuery"


class Google(Provider):
    """Whether a key is good; with a sign-in the project's requests."""

    id = "google"
    title = "Google Gemini"
    capabilities = ("usage", "key_check")
    base = "https://generativelanguage.googleapis.com/v1beta"
    variables = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    where = "https://aistudio.google.com/usage"
    key_help = (
        "A Gemini API key (https://aistudio.google.com/apikey) can be checked only; an access"
        ' token (ya29.…, gcloud auth print-access-token) with project = "…" reads requests'
    )
    options = (
        ProviderOption("project", "the project whose requests are read", example="my-project"),
        ProviderOption("monitoring-url", "Cloud Monitoring's address", is_address=True),
    )

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the header that carries the key: never the address, which is logged."""
        if _is_access_token(key):
            return {"Authorization": f"Bearer {key}"}
        return {"x-goog-api-key": key}

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Read requests where the key is a sign-in; else see that the key is good."""
        if not _is_access_token(asked.key):
            self.check(asked)
            return ProviderUsage(
                unsupported=self.lacks(
                    {
                        "usage": _NEEDS_SIGN_IN,
                        "cost": _NO_MONEY,
                        "balance": _NO_MONEY,
                        "limits": _NEEDS_SIGN_IN,
                    }
                )
            )
        days = Days()
        for series in self._series(asked, asked.option("project")):
            model = text(of(series, "metric", "labels", "model"))
            for point in rows(series, "points"):
                at = day(of(point, "interval", "startTime"))
                requests = count(of(point, "value", "int64Value"))
                if requests is not None:
                    days.add(at, ModelUse(model, requests=requests))
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            unsupported=self.lacks(
                {
                    "cost": _NO_MONEY,
                    "balance": _NO_MONEY,
                    "limits": "Cloud Monitoring tells no limit of the Gemini API with its use",
                }
            ),
        )

    def check(self, asked: Asked) -> KeyFound:
        """List one model; a bad key is a 400 here, with a reason."""
        if _is_access_token(asked.key):
            next(iter(self._series(asked, asked.option("project"))), None)
            return KeyFound("admin")
        answer = asked.answer("GET", "/models", (("pageSize", 1),))
        if answer.status == 200:
            object_of(answer)
            return KeyFound("plain")
        reasons = {
            text(each.get("reason")) for each in rows(refusal_of(answer), "error", "details")
        }
        if answer.status == 400 and "API_KEY_INVALID" in reasons:
            raise ProviderFailure("invalid_key", 400)
        if answer.status in (401, 403):
            raise ProviderFailure("invalid_key", answer.status)
        raise ProviderFailure(state_of_status(answer.status), answer.status, answer.asked_for)

    def _series(self, asked: Asked, project: str) -> list[dict[str, Any]]:
        """Return the daily sums of requests by model."""
        params = [
            ("filter", f'metric.type="{_REQUESTS}"'),
            ("interval.startTime", f"{asked.since.isoformat()}T00:00:00Z"),
            ("interval.endTime", f"{(asked.until + timedelta(days=1)).isoformat()}T00:00:00Z"),
            ("aggregation.alignmentPeriod", "86400s"),
            ("aggregation.perSeriesAligner", "ALIGN_SUM"),
        ]
        base = asked.options.get("monitoring-url", "") or _MONITORING
        found: list[dict[str, Any]] = []
        token = ""
        for _ in range(_MOST_PAGES):
            page = asked.get(
                f"/projects/{project}/timeSeries",
                [*params, *([("pageToken", token)] if token else [])],
                base=base,
            )
            if not isinstance(page, dict):
                raise ProviderFailure("unreadable", 200)
            found += rows(page, "timeSeries")
            token = text(page.get("nextPageToken"))
            if not token:
                return found
        raise ProviderFailure("unreadable", 200)


def _is_access_token(key: str) -> bool:
    return key.startswith("ya29.")


PROVIDER = Google()
