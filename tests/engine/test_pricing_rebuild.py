"""The table that comes with ccmon: made of LiteLLM's tables of many days."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.responses import PICO, Tokens
from engine.pricing.cost import calculated_cost
from engine.pricing.price import ModelEntry, day_start
from engine.pricing.price_file import OTHER_PRICES, read_prices
from engine.pricing.rebuild import dated, main
from engine.pricing.slim import slim
from engine.pricing.table import PriceTable

LITELLM = Path(__file__).parents[3] / "shared" / "data" / "prices" / "litellm_chat_models.json"


def sold_at(input_price: float, output_price: float, **more: Any) -> dict[str, Any]:
    return {
        "mode": "chat",
        "input_cost_per_token": input_price / 1e6,
        "output_cost_per_token": output_price / 1e6,
        **more,
    }


def until(entry: ModelEntry) -> list[tuple[str, float, float]]:
    """Return what held before, each with its last day."""
    return [(each.until, float(each.input or 0), float(each.output or 0)) for each in entry.history]


def test_a_price_holds_up_to_the_day_before_another_one_is_seen() -> None:
    made = dated(
        [
            ("2026-01-01", {"glm-x": sold_at(1, 2)}),
            ("2026-02-01", {"glm-x": sold_at(1, 2)}),
            ("2026-06-01", {"glm-x": sold_at(3, 4)}),
            ("2026-09-01", {"glm-x": sold_at(5, 6)}),
        ]
    )
    assert until(made["glm-x"]) == [("2026-05-31", 1, 2), ("2026-08-31", 3, 4)]
    assert (made["glm-x"].input, made["glm-x"].output) == (5, 6)


def test_a_price_that_was_taken_back_soon_was_a_mistake() -> None:
    told = [
        ("2026-01-01", {"glm-x": sold_at(1, 2)}),
        ("2026-02-01", {"glm-x": sold_at(9, 9)}),
        ("2026-03-01", {"glm-x": sold_at(1, 2)}),
    ]
    assert until(dated(told)["glm-x"]) == []
    later = [*told[:2], ("2026-09-01", {"glm-x": sold_at(1, 2)})]
    assert until(dated(later)["glm-x"]) == [("2026-01-31", 1, 2), ("2026-08-31", 9, 9)]


def test_a_rate_that_is_named_only_later_is_no_change() -> None:
    made = dated(
        [
            ("2026-01-01", {"glm-x": sold_at(1, 2)}),
            ("2026-02-01", {"glm-x": sold_at(1, 2, cache_read_input_token_cost=1e-7)}),
        ]
    )
    assert until(made["glm-x"]) == []


def test_a_price_without_tiers_does_not_take_those_of_a_later_one() -> None:
    tiers = {
        "input_cost_per_token_above_200k_tokens": 2e-6,
        "output_cost_per_token_above_200k_tokens": 2e-6,
    }
    made = dated(
        [
            ("2026-01-01", {"glm-x": sold_at(3, 4)}),
            ("2026-02-01", {"glm-x": sold_at(1, 1, **tiers)}),
        ]
    )
    (before,) = made["glm-x"].history
    assert [(tier.above, tier.input, tier.output) for tier in before.tiers] == [(200_000, 3, 4)]


def test_a_model_that_nobody_sells_any_more_keeps_its_last_price() -> None:
    made = dated(
        [
            ("2026-01-01", {"zai/glm-x": sold_at(1, 2), "novita/glm-y": sold_at(1, 2)}),
            ("2026-02-01", {"zai/glm-x": sold_at(3, 4), "novita/glm-y": sold_at(1, 2)}),
            ("2026-03-01", {"other": sold_at(1, 1)}),
        ]
    )
    assert sorted(made) == ["glm-x", "other"]
    assert until(made["glm-x"]) == [("2026-01-31", 1, 2)]
    assert made["glm-x"].input == 3


def test_what_resellers_asked_is_no_past_of_a_model() -> None:
    made = dated(
        [
            ("2026-01-01", {"novita/glm-x": sold_at(1, 2), "kyma/glm-x": sold_at(1, 2)}),
            ("2026-02-01", {"zai/glm-x": sold_at(3, 4)}),
        ]
    )
    assert until(made["glm-x"]) == []


def test_the_embedded_table_has_the_present_prices_of_litellm() -> None:
    if not LITELLM.exists():
        pytest.skip("LiteLLM's full table is not beside the project")
    present = slim(json.loads(LITELLM.read_bytes()))
    models = read_prices(OTHER_PRICES).models
    assert {name: replace(models[name], history=()) for name in present} == present


@pytest.mark.parametrize(
    ("model", "day", "dollars"),
    [
        ("deepseek-v4-pro", "2026-08-16", 0.435),
        ("deepseek-v4-pro", "2026-08-17", 1.32),
        ("deepseek/deepseek-v4-flash", "2026-08-16", 0.14),
        ("deepseek-v4-flash", "2026-08-17", 0.44),
        ("deepseek-v4-flash", "2026-11-01", 0.3),
        ("gpt-5.6-sol", "2026-09-05", 5),
        ("gpt-5.6-sol", "2026-09-06", 4),
        ("grok-code-fast-1", "2026-01-01", 0.2),
        ("o1-preview-2024-09-12", "2026-11-01", 15),
    ],
)
def test_a_response_costs_what_its_model_cost_on_its_day(
    model: str, day: str, dollars: float
) -> None:
    cost = calculated_cost(
        PriceTable.embedded(),
        model=model,
        tokens=Tokens(input=100_000),
        is_fast=False,
        is_us=False,
        is_batch=False,
        searches=0,
        time=day_start(day) + 86_399_999,
    )
    assert cost == round(dollars * PICO / 10)


def test_a_command_rebuilds_the_embedded_table(tmp_path: Path) -> None:
    told = []
    for day, price in (("2026-01-01", 1), ("2026-06-01", 2)):
        origin = tmp_path / f"{day}.json"
        models = {f"model-{number}": sold_at(price, 2) for number in range(100)}
        models |= {"openrouter/maker/model-latest": sold_at(7, 7)}
        origin.write_text(json.dumps(models))
        told.append(f"{day}={origin}")
    target = tmp_path / "slim.json"
    main([*told, "--to", str(target), "--source", "a test"])
    made = json.loads(target.read_text())
    assert (made["sources"], made["as_of"]) == (["a test"], "2026-06-01")
    history = [{"input": 1, "output": 2, "until": "2026-05-31"}]
    assert made["models"]["model-99"] == {"input": 2, "output": 2, "history": history}
    assert len(made["models"]) == 100
