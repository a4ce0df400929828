"""Answers made from OpenAI's published description never break the reader, and sum rightly."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.provider_usage import ProviderUsage
from engine.domain.responses import PICO
from engine.net.asking import Answer
from engine.providers.asked import Asked
from engine.providers.failures import ProviderFailure
from engine.providers.openai import PROVIDER
from tests.conftest import NOW
from tests.providers.stubs import TODAY

DESCRIBED = json.loads(
    (Path(__file__).parent / "openai_openapi" / "openapi.json").read_text("utf-8")
)
PATHS = (
    "/organization/costs",
    "/organization/usage/completions",
    "/organization/usage/embeddings",
    "/organization/spend_limit",
)


def _made(schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Return what makes values of a schema; what is not required is there or not."""
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return _made(DESCRIBED["components"]["schemas"][named], name)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return st.one_of([_made(each, name) for each in schema[key]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        fields = {key: _made(each, key) for key, each in schema.get("properties", {}).items()}
        required = set(schema.get("required", ()))
        return st.fixed_dictionaries(
            {key: made for key, made in fields.items() if key in required},
            optional={key: made for key, made in fields.items() if key not in required},
        )
    if kind == "array":
        return st.lists(_made(schema["items"]), max_size=4)
    if kind == "integer" and name in ("start_time", "end_time"):
        return st.integers(0, 40).map(lambda day: NOW // 1_000 - day * 86_400)
    makers: dict[Any, st.SearchStrategy[Any]] = {
        "integer": st.integers(-(2**40), 2**40) | st.integers(0, 10),
        "number": st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 100),
        "string": st.text(max_size=8) | st.just("usd"),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return makers.get(kind, st.none() | st.integers() | st.text(max_size=4))


def _answer_of(path: str) -> st.SearchStrategy[Any]:
    told = DESCRIBED["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    return _made(told["schema"])


class Told(Asked):
    """A question whose answers are given."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(
            key="sk-admin-x",
            base="https://example.org",
            headers={},
            options={},
            since=TODAY - timedelta(days=30),
            until=TODAY,
            now=NOW,
            deadline=math.inf,
        )
        self._answers = answers

    def _left(self) -> float:
        return 10.0

    def answer(self, method: str, path: str, *_: Any, **__: Any) -> Answer:
        return Answer(200, json.dumps(self._answers[path]).encode(), None, {})


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries({path: _answer_of(path) for path in PATHS}))
def test_answers_of_the_published_description_are_read_and_sum_rightly(
    answers: dict[str, Any],
) -> None:
    for path in PATHS[:3]:
        answers[path]["has_more"], answers[path]["next_page"] = False, None
    usage = PROVIDER.fetch(Told(answers))
    assert _costs(usage) == _expected(answers["/organization/costs"])
    parts = [part for day in usage.days for part in day.parts]
    assert all(part.tokens is None or part.tokens.input >= 0 for part in parts)
    assert all(each.limit is None or each.limit > 0 for each in usage.limits)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            PATHS,
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(
                            ["data", "results", "amount", "value", "has_more", "next_page"]
                        ),
                        inner,
                        max_size=4,
                    )
                ),
                max_leaves=12,
            ),
        )
    )
)
def test_anything_at_all_is_read_or_refused(answers: dict[str, Any]) -> None:
    states = set()
    try:
        PROVIDER.fetch(Told(answers))
    except ProviderFailure as failure:
        states.add(failure.state)
    assert states <= {"unreadable"}


def _costs(usage: ProviderUsage) -> dict[str, int]:
    found: dict[str, int] = {}
    for day in usage.days:
        for part in day.parts:
            for amount in part.cost:
                found[amount.currency] = found.get(amount.currency, 0) + amount.value
    return {currency: value for currency, value in found.items() if value}


def _expected(page: dict[str, Any]) -> dict[str, int]:
    """Sum a page the slow way: fractions, result by result."""
    found: dict[str, int] = {}
    for bucket in page["data"]:
        if datetime.fromtimestamp(bucket["start_time"], UTC).year < 2000:
            continue
        for result in bucket["results"]:
            amount = result.get("amount")
            if not isinstance(amount, dict):
                continue
            value, currency = amount.get("value"), amount.get("currency")
            is_currency = isinstance(currency, str) and len(currency) == 3
            if not (is_currency and currency.isascii() and currency.isalpha()):
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if abs(value) > 10**12 or (value and abs(value) < 1e-99):
                continue
            pico = round(Fraction(repr(value)) * PICO)
            found[currency.upper()] = found.get(currency.upper(), 0) + pico
    return {currency: value for currency, value in found.items() if value}
