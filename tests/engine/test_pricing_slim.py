"""What is kept of LiteLLM's table, and which id gets which price."""

import json
from typing import Any

import pytest

from engine.pricing.refresh import encoded, price_file
from engine.pricing.slim import slim


def sold_at(input_price: float, output_price: float, **more: Any) -> dict[str, Any]:
    return {
        "mode": "chat",
        "input_cost_per_token": input_price,
        "output_cost_per_token": output_price,
        **more,
    }


CHEAP = sold_at(1e-06, 2e-06)
DEAR = sold_at(3e-06, 4e-06)


def inputs(litellm: dict[str, Any]) -> dict[str, float]:
    return {name: float(str(entry.input)) for name, entry in slim(litellm).items()}


def test_a_vendorless_entry_wins_over_every_vendor() -> None:
    table = {"deepseek/deepseek-x": DEAR, "azure/deepseek-x": DEAR, "deepseek-x": CHEAP}
    assert inputs(table)["deepseek-x"] == 1


def test_the_makers_own_price_wins_over_resellers() -> None:
    table = {"novita/zai-org/glm-x": DEAR, "zai/glm-x": CHEAP, "kyma/glm-x": DEAR}
    assert inputs(table)["glm-x"] == 1


def test_a_vendor_is_the_maker_of_its_own_models_only() -> None:
    table = {"dashscope/deepseek-x": CHEAP, "novita/deepseek-x": DEAR}
    assert "deepseek-x" not in inputs(table)


def test_a_price_that_all_vendors_agree_on_holds_without_a_vendor() -> None:
    table = {"novita/some-org/Model.X": CHEAP, "kyma/model-x": CHEAP, "zai.model-x": CHEAP}
    assert inputs(table)["model-x"] == 1


def test_a_price_that_vendors_disagree_on_holds_only_with_the_vendor() -> None:
    table = {"novita/model-x": CHEAP, "kyma/model-x": DEAR}
    assert inputs(table) == {"novita/model-x": 1, "kyma/model-x": 3}


def test_a_vendors_entry_is_kept_only_where_it_says_something_else() -> None:
    table = {"zai/glm-x": CHEAP, "novita/glm-x": CHEAP, "deepinfra/glm-x": DEAR}
    assert inputs(table) == {"glm-x": 1, "deepinfra/glm-x": 3}


def test_an_id_that_only_differs_by_a_suffix_gives_no_price_to_the_plain_one() -> None:
    assert inputs({"moonshot/kimi-x-thinking": CHEAP}) == {"kimi-x-thinking": 1}


def test_ids_that_fold_into_one_and_disagree_are_left_out() -> None:
    assert "model-1-5" not in inputs({"model-1.5": CHEAP, "model-1-5": DEAR})


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-5",
        "us.anthropic.claude-opus-5",
        "vertex_ai/claude-haiku-4-5@20251001",
        "bedrock/us-gov-east-1/anthropic.claude-opus-5",
    ],
)
def test_models_of_the_claude_table_are_left_out(model: str) -> None:
    assert slim({model: CHEAP}) == {}


def test_a_resellers_price_of_a_claude_model_holds_with_the_reseller_only() -> None:
    assert inputs({"snowflake/claude-opus-5": CHEAP}) == {"snowflake/claude-opus-5": 1}


def test_a_new_claude_model_is_kept_with_its_factors() -> None:
    factors = {"provider_specific_entry": {"us": 1.1, "fast": 2.0}}
    entry = slim({"claude-opus-6": sold_at(1e-06, 2e-06, **factors)})["claude-opus-6"]
    assert (str(entry.us), str(entry.fast)) == ("1.1", "2")


