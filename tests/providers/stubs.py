"""Servers on this machine that answer as the providers do, by their published schemas.

Each knows one good key (for some also a plain one), answers page by page, and can be told to
misbehave. What all their figures come to is known by construction: see `SUMS`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.conftest import NOW
from tests.stub_server import StubHandler, StubServer

TODAY = datetime.fromtimestamp(NOW / 1_000, UTC).date()
"""2026-11-22."""
ADMIN = {
    "openai": "sk-admin-never-seen-openai-7Q2x",
    "anthropic": "sk-ant-admin01-never-seen-9f3k",
    "google": "AIza-never-seen-google-4tR8",
    "azure-openai": "never-seen-azure-key-55ab",
    "cohere": "never-seen-cohere-key-81cd",
    "mistral": "never-seen-mistral-admin-27ef",
    "openrouter": "sk-or-v1-never-seen-64gh",
    "deepseek": "sk-never-seen-deepseek-39ij",
    "moonshot": "sk-never-seen-moonshot-12kl",
    "kimi-code": "sk-kimi-never-seen-code-77mn",
    "zai": "never-seen-zai.key-90op",
    "xai": "xai-mgmt-never-seen-31qr",
    "github-copilot": "github_pat_never_seen_58st",
    "cursor": "key_never_seen_cursor_46uv",
}
PLAIN = {
    "openai": "sk-proj-never-seen-plain-3w5y",
    "anthropic": "sk-ant-api03-never-seen-2b4d",
    "mistral": "never-seen-mistral-plain-6h8j",
    "openrouter": "sk-or-v1-never-seen-plain-1a2b",
}
"""Keys that are good, and may not read usage (of OpenRouter: only their own)."""
SIGN_IN = {"google": "ya29.never-seen-token-5c7e", "azure-openai": "eyJ.never-seen-token-8g1h"}
"""Tokens of those that tell usage to a signed-in person only."""
OPTIONS: dict[str, dict[str, str]] = {
    "xai": {"team": "team-1"},
    "github-copilot": {"quota": "yes"},
}
"""Settings without which there is nothing to ask."""


class Asked(NamedTuple):
    """A request as a route sees it."""

    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: Any

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.query if key == name), None)


Reply = tuple[int, Any]
Route = Callable[[Asked], Reply]


class ProviderStub:
    """One provider; `misbehave` is given the handler instead where it is set."""

    def __init__(self, server: StubServer, provider: str) -> None:
        self.server = server
        self.provider = provider
        self.routes = ROUTES[provider]
        self.misbehave: Callable[[StubHandler], None] | None = None
        server.answer = self._answer

    @property
    def base(self) -> str:
        """Its address, with the path that the provider's own has."""
        return self.server.url.removesuffix("/the/path") + PREFIX.get(self.provider, "")

    def options(self) -> dict[str, str]:
        """What is set of the provider so that it is asked here."""
        base = self.server.url.removesuffix("/the/path")
        more = {"azure-openai": {"endpoint": base}}.get(self.provider, {})
        return {"base-url": self.base, **OPTIONS.get(self.provider, {}), **more}

    @property
    def count(self) -> int:
        return len(self.server.asked)

    def _answer(self, handler: StubHandler) -> None:
        if self.misbehave is not None:
            self.misbehave(handler)
            return
        said = self.server.asked[-1]
        parts = urlsplit(handler.path)
        route = self.routes.get((handler.command, parts.path))
        if route is None:
            handler.send(404, b'{"error":{"message":"no such route"}}')
            return
        body = next((each.body for each in reversed(self.server.asked)), b"")
        asked = Asked(
            parse_qsl(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in handler.headers.items()},
            json.loads(body) if said.method == "POST" and body else None,
        )
        status, document = route(asked)
        handler.send(status, json.dumps(document).encode(), Content_Type="application/json")


