"""OpenAI: an organisation's costs and usage, for an Admin key.

<https://platform.openai.com/docs/api-reference/usage>. Use within ChatGPT's plans, Codex among
them, is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.provider_usage import Capability, ModelUse, ProviderLimit, ProviderUsage
from engine.domain.responses import PICO, Tokens
from engine.providers.asked import Asked, Params, object_of
from engine.providers.base import KeyFound, Provider, needs_admin
from engine.providers.days import Days
from engine.providers.failures import ProviderFailure
from engine.providers.values import amount, count, currency, day, number, of, rows, text

_COSTS = "/organization/costs"
_TOKENS = ("completions", "embeddings")
_MOST_BUCKETS = {"costs": 180, "usage": 31}


class OpenAI(Provider):
    """Costs by day, tokens and requests by day and model, and the spend limit."""

    id = "openai"
    title = "OpenAI"
    capabilities = ("usage", "cost", "limits", "key_check")
    base = "https://api.openai.com/v1"
    variables = ("OPENAI_ADMIN_KEY", "OPENAI_API_KEY")
    where = "https://platform.openai.com/usage"
    key_help = (
        "Usage and costs need an Admin key (sk-admin-…), which an owner of the organization makes"
        " at https://platform.openai.com/settings/organization/admin-keys"
    )

    def fetch(self, asked: Asked) -> ProviderUsage:
        """Ask for costs, usage and the spend limit side by side."""
        days = Days()
        try:
            costs, *usage = asked.together(
                lambda: list(self._results(asked, _COSTS, (), _MOST_BUCKETS["costs"])),
                *(self._usage(asked, kind) for kind in _TOKENS),
            )
        except ProviderFailure as error:
            if error.state in ("invalid_key", "needs_admin_key"):
                raise self._told_apart(asked, error) from None
            raise
        for at, result in costs:
            found = amount(of(result, "amount", "value"), of(result, "amount", "currency"))
            if found is not None:
                days.add(at, ModelUse("", cost=(found,)))
        for at, result in (each for kind in usage for each in kind):
            days.add(at, _use_of(result))
        limit = self._spend_limit(asked, days)
        lacks: dict[Capability, str] = {"balance": "OpenAI tells no balance to any API key"}
        if limit is None:
            lacks["limits"] = "no spend limit is set for the organization"
        return ProviderUsage(
            since=asked.days[0],
            until=asked.days[-1],
            days=days.made(),
            limits=() if limit is None else (limit,),
            unsupported=self.lacks(lacks),
        )

    def check(self, asked: Asked) -> KeyFound:
        """Ask for one day's costs, which cost nothing; else whether it is a plain key."""
        start = int(datetime.combine(asked.until, datetime.min.time(), UTC).timestamp())
        answer = asked.answer("GET", _COSTS, (("start_time", start), ("limit", 1)))
        if answer.status == 200:
            object_of(answer)
            return KeyFound("admin")
        if answer.status not in (401, 403):
            asked.get("/models")
            return KeyFound("plain")
        models = asked.answer("GET", "/models")
        if models.status == 200:
            return KeyFound("plain", "it lists models; usage needs an Admin key")
        raise ProviderFailure("invalid_key", models.status)

    def _told_apart(self, asked: Asked, error: ProviderFailure) -> ProviderFailure:
        """Say whether a key that may not read usage is a good plain one, or none."""
        if asked.key.startswith("sk-admin-"):
            return ProviderFailure("invalid_key", error.status)
        models = asked.answer("GET", "/models")
        if models.status == 200 or models.status == 403:
            return needs_admin(error.status)
        return ProviderFailure("invalid_key", error.status)

    def _usage(self, asked: Asked, kind: str) -> Any:
        path, group = f"/organization/usage/{kind}", (("group_by[]", "model"),)
        return lambda: list(self._results(asked, path, group, _MOST_BUCKETS["usage"]))

    def _results(
        self, asked: Asked, path: str, group: tuple[tuple[str, str], ...], most: int
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each result with its day."""
        params: Params = (
            ("start_time", _seconds(asked.since)),
            ("end_time", _seconds(asked.until + timedelta(days=1))),
            ("bucket_width", "1d"),
            ("limit", min(len(asked.days), most)),
            *group,
        )
        for page in asked.pages(path, params):
            for bucket in rows(page, "data"):
                at = day(bucket.get("start_time"))
                for result in rows(bucket, "results"):
                    if at:
                        yield at, result

    def _spend_limit(self, asked: Asked, days: Days) -> ProviderLimit | None:
        """Return the hard limit of a month's spend with what was spent of it, if one is set."""
        try:
            told = asked.get("/organization/spend_limit")
        except ProviderFailure:
            return None
        cents = number(of(told, "threshold_amount"))
        code = currency(of(told, "currency"))
        month = asked.until.replace(day=1)
        if cents is None or cents <= 0 or not code or of(told, "interval") != "month":
            return None
        limit = round(cents * PICO / 100)
        used = days.cost_since(month.isoformat(), code) if asked.since <= month else None
        following = (month + timedelta(days=31)).replace(day=1)
        return ProviderLimit(
            name="spend_limit",
            label="Spend",
            used_share=None if used is None else used / limit,
            used=used,
            limit=limit,
            unit=code,
            resets_at=_seconds(following) * 1_000,
        )


def _use_of(result: dict[str, Any]) -> ModelUse:
    """Return a result's use; OpenAI's input has what was read from and written to a cache."""
    whole = count(result.get("input_tokens"))
    read = count(result.get("input_cached_tokens")) or 0
    written = count(result.get("input_cache_write_tokens")) or 0
    tokens = None
    if whole is not None:
        output = count(result.get("output_tokens")) or 0
        tokens = Tokens(max(whole - read - written, 0), output, read, written)
    requests = count(result.get("num_model_requests"))
    return ModelUse(text(result.get("model")), requests=requests, tokens=tokens)


def _seconds(of_day: Any) -> int:
    return int(datetime(of_day.year, of_day.month, of_day.day, tzinfo=UTC).timestamp())


PROVIDER = OpenAI()