@pytest.mark.parametrize(
    "fields",
    [
        sold_at(1e-06, 2e-06, mode="embedding"),
        sold_at(0, 0),
        sold_at(-1e-06, 2e-06),
        sold_at(float("nan"), 2e-06),
        sold_at(float("inf"), 2e-06),
        sold_at(1e300, 2e-06),
        sold_at(10**400, 2e-06),
        sold_at(True, 2e-06),
        {"mode": "chat", "input_cost_per_token": "set to input price", "output_cost_per_token": 1},
        {"mode": "chat", "output_cost_per_token": 1e-06},
        {"mode": ["chat"], "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
        "text",
        None,
    ],
)
def test_what_is_no_priced_language_model_is_left_out(fields: Any) -> None:
    assert slim({"model-x": fields}) == {}


def test_prices_are_exact_and_without_a_floats_noise() -> None:
    more = {
        "cache_read_input_token_cost": 2.0000000000000002e-07,
        "cache_creation_input_token_cost": 1.25e-08,
        "cache_creation_input_token_cost_above_1hr": 0,
    }
    entry = slim({"model-x": sold_at(3.2000000000000003e-06, 30e-06, **more)})["model-x"]
    assert [str(amount) for amount in (entry.input, entry.output, entry.cache_read)] == [
        "3.2",
        "30",
        "0.2",
    ]
    assert [str(amount) for amount in (entry.cache_write_5m, entry.cache_write_1h)] == [
        "0.0125",
        "0",
    ]


def test_tiers_are_read_from_the_names_of_fields_of_standard_requests() -> None:
    more = {
        "input_cost_per_token_above_272k_tokens": 5e-06,
        "output_cost_per_token_above_272k_tokens": 9e-06,
        "input_cost_per_token_above_128k_tokens": 4e-06,
        "cache_creation_input_token_cost_above_1hr_above_128k_tokens": 8e-06,
        "input_cost_per_token_above_128k_tokens_priority": 7e-06,
        "input_cost_per_token_above_32k_tokens": None,
        "input_cost_per_image_above_128k_tokens": 7e-06,
    }
    tiers = slim({"model-x": sold_at(1e-06, 2e-06, **more)})["model-x"].tiers
    assert [
        (tier.above, tier.input and int(tier.input), tier.output and int(tier.output))
        for tier in tiers
    ] == [(128_000, 4, None), (272_000, 5, 9)]
    assert str(tiers[0].cache_write_1h) == "8"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, (None, None, None)),
        ({"output_cost_per_token_priority": 4e-06}, (None, None, None)),
        (
            {"input_cost_per_token_priority": 2.5e-06, "output_cost_per_token_priority": 5e-06},
            ("2.5", None, None),
        ),
        (
            {"input_cost_per_token_priority": 2e-06, "output_cost_per_token_priority": 5e-06},
            (None, {"input": 2, "output": 5}, None),
        ),
        (
            {
                "input_cost_per_token_priority": 2e-06,
                "input_cost_per_token_above_200k_tokens_priority": 9e-06,
            },
            (None, {"input": 2, "tiers": [{"input": 9, "above": 200_000}]}, None),
        ),
        ({"input_cost_per_token_flex": 5e-07, "output_cost_per_token_flex": 1e-06}, (None,) * 3),
        (
            {"input_cost_per_token_flex": 4e-07, "cache_read_input_token_cost_flex": 1e-07},
            (None, None, {"input": 0.4, "cache_read": 0.1}),
        ),
    ],
)
def test_other_plans_are_kept_as_a_factor_where_one_says_it(
    more: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    tier = {"input_cost_per_token_above_200k_tokens": 3e-06}
    file = price_file({"model-x": sold_at(1e-06, 2e-06, **tier, **more)}, source="", as_of="")
    entry = json.loads(encoded(file))["models"]["model-x"]
    times = entry.get("fast")
    kept = (times and str(times), entry.get("priority"), entry.get("flex"))
    assert kept == expected


def test_vendors_that_differ_on_other_plans_only_agree_on_the_price() -> None:
    dearer = {**CHEAP, "input_cost_per_token_priority": 2e-06}
    table = {"novita/model-x": dearer, "kyma/model-x": CHEAP}
    slimmed = slim(table)
    assert slimmed["model-x"].fast is None
    assert str(slimmed["novita/model-x"].fast) == "2"
