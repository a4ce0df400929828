"""How gateways and clouds spell a model's id: which are the model, and which only look like it."""

import pytest

from engine.domain.responses import PICO, Tokens
from engine.pricing.cost import calculated_cost
from engine.pricing.table import PriceTable

NOVEMBER_2026 = 1_795_824_000_000


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return PriceTable.embedded()


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("anthropic/claude-4.6-sonnet-20260217", "claude-sonnet-4-6"),
        ("anthropic/claude-4.6-opus-20260205", "claude-opus-4-6"),
        ("anthropic/claude-4.5-haiku-20251001", "claude-haiku-4-5"),
        ("anthropic/claude-4.5-opus-20251101", "claude-opus-4-5"),
        ("anthropic/claude-5.5-sonnet-20260928", "claude-sonnet-5-5"),
        ("anthropic/claude-5-opus-20260724", "claude-opus-5"),
        ("anthropic/claude-5.2-fable", "claude-fable-5-2"),
        ("anthropic/claude-4-sonnet-20250522", "claude-sonnet-4"),
        ("anthropic/claude-opus-4.8", "claude-opus-4-8"),
        ("anthropic/claude-sonnet-4.6:thinking", "claude-sonnet-4-6"),
        ("anthropic/claude-sonnet-4.6:beta", "claude-sonnet-4-6"),
        ("anthropic/claude-4.6-sonnet-20260217:thinking", "claude-sonnet-4-6"),
        ("anthropic/claude-3.7-sonnet:thinking", "claude-3-7-sonnet"),
        ("anthropic/claude-3.5-sonnet:beta", "claude-3-5-sonnet"),
        ("anthropic/claude-opus-5:nitro", "claude-opus-5"),
        ("anthropic/claude-opus-5:floor", "claude-opus-5"),
        ("anthropic/claude-sonnet-4.6:exacto", "claude-sonnet-4-6"),
        ("openrouter/anthropic/claude-haiku-4.5", "claude-haiku-4-5"),
        ("moonshotai/kimi-k2.5:nitro", "kimi-k2-5"),
        ("claude-opus-3", "claude-3-opus"),
        ("claude-haiku-3.5", "claude-3-5-haiku"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("claude-sonnet-5-latest", "claude-sonnet-5"),
        ("litellm_proxy/anthropic/claude-opus-5", "claude-opus-5"),
        ("github_copilot/claude-sonnet-4.6", "claude-sonnet-4-6"),
        ("azure/claude-opus-5", "claude-opus-5"),
        ("apac.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("bedrock/us-west-2/anthropic.claude-opus-4-6-v1[1m]", "claude-opus-4-6"),
        ("amazon-bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        (
            "bedrock/arn:aws:bedrock:us-east-1:1:foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "claude-3-haiku",
        ),
        ("google-vertex/claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        (
            "projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-4-8@default",
            "claude-opus-4-8",
        ),
        ("models/gemini-2.5-pro", "gemini-2-5-pro"),
    ],
)
def test_another_spelling_of_a_model_has_its_price(
    table: PriceTable, written: str, listed: str
) -> None:
    found = table.find(written)
    assert found is not None
    assert found.model == listed
    assert table.fingerprint(written) == table.fingerprint(listed)


@pytest.mark.parametrize(
    "written",
    [
        "anthropic/claude-4.6-sonnet-preview",
        "anthropic/claude-46-sonnet",
        "anthropic/claude-sonnet-4.6-4.6",
        "anthropic/claude-sonnet-4.6:online",
        "anthropic/claude-sonnet-4.6:batch",
        "anthropic/claude-sonnet-4.6:extended",
        "anthropic/claude-sonnet-4.6:thinkings",
        "anthropic/claude-sonnet-4.6thinking",
        "google/gemini-2.5-flash:thinking",
        "moonshotai/kimi-k2.5:beta",
        "~anthropic/claude-sonnet-latest",
        "claude-sonnet-latest",
        "claude-9-opus",
        "claude-opus-4-8-high",
        "somebody/claude-opus-5",
        "gemini-claude-opus-4-5-thinking",
        "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/ab12cd34ef56",
        "z-ai/glm-5.2:freed",
        "z-ai/glm-5.2free",
        "claude-5-opus-4-6",
    ],
)
def test_what_only_looks_like_a_model_has_no_price(table: PriceTable, written: str) -> None:
    assert table.find(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "z-ai/glm-5.2:free",
        "openrouter/qwen/Qwen3-Coder:FREE",
        "nobody/knows-this:free",
        "a:free[1m]",
    ],
)
def test_what_openrouter_serves_for_nothing_costs_nothing(table: PriceTable, written: str) -> None:
    cost = calculated_cost(
        table,
        model=written,
        tokens=Tokens(10**6, 10**6, 10**6, 10**6, 10**6),
        is_fast=False,
        is_us=False,
        is_batch=False,
        searches=0,
        time=NOVEMBER_2026,
    )
    assert cost == 0


def test_thinking_is_billed_as_the_model_on_its_day(table: PriceTable) -> None:
    cost = calculated_cost(
        table,
        model="anthropic/claude-4.6-sonnet-20260217:thinking",
        tokens=Tokens(input=10**6),
        is_fast=False,
        is_us=False,
        is_batch=False,
        searches=0,
        time=NOVEMBER_2026,
    )
    assert cost == 3 * PICO
