"""What fuzzing begins with: lines and files as they are known to be written, and some that lie.

Real transcripts are among them where the machine has them beside the project.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import NOW
from tests.made_lines import MINUTE, SECOND, answer

_SHARED = Path(__file__).resolve().parents[3] / "shared"
_MOST_REAL = 300
_LONGEST_REAL = 6_000

LIMIT_TEXTS = (
    "Claude AI usage limit reached|1795363200",
    "Claude usage limit reached. Your limit will reset at 3pm (Europe/Berlin).",
    "5-hour limit reached ∙ resets 18:00",
    "Limit reached · resets 11:30am (America/Sao_Paulo) · /upgrade or /extra-usage",
    "Weekly limit reached ∙ resets Nov 25 at 9am",
    "You\u2019ve hit your session limit · resets in 3h 20m",
    "You've hit your weekly limit · resets Mon 9am",
    "You've hit your Opus limit · resets Nov 23, 2026, 9pm (Asia/Kathmandu)",
    "You've reached your Fable 5 limit. Run /usage-credits to continue or switch models.",
    "You're out of extra usage · resets Feb 29 at 12am (Pacific/Apia)",
    "Credit balance is too low",
)

USAGE = {
    "input_tokens": 3,
    "output_tokens": 70,
    "cache_creation_input_tokens": 900,
    "cache_read_input_tokens": 20_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 500},
    "server_tool_use": {"web_search_requests": 2},
    "service_tier": "batch",
    "speed": "fast",
    "inference_geo": "us",
    "iterations": [
        {"type": "message", "input_tokens": 1},
        {"type": "advisor_message", "model": "claude-opus-5-5", "output_tokens": 70},
    ],
}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _response(**more: Any) -> dict[str, Any]:
    message = {"id": "msg_1", "model": "claude-opus-5-5", "usage": USAGE, "content": []}
    return {
        "parentUuid": None,
        "type": "assistant",
        "timestamp": "2026-11-22T12:30:00.123Z",
        "sessionId": "s1",
        "requestId": "req_1",
        "uuid": "u1",
        "isSidechain": False,
        "cwd": "/code/app",
        "message": message,
        **more,
    }


def error_record(text: str, **more: Any) -> dict[str, Any]:
    """Return Claude Code's record of an error with a text."""
    content = [{"type": "text", "text": text}]
    message = {"model": "<synthetic>", "content": content, "usage": {"input_tokens": 0}}
    return _response(
        **{"isApiErrorMessage": True, "error": "rate_limit", "message": message, **more}
    )


