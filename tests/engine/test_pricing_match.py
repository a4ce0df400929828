"""Under which ids a model's price is looked for."""

import pytest

from engine.pricing.match import canonical, vendorless


@pytest.mark.parametrize(
    ("written", "found_as"),
    [
        ("claude-opus-4-6", "claude-opus-4-6"),
        ("anthropic/claude-opus-4-6", "claude-opus-4-6"),
        ("anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("us.anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("eu.anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("global.anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("apac.anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("us-gov.anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("vertex_ai/claude-opus-4-6@20260205", "claude-opus-4-6"),
        ("vertex_ai/claude-opus-4-6@default", "claude-opus-4-6"),
        ("bedrock/us-east-1/anthropic.claude-opus-4-6", "claude-opus-4-6"),
        ("bedrock/us.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5"),
        ("openrouter/anthropic/claude-opus-4.6", "claude-opus-4-6"),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5",
            "claude-opus-5",
        ),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("claude-sonnet-4-5-20250929-v1:0[1m]", "claude-sonnet-4-5"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("claude-opus-4-6-thinking", "claude-opus-4-6"),
        ("claude-opus-4.6", "claude-opus-4-6"),
        ("CLAUDE-Opus-4.6", "claude-opus-4-6"),
        (" claude-opus-4-6\n", "claude-opus-4-6"),
        ("z-ai/GLM-4.7", "glm-4-7"),
    ],
)
def test_vendor_and_suffixes_are_taken_off(written: str, found_as: str) -> None:
    assert canonical(written)[-1] == found_as


@pytest.mark.parametrize(
    "written",
    [
        "claude-opus-4-8",
        "claude-fable-5-1",
        "claude-sonnet-5-5",
        "claude-haiku",
        "sonnet",
        "unknown-vendor/glm-5",
        "deepseek-v4-flash",
        "gpt-4o-2024-08-06",
        "glm-4-7-251222",
        "model-99999999",
        "model-v1",
        "model:free",
    ],
)
def test_nothing_else_is_ever_cut(written: str) -> None:
    assert canonical(written) == (written,)


def test_ids_go_from_the_most_exact_to_the_shortest() -> None:
    assert canonical("openrouter/anthropic/claude-opus-4.5-20251101[1m]") == (
        "openrouter/anthropic/claude-opus-4-5-20251101[1m]",
        "anthropic/claude-opus-4-5-20251101[1m]",
        "claude-opus-4-5-20251101[1m]",
        "openrouter/anthropic/claude-opus-4-5-20251101",
        "anthropic/claude-opus-4-5-20251101",
        "claude-opus-4-5-20251101",
        "openrouter/anthropic/claude-opus-4-5",
        "anthropic/claude-opus-4-5",
        "claude-opus-4-5",
    )


@pytest.mark.parametrize("written", ["", "  "])
def test_no_id_has_no_candidates(written: str) -> None:
    assert canonical(written) == ()


@pytest.mark.parametrize("written", ["[1m]", "-latest", "anthropic/", "anthropic."])
def test_an_id_of_nothing_but_trimmings_never_becomes_empty(written: str) -> None:
    assert "" not in canonical(written)


def test_vendorless_takes_off_every_vendor_but_no_suffix() -> None:
    assert vendorless("novita/zai-org/GLM-5-20260101") == "glm-5-20260101"