def _bearer(asked: Asked) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _iso(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


# OpenAI: 10 days that end today; a page holds three days at most.

_OPENAI_DAYS = [TODAY - timedelta(days=each) for each in range(9, -1, -1)]


def _openai(asked: Asked, of_day: Callable[[date, int], list[dict[str, Any]]]) -> Reply:
    if _bearer(asked) != ADMIN["openai"]:
        status = 403 if _bearer(asked) == PLAIN["openai"] else 401
        return status, {"error": {"message": f"no: {_bearer(asked)}", "code": "invalid_api_key"}}
    start, end = int(asked.get("start_time") or 0), int(asked.get("end_time") or 1 << 40)
    inside = [each for each in _OPENAI_DAYS if start <= _midnight(each) < end]
    first = int(asked.get("page") or 0)
    shown = inside[first : first + min(int(asked.get("limit") or 7), 3)]
    more = first + len(shown) < len(inside)
    return 200, {
        "object": "page",
        "data": [
            {
                "object": "bucket",
                "start_time": _midnight(each),
                "end_time": _midnight(each + timedelta(days=1)),
                "results": of_day(each, _OPENAI_DAYS.index(each)),
            }
            for each in shown
        ],
        "has_more": more,
        "next_page": str(first + len(shown)) if more else None,
    }


def _openai_costs(asked: Asked) -> Reply:
    def results(_: date, place: int) -> list[dict[str, Any]]:
        value: object = 1.25 if place % 2 else "1.25"
        return [
            {
                "object": "organization.costs.result",
                "amount": {"value": value, "currency": "usd"},
                "line_item": None,
                "project_id": None,
            }
        ]

    return _openai(asked, results)


def _openai_completions(asked: Asked) -> Reply:
    def results(_: date, __: int) -> list[dict[str, Any]]:
        return [
            {
                "object": "organization.usage.completions.result",
                "input_tokens": 1_000,
                "input_cached_tokens": 400,
                "input_cache_write_tokens": 100,
                "output_tokens": 50,
                "num_model_requests": 3,
                "model": model if "model" in _groups(asked) else None,
            }
            for model in ("gpt-5.2", "gpt-5.2-mini")
        ]

    return _openai(asked, results)


def _openai_embeddings(asked: Asked) -> Reply:
    def results(_: date, __: int) -> list[dict[str, Any]]:
        return [
            {
                "object": "organization.usage.embeddings.result",
                "input_tokens": 10,
                "num_model_requests": 1,
                "model": "text-embedding-4" if "model" in _groups(asked) else None,
            }
        ]

    return _openai(asked, results)


def _groups(asked: Asked) -> list[str]:
    return [value for name, value in asked.query if name in ("group_by[]", "group_by")]


def _openai_models(asked: Asked) -> Reply:
    if _bearer(asked) in (PLAIN["openai"], ADMIN["openai"]):
        return 200, {"object": "list", "data": []}
    return 401, {"error": {"message": f"Incorrect API key provided: {_bearer(asked)}"}}


def _openai_limit(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["openai"]:
        return 403, {}
    return 200, {
        "object": "organization.spend_limit",
        "threshold_amount": 10_000,
        "currency": "USD",
        "interval": "month",
        "enforcement": {"status": "inactive"},
    }


# Anthropic: 5 days that end yesterday, two models and two products; four rows a page.

_CLAUDE_DAYS = [TODAY - timedelta(days=each) for each in range(5, 0, -1)]
_CLAUDE_GROUPS = [
    (model, product)
    for model in ("claude-opus-5-5", "claude-haiku-5")
    for product in ("claude_code", "messages_api")
]


def _claude_refused(asked: Asked) -> Reply | None:
    """Take a key as the documentation sends it, and as the newest library does."""
    key = asked.headers.get("x-api-key") or _bearer(asked)
    if key == ADMIN["anthropic"]:
        return None
    status = 403 if key == PLAIN["anthropic"] else 401
    return status, {"type": "error", "error": {"type": "authentication_error", "message": key}}


def _claude_rows(asked: Asked, part: Callable[[], dict[str, Any]]) -> Reply:
    refused = _claude_refused(asked)
    if refused is not None:
        return refused
    if "analytics-usage-cost-2026-08-24" not in asked.headers.get("anthropic-beta", ""):
        return 404, {"type": "error", "error": {"type": "not_found_error", "message": "beta"}}
    start, end = (asked.get("starting_at") or "")[:10], (asked.get("ending_at") or "9999")[:10]
    made = [
        {
            "starting_at": _iso(each),
            "ending_at": _iso(each + timedelta(days=1)),
            "group": {"model": model, "product": product},
            **part(),
        }
        for each in _CLAUDE_DAYS
        if start <= each.isoformat() < end
        for model, product in _CLAUDE_GROUPS
    ]
    first = int(asked.get("page") or 0)
    shown = made[first : first + min(int(asked.get("limit") or 20), 4)]
    more = first + len(shown) < len(made)
    return 200, {
        "data": shown,
        "has_more": more,
        "next_page": str(first + len(shown)) if more else None,
        "data_refreshed_at": "2026-11-22T12:00:00Z",
    }


def _claude_metrics() -> dict[str, Any]:
    return {
        "uncached_input_tokens": 100,
        "cache_read_input_tokens": 1_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
        "output_tokens": 40,
        "total_tokens": 1_190,
        "requests": 2,
        "server_tool_use": {"web_search_requests": 0},
    }


def _claude_usage(asked: Asked) -> Reply:
    return _claude_rows(asked, lambda: {"usage": _claude_metrics()})


def _claude_cost(asked: Asked) -> Reply:
    cost = {"amount": "12.5", "list_amount": "15", "currency": "USD", "requests": 2}
    return _claude_rows(asked, lambda: {"cost": cost})


def _claude_report(asked: Asked, row: Callable[[str], dict[str, Any]]) -> Reply:
    refused = _claude_refused(asked)
    if refused is not None:
        return refused
    start, end = (asked.get("starting_at") or "")[:10], (asked.get("ending_at") or "9999")[:10]
    days = [each for each in _CLAUDE_DAYS if start <= each.isoformat() < end]
    first = int(asked.get("page") or 0)
    shown = days[first : first + 2]
    more = first + len(shown) < len(days)
    return 200, {
        "data": [
            {
                "starting_at": _iso(each),
                "ending_at": _iso(each + timedelta(days=1)),
                "results": [row(model) for model, _ in _CLAUDE_GROUPS],
            }
            for each in shown
        ],
        "has_more": more,
        "next_page": str(first + len(shown)) if more else None,
    }


def _claude_messages(asked: Asked) -> Reply:
    return _claude_report(asked, lambda model: {**_claude_metrics(), "model": model})


def _claude_cost_report(asked: Asked) -> Reply:
    return _claude_report(
        asked, lambda model: {"amount": "12.5", "currency": "USD", "model": model}
    )


def _claude_me(asked: Asked) -> Reply:
    return _claude_refused(asked) or (
        200,
        {"id": "org_1", "name": "Harbour", "type": "organization"},
    )


def _claude_models(asked: Asked) -> Reply:
    if asked.headers.get("x-api-key") == PLAIN["anthropic"]:
        return 200, {"data": [], "has_more": False}
    return 401, {"error": {"message": asked.headers.get("x-api-key")}}


# The others.


def _google_models(asked: Asked) -> Reply:
    if asked.headers.get("x-goog-api-key") == ADMIN["google"]:
        return 200, {"models": [{"name": "models/gemini-3-pro"}]}
    return 400, {
        "error": {
            "code": 400,
            "status": "INVALID_ARGUMENT",
            "message": f"API key not valid: {asked.headers.get('x-goog-api-key')}",
            "details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
        }
    }


def _google_series(asked: Asked) -> Reply:
    if _bearer(asked) != SIGN_IN["google"]:
        return 401, {"error": {"status": "UNAUTHENTICATED"}}
    first = not asked.get("pageToken")
    model = "gemini-3-pro" if first else "gemini-3-flash"
    points = [
        {
            "interval": {"startTime": _iso(each), "endTime": _iso(each + timedelta(days=1))},
            "value": {"int64Value": "7"},
        }
        for each in (TODAY - timedelta(days=1), TODAY)
    ]
    series = [{"metric": {"labels": {"model": model}}, "points": points}]
    return 200, {"timeSeries": series, **({"nextPageToken": "next"} if first else {})}


def _azure_models(asked: Asked) -> Reply:
    if asked.headers.get("api-key") == ADMIN["azure-openai"]:
        return 200, {"data": []}
    return 401, {"error": {"code": "401", "message": asked.headers.get("api-key")}}


def _azure_metrics(asked: Asked) -> Reply:
    if _bearer(asked) != SIGN_IN["azure-openai"]:
        return 401, {}
    totals = {"ProcessedPromptTokens": 900.0, "GeneratedTokens": 100.0, "AzureOpenAIRequests": 5.0}
    return 200, {
        "value": [
            {
                "name": {"value": name},
                "timeseries": [
                    {
                        "metadatavalues": [
                            {"name": {"value": "modeldeploymentname"}, "value": "main"}
                        ],
                        "data": [
                            {"timeStamp": _iso(TODAY - timedelta(days=1)), "total": total},
                            {"timeStamp": _iso(TODAY), "total": total},
                            {"timeStamp": _iso(TODAY - timedelta(days=2))},
                        ],
                    }
                ],
            }
            for name, total in totals.items()
        ]
    }


def _azure_cost(asked: Asked) -> Reply:
    if _bearer(asked) != SIGN_IN["azure-openai"]:
        return 401, {}
    return 200, {
        "properties": {
            "nextLink": None,
            "columns": [{"name": "Cost"}, {"name": "UsageDate"}, {"name": "Currency"}],
            "rows": [[1.5, 20261121, "EUR"], [2.25, 20261122, "EUR"]],
        }
    }


def _cohere_check(asked: Asked) -> Reply:
    if _bearer(asked) == ADMIN["cohere"]:
        return 200, {"valid": True, "organization_id": "org", "owner_id": "me"}
    return 401, {"message": f"invalid api token {_bearer(asked)}"}


def _mistral_usage(asked: Asked) -> Reply:
    if asked.headers.get("x-api-key") != ADMIN["mistral"]:
        return 401, {"detail": asked.headers.get("x-api-key")}
    is_now = asked.get("month") == str(TODAY.month)
    stamp = _iso(TODAY) if is_now else "2026-10-30T00:00:00Z"

    def volumes(group: str, value: int) -> list[dict[str, Any]]:
        return [
            {
                "timestamp": stamp,
                "value": value,
                "value_paid": value - 100,
                "billing_metric": "tokens",
                "billing_group": group,
            }
        ]

    kinds = {"input": volumes("in", 1_100), "output": volumes("out", 300), "cached": []}
    return 200, {
        "currency": "EUR",
        "start_date": "2026-11-01",
        "end_date": "2026-11-30",
        "completion": {"models": {"mistral-large": kinds}},
        "prices": [
            {"billing_metric": "tokens", "billing_group": "in", "price": "0.000002"},
            {"billing_metric": "tokens", "billing_group": "out", "price": "0.000006"},
        ],
    }


def _mistral_models(asked: Asked) -> Reply:
    if _bearer(asked) == PLAIN["mistral"]:
        return 200, {"object": "list", "data": []}
    return 401, {"detail": f"Unauthorized {_bearer(asked)}"}


def _mistral_limit(asked: Asked) -> Reply:
    if asked.headers.get("x-api-key") != ADMIN["mistral"]:
        return 401, {}
    return 200, {"limit": 50, "currency": "EUR"}


def _router_key(asked: Asked) -> Reply:
    key = _bearer(asked)
    if key not in (ADMIN["openrouter"], PLAIN["openrouter"]):
        return 401, {"error": {"code": 401, "message": f"No auth: {key}"}}
    return 200, {
        "data": {
            "label": "sk-or-v1-…",
            "limit": 100.0,
            "limit_remaining": 75.0,
            "limit_reset": "monthly",
            "usage": 400.0,
            "usage_daily": 1.5,
            "usage_weekly": 9.0,
            "usage_monthly": 25.0,
            "byok_usage": 0,
            "byok_usage_daily": 0,
            "byok_usage_weekly": 0,
            "byok_usage_monthly": 0,
            "is_free_tier": False,
            "is_management_key": key == ADMIN["openrouter"],
            "is_provisioning_key": key == ADMIN["openrouter"],
            "budgets": [],
            "effective_budget": None,
            "allowed_data_regions": ["global"],
            "creator_user_id": None,
            "free_model_daily_requests": {"limit": 50, "remaining": 50, "used": 0},
            "include_byok_in_limit": False,
            "organization_id": None,
            "workspace_id": "ws_1",
            "rate_limit": {"requests": -1, "interval": "10s", "note": ""},
        }
    }


def _router_credits(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["openrouter"]:
        return 403, {"error": {"code": 403, "message": "Only management keys"}}
    return 200, {"data": {"total_credits": 500.5, "total_usage": 400.25}}


def _router_activity(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["openrouter"]:
        return 403, {"error": {"code": 403, "message": "Only management keys"}}
    return 200, {
        "data": [
            {
                "date": each.isoformat(),
                "model": model,
                "model_permaslug": model,
                "endpoint_id": "e",
                "provider_name": "Some",
                "requests": 4,
                "prompt_tokens": 1_000,
                "completion_tokens": 200,
                "reasoning_tokens": 20,
                "cached_tokens": 600,
                "usage": 0.75,
                "byok_usage_inference": 0.0,
            }
            for each in (TODAY - timedelta(days=2), TODAY - timedelta(days=1))
            for model in ("openai/gpt-5.2", "anthropic/claude-opus-5.5")
        ]
    }


def _deepseek(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["deepseek"]:
        return 401, {"error": {"message": f"Authentication Fails {_bearer(asked)}"}}
    return 200, {
        "is_available": True,
        "balance_infos": [
            {
                "currency": "CNY",
                "total_balance": "110.00",
                "granted_balance": "10.00",
                "topped_up_balance": "100.00",
            },
            {
                "currency": "USD",
                "total_balance": "5.25",
                "granted_balance": "0",
                "topped_up_balance": "5.25",
            },
        ],
    }


def _moonshot(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["moonshot"]:
        return 401, {"error": {"message": f"Invalid Authentication {_bearer(asked)}"}}
    balances = {"available_balance": 49.58, "voucher_balance": 50.0, "cash_balance": -0.42}
    return 200, {"code": 0, "data": balances, "scode": "0x0", "status": True}


def _kimi(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["kimi-code"]:
        return 401, {"message": _bearer(asked)}
    reset = "2026-11-25T00:00:00Z"
    return 200, {
        "usage": {"limit": "2048", "used": "512", "remaining": "1536", "resetTime": reset},
        "limits": [
            {
                "window": {"duration": 300, "timeUnit": "TIME_UNIT_MINUTE"},
                "detail": {"limit": "200", "used": "20", "resetTime": "2026-11-22T15:00:00Z"},
            }
        ],
    }


def _zai(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["zai"]:
        return 200, {"code": 1001, "msg": f"bad token {_bearer(asked)}", "success": False}
    return 200, {
        "code": 200,
        "success": True,
        "data": {
            "level": "pro",
            "limits": [
                {
                    "type": "TOKENS_LIMIT",
                    "unit": 3,
                    "number": 5,
                    "percentage": 37,
                    "currentValue": 370,
                    "usage": 1_000,
                    "remaining": 630,
                    "nextResetTime": NOW + 3_600_000,
                },
                {
                    "type": "TIME_LIMIT",
                    "unit": 5,
                    "number": 1,
                    "percentage": 12,
                    "currentValue": 12,
                    "usage": 100,
                    "remaining": 88,
                    "nextResetTime": NOW + 86_400_000,
                },
            ],
        },
    }


def _xai_balance(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["xai"]:
        return 401, {"error": _bearer(asked)}
    return 200, {"changes": [], "total": {"val": "-4250"}}


def _xai_usage(asked: Asked) -> Reply:
    if _bearer(asked) != ADMIN["xai"]:
        return 401, {"error": _bearer(asked)}
    points = [
        {"timestamp": _iso(TODAY - timedelta(days=1)), "values": [0.5]},
        {"timestamp": _iso(TODAY), "values": [1.25]},
    ]
    return 200, {
        "timeSeries": [{"group": ["Grok 5 input"], "groupLabels": ["x"], "dataPoints": points}],
        "limitReached": False,
    }


def _github(asked: Asked, answer: Any) -> Reply:
    token = asked.headers.get("authorization", "").split(" ")[-1]
    if token != ADMIN["github-copilot"]:
        return 401, {"message": f"Bad credentials {token}"}
    return 200, answer


def _github_bill(asked: Asked) -> Reply:
    items = [
        {
            "product": "Copilot",
            "sku": "Copilot AI Credits",
            "model": model,
            "unitType": "credits",
            "pricePerUnit": 0.01,
            "grossQuantity": 200,
            "discountQuantity": 100,
            "netQuantity": 100,
            "grossAmount": 2.0,
            "discountAmount": 1.0,
            "netAmount": 0.25 if asked.get("day") else 1.0,
        }
        for model in ("GPT-5.2", "Claude Opus 5.5")
    ]
    return _github(asked, {"timePeriod": {"year": 2026}, "user": "mika", "usageItems": items})


def _github_quota(asked: Asked) -> Reply:
    snapshot = {"entitlement": 300, "remaining": 75, "percent_remaining": 25.0, "unlimited": False}
    return _github(
        asked,
        {
            "copilot_plan": "individual_pro",
            "quota_reset_date": "2026-12-01",
            "quota_snapshots": {
                "premium_interactions": snapshot,
                "chat": {"unlimited": True, "entitlement": 0},
            },
        },
    )


def _cursor(asked: Asked, answer: Any) -> Reply:
    named = ADMIN["cursor"] + ":"
    expected = f"Basic {b64encode(named.encode()).decode()}"
    if asked.headers.get("authorization") != expected:
        return 401, {"error": asked.headers.get("authorization")}
    return 200, answer


def _cursor_events(asked: Asked) -> Reply:
    page = (asked.body or {}).get("page", 1)
    events = [
        {
            "timestamp": str((_midnight(TODAY - timedelta(days=page)) + 60) * 1_000),
            "model": "claude-opus-5.5",
            "kind": "Usage-based",
            "chargedCents": 12.5,
            "tokenUsage": {
                "inputTokens": 100,
                "outputTokens": 10,
                "cacheReadTokens": 1_000,
                "cacheWriteTokens": 50,
                "totalCents": 20.0,
            },
        }
    ]
    return _cursor(asked, {"usageEvents": events, "pagination": {"hasNextPage": page < 3}})


_METRICS_PATH = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
PREFIX = {
    "openai": "/v1",
    "anthropic": "/v1",
    "google": "/v1beta",
    "cohere": "/v1",
    "mistral": "/v1",
    "openrouter": "/api/v1",
    "moonshot": "/v1",
    "kimi-code": "/coding/v1",
    "zai": "/api",
}
ROUTES: dict[str, dict[tuple[str, str], Route]] = {
    "openai": {
        ("GET", "/v1/organization/costs"): _openai_costs,
        ("GET", "/v1/organization/usage/completions"): _openai_completions,
        ("GET", "/v1/organization/usage/embeddings"): _openai_embeddings,
        ("GET", "/v1/organization/spend_limit"): _openai_limit,
        ("GET", "/v1/models"): _openai_models,
    },
    "anthropic": {
        ("GET", "/v1/organizations/analytics/usage"): _claude_usage,
        ("GET", "/v1/organizations/analytics/cost"): _claude_cost,
        ("GET", "/v1/organizations/usage_report/messages"): _claude_messages,
        ("GET", "/v1/organizations/cost_report"): _claude_cost_report,
        ("GET", "/v1/organizations/me"): _claude_me,
        ("GET", "/v1/models"): _claude_models,
    },
    "google": {
        ("GET", "/v1beta/models"): _google_models,
        ("GET", "/v3/projects/harbour/timeSeries"): _google_series,
    },
    "azure-openai": {
        ("GET", "/openai/models"): _azure_models,
        ("GET", f"{_METRICS_PATH}/providers/Microsoft.Insights/metrics"): _azure_metrics,
        ("POST", "/subscriptions/s/providers/Microsoft.CostManagement/query"): _azure_cost,
    },
    "cohere": {("POST", "/v1/check-api-key"): _cohere_check},
    "mistral": {
        ("GET", "/v1/admin/usage"): _mistral_usage,
        ("GET", "/v1/admin/spend-limit"): _mistral_limit,
        ("GET", "/v1/models"): _mistral_models,
    },
    "openrouter": {
        ("GET", "/api/v1/key"): _router_key,
        ("GET", "/api/v1/credits"): _router_credits,
        ("GET", "/api/v1/activity"): _router_activity,
    },
    "deepseek": {("GET", "/user/balance"): _deepseek},
    "moonshot": {("GET", "/v1/users/me/balance"): _moonshot},
    "kimi-code": {("GET", "/coding/v1/usages"): _kimi},
    "zai": {("GET", "/api/monitor/usage/quota/limit"): _zai},
    "xai": {
        ("GET", "/v1/billing/teams/team-1/prepaid/balance"): _xai_balance,
        ("POST", "/v1/billing/teams/team-1/usage"): _xai_usage,
    },
    "github-copilot": {
        ("GET", "/user"): lambda asked: _github(asked, {"login": "mika"}),
        ("GET", "/users/mika/settings/billing/ai_credit/usage"): _github_bill,
        ("GET", "/copilot_internal/user"): _github_quota,
    },
    "cursor": {
        ("POST", "/teams/filtered-usage-events"): _cursor_events,
        ("POST", "/teams/spend"): lambda asked: _cursor(asked, {"teamMemberSpend": []}),
    },
}
RESOURCE = _METRICS_PATH