def lines() -> list[bytes]:
    """Return lines of transcripts, whole and damaged, each without its end."""
    whole = _json(_response())
    nested = {"type": "assistant", "requestId": "r2", "message": _response()["message"]}
    progress = {"type": "agent_progress", "agentId": "a1", "message": nested}
    quota = {"status": "rejected", "resetsAt": NOW // SECOND + 9_000, "rateLimitType": "five_hour"}
    user = _json({"type": "user", "message": {"role": "user", "content": '"usage":{'}})
    return [
        whole,
        answer("a", NOW - MINUTE).rstrip(),
        _json(_response(type="progress", message=None, data=progress)),
        _json(_response(costUSD=0.25, agentId="a2", forkedFrom={"sessionId": "s0"})),
        _json(_response(message={"model": "lighthouse", "usage": {"input_tokens": True}})),
        _json({"type": "summary", "summary": "what was done", "leafUuid": "u1"}),
        b"\xef\xbb\xbf" + whole + b"\r",
        b"\x00" * 7 + whole,
        user + whole,
        whole[:150] + whole,
        whole[:-1] + b',"cut":"\\ud83d","raw":"\xff\xfe\xed\xa0\x80"}',
        *(_json(error_record(text)) for text in LIMIT_TEXTS),
        _json(error_record("You've hit your limit", quotaLimits=quota)),
        *_of_cases(),
    ]


def _of_cases() -> Iterator[bytes]:
    path = _SHARED / "cases" / "claude.json"
    if path.is_file():
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            for text in case["files"].values():
                yield from text.encode("latin-1", "replace").splitlines()[:4]


@cache
def real_lines() -> list[bytes]:
    """Return some lines of real transcripts that tell of use or of limits, if there are any."""
    path = _SHARED / "data" / "claude-transcripts.tar.xz"
    found: list[bytes] = []
    if not path.is_file():
        return found
    with tarfile.open(path, "r|xz") as packed:
        for member in packed:
            file = packed.extractfile(member) if member.name.endswith(".jsonl") else None
            for line in (file or ()) if member.isfile() else ():
                is_telling = b'"usage"' in line or b'"isApiErrorMessage"' in line
                if is_telling and len(line) < _LONGEST_REAL:
                    found.append(line.rstrip(b"\n"))
                if len(found) >= _MOST_REAL:
                    return found
    return found


HOOKS = (
    {
        "session_id": "s1",
        "transcript_path": "/nowhere/s1.jsonl",
        "cwd": "/code/app",
        "session_name": "a name",
        "version": "2.1.0",
        "model": {"id": "claude-opus-5-5[1m]", "display_name": "Opus 5.5"},
        "effort": {"level": "high"},
        "workspace": {"current_dir": "/code/app", "project_dir": "/code"},
        "cost": {"total_cost_usd": 1.25, "total_duration_ms": 10},
        "context_window": {
            "total_input_tokens": 15_500,
            "context_window_size": 200_000,
            "used_percentage": 8.5,
            "current_usage": USAGE,
        },
        "rate_limits": {
            "five_hour": {"used_percentage": 23.5, "resets_at": NOW // SECOND + 3_600},
            "seven_day": {"used_percentage": 41.2, "resets_at": "2026-11-25T09:00:00Z"},
            "model_scoped": [{"display_name": "Fable", "utilization": 4}],
            "spend_limit": {"used_percentage": 400},
        },
    },
    {"session_id": None, "model": None, "cost": None, "context_window": None, "rate_limits": None},
    {"model": "claude-sonnet-5-5", "context_window": {"current_usage": {"input_tokens": 1}}},
)

USAGE_ANSWER = {
    "five_hour": {"utilization": 12.5, "resets_at": "2026-11-22T15:30:00Z"},
    "seven_day": {"utilization": 60, "resets_at": None},
    "seven_day_opus": {"utilization": 1.0, "resets_at": "2026-11-25T15:30:00+00:00"},
    "extra_usage": {"is_enabled": True, "used_credits": 900, "monthly_limit": 100},
    "spend": {"percent": 100, "used": {"amount_minor": 500}, "limit": {"amount_minor": 2}},
    "limits": [
        {"kind": "session", "percent": 12, "resets_at": "2026-11-22T15:30:00Z"},
        {
            "kind": "weekly_scoped",
            "percent": 3,
            "scope": {"model": {"display_name": "Fable", "id": "f"}, "surface": "cowork_tab"},
        },
    ],
}

OFFICIAL = (
    USAGE_ANSWER,
    {
        "oauthAccount": {
            "accountUuid": "a-1",
            "organizationUuid": "o-1",
            "organizationType": "claude_max",
            "userRateLimitTier": "default_claude_max_20x",
        },
        "cachedUsageUtilization": {
            "fetchedAtMs": NOW - MINUTE,
            "accountUuid": "a-1",
            "utilization": USAGE_ANSWER,
        },
    },
    {"samples": [{"t": NOW - MINUTE, "u": {"fh": 0.5, "sd": 12, "xu": 3}, "org": "o-1"}]},
    {"claudeAiOauth": {"accessToken": "t", "expiresAt": NOW, "scopes": ["user:profile"]}},
    {"next_allowed_at": NOW, "failures": 2, "outcome": "limited", "status": 429, "asked_at": NOW},
)

LITELLM = {
    "xai/grok-9": {
        "mode": "chat",
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 1.5e-05,
        "cache_read_input_token_cost": 3e-07,
        "input_cost_per_token_above_200k_tokens": 6e-06,
        "provider_specific_entry": {"fast": 6.0, "us": 1.1},
    },
    "claude-opus-5-5": {"mode": "chat", "input_cost_per_token": 1, "output_cost_per_token": 2},
    "grok-9": {"mode": "responses", "input_cost_per_token": 0, "output_cost_per_token": 1e-9},
}

PRICE_FILE = {
    "unit": "USD per million tokens",
    "as_of": "2026-11-20",
    "sources": ["LiteLLM (MIT)"],
    "models": {
        "grok-9": {
            "input": 3,
            "output": 15.5,
            "cache_read": 0.3,
            "tiers": [{"above": 200000, "input": 6}],
            "fast": 6,
            "history": [{"until": "2026-10-01", "input": 4, "output": "20"}],
            "aliases": ["grok"],
        }
    },
    "url": "https://example.invalid/prices.json",
    "etag": '"1"',
    "fetched_at": NOW,
}

CONFIG = """
timezone = "Europe/Berlin"
theme = "dark"
config-dir = ["~/one", "/two"]
ledger = "~/ledger.db"
since = 2026-11-01
[limits]
thresholds = [50, 75, 90]
five-hour = [40, 80]
week = [90]
budgets = ["20usd/day", "500k/week"]
quiet-hours = "22:00-07:30"
[notify]
desktop = true
bell = false
command = ["notify-send", "{title}"]
webhook = "https://example.invalid/hook"
[prices."lighthouse-coder"]
input = 3
output = 15.5
cache-read = 0.3
[aliases.projects]
"-code-app" = "app"
[aliases.models]
"claude-opus-5-5" = "Opus"
[statusline]
template = "{model} {session_cost}[ · {five_hour} of 5h]"
context-low-threshold = 50
[blocks]
token-limit = "500k"
session-length = 5.0
"""

CCUSAGE_CONFIG = {
    "$schema": "https://example.invalid",
    "defaults": {"timezone": "UTC", "offline": True, "mode": "auto", "since": "20261101"},
    "commands": {
        "daily": {"instances": True, "projectAliases": "a=b", "order": "asc"},
        "blocks": {"tokenLimit": "max", "sessionLength": 5, "recent": True},
        "statusline": {"costSource": "cc", "contextLowThreshold": 50},
    },
    "claude": {
        "defaults": {
            "pricingOverrides": {"m": {"inputCostPerToken": 1e-06, "outputCostPerToken": 2e-06}},
            "modelLabelAliases": {"m": "shown"},
        },
        "commands": {"monthly": {"noColor": True, "json": True}},
    },
}


def encoded(*values: object) -> list[bytes]:
    """Return JSON values as bytes."""
    return [_json(value) for value in values]
