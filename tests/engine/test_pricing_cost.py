"""What one response costs, to the pico-dollar."""

import json
import time as clock
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.responses import PICO, Tokens
from engine.pricing.cost import calculated_cost
from engine.pricing.price import PriceFile
from engine.pricing.price_file import CLAUDE_PRICES
from engine.pricing.refresh import encoded
from engine.pricing.table import PriceTable

NOW = "2026-11-22T12:00:00"
KINDS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
MILLION = 10**6

EMBEDDED = PriceTable.embedded()
TABLE: dict[str, Any] = json.loads(Path(CLAUDE_PRICES).read_text())["models"]


def at(moment: str) -> int:
    return round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def cost(
    model: str,
    tokens: Tokens,
    moment: str = NOW,
    *,
    is_fast: bool = False,
    is_us: bool = False,
    is_batch: bool = False,
    searches: int = 0,
    table: PriceTable = EMBEDDED,
) -> int | None:
    return calculated_cost(
        table,
        model=model,
        tokens=tokens,
        is_fast=is_fast,
        is_us=is_us,
        is_batch=is_batch,
        searches=searches,
        time=at(moment),
    )


def dollars(amount: str) -> int:
    """Return USD as pico-dollars."""
    pico = Fraction(amount) * PICO
    assert pico.denominator == 1
    return pico.numerator


def test_each_kind_of_token_has_its_own_price() -> None:
    spent = [
        cost("claude-opus-5-5", msgspec.structs.replace(Tokens(), **{kind: MILLION}))
        for kind in KINDS
    ]
    assert spent == [dollars(usd) for usd in ("4", "20", "0.2", "5", "8")]


def test_a_response_without_a_priced_model_has_no_cost() -> None:
    for model in ("claude-opus-4-9", "sonnet", "", "qwen3-coder-next"):
        assert cost(model, Tokens(input=1), searches=1) is None


@pytest.mark.parametrize(
    ("day", "usd"), [("2026-10-06T23:59:59.999", "0.2"), ("2026-10-07T00:00:00", "0.1")]
)
def test_sonnet_5_5_cache_reads_became_cheaper_on_a_day(day: str, usd: str) -> None:
    assert cost("claude-sonnet-5-5", Tokens(cache_read=MILLION), day) == dollars(usd)


@pytest.mark.parametrize(
    ("day", "usd"), [("2026-03-12T23:59:59.999", "2.00001"), ("2026-03-13T00:00:00", "1.000005")]
)
def test_opus_4_6_had_a_long_prompt_price_until_a_day(day: str, usd: str) -> None:
    assert cost("claude-opus-4-6", Tokens(input=200_001), day) == dollars(usd)


@pytest.mark.parametrize(
    ("model", "threshold", "day", "at_threshold", "above"),
    [
        ("claude-haiku-5-5", 100_000, NOW, (0.1, 0.5), (0.5, 2.5)),
        ("claude-sonnet-4-5", 200_000, NOW, (3, 15), (6, 22.5)),
        ("claude-sonnet-4-20250514", 200_000, "2025-11-03", (3, 15), (6, 22.5)),
        ("claude-sonnet-4-6", 200_000, "2026-03-01", (3, 15), (6, 22.5)),
        ("claude-opus-4-6", 200_000, "2026-03-01", (5, 25), (10, 37.5)),
        ("gemini-2.5-pro", 200_000, NOW, (1.25, 10), (2.5, 15)),
    ],
)
def test_one_token_over_the_threshold_lifts_every_token(
    model: str,
    threshold: int,
    day: str,
    at_threshold: tuple[float, float],
    above: tuple[float, float],
) -> None:
    for prompt, (input_price, output_price) in ((threshold, at_threshold), (threshold + 1, above)):
        expected = prompt * Fraction(str(input_price)) + 7 * Fraction(str(output_price))
        spent = cost(model, Tokens(input=prompt, output=7), day)
        assert spent == expected * MILLION


def test_the_prompt_is_all_that_the_model_was_given() -> None:
    quarter = 25_000
    short = Tokens(quarter, MILLION, quarter, quarter, quarter)
    long = Tokens(quarter, MILLION, quarter, quarter, quarter + 1)
    assert cost("claude-haiku-5-5", short) == dollars("0.510875")
    assert cost("claude-haiku-5-5", long) == dollars("2.554376")


@pytest.mark.parametrize(
    ("model", "tokens", "flags", "usd"),
    [
        # 100,000 at 1.25, 200,000 read at 0.125, 10,000 out at 10
        ("gpt-5", Tokens(100_000, 10_000, 200_000), {}, "0.25"),
        ("gpt-5", Tokens(100_000, 10_000, 200_000), {"is_fast": True}, "0.5"),
        ("gpt-5", Tokens(100_000, 10_000, 200_000), {"is_batch": True}, "0.125"),
        # up to 272,000: 5, 0.5 and 30; priority 12.5, 1.25 and 75; flex half
        ("gpt-5.5", Tokens(72_000, 1_000, 200_000), {}, "0.49"),
        ("gpt-5.5", Tokens(72_000, 1_000, 200_000), {"is_fast": True}, "1.225"),
        ("gpt-5.5", Tokens(72_000, 1_000, 200_000), {"is_batch": True}, "0.245"),
        # above: 10, 1 and 45; flex 5, 0.5 and 22.5
        ("gpt-5.5", Tokens(72_001, 1_000, 200_000), {}, "0.96501"),
        ("gpt-5.5", Tokens(72_001, 1_000, 200_000), {"is_batch": True}, "0.482505"),
        # 4, 0.4, writes 5, 20; above 8, 0.8, 10, 30; priority twice, above too
        ("gpt-5.6", Tokens(100_000, 1_000, 100_000, 72_000), {"is_fast": True}, "1.64"),
        ("gpt-5.6", Tokens(100_000, 1_000, 100_000, 72_001), {"is_fast": True}, "3.26002"),
        # 2, 0.5, 8; priority 3.5, 0.875, 14
        ("o3", Tokens(1_000, 1_000, 1_000), {"is_fast": True}, "0.018375"),
        # no other price is known for priority
        ("gpt-5.2-codex", Tokens(100_000), {"is_fast": True}, "0.175"),
        # Google's above 200,000: 2.5, 0.25, 15; priority 4.5, 0.45, 27
        ("gemini-2.5-pro", Tokens(100_000, 1_000, 100_001), {}, "0.29000025"),
        ("gemini-2.5-pro", Tokens(100_000, 1_000, 100_001), {"is_fast": True}, "0.52200045"),
        # priority is 2.5 times as dear below the threshold, twice above
        ("azure/gpt-5.5", Tokens(72_000, 1_000, 200_000), {"is_fast": True}, "1.225"),
        ("azure/gpt-5.5", Tokens(72_001, 1_000, 200_000), {"is_fast": True}, "1.93002"),
        # Moonshot's 0.95, 0.16 and 4
        ("kimi-k2.6", Tokens(100_000, 10_000, 100_000), {}, "0.151"),
    ],
)
def test_other_vendors_have_prices_for_long_prompts_and_other_plans(
    model: str, tokens: Tokens, flags: dict[str, bool], usd: str
) -> None:
    assert cost(model, tokens, **flags) == dollars(usd)


def test_what_a_plan_does_not_name_follows_its_input(tmp_path: Path) -> None:
    plans = {
        "priority": {"input": 3, "output": 4, "tiers": [{"above": 100, "output": 50}]},
        "flex": {"input": 0.5, "cache_read": 0.01},
    }
    tiers = [{"above": 100, "input": 4, "output": 8}]
    usual = {"input": 2, "output": 3, "cache_read": 0.2, "tiers": tiers}
    path = tmp_path / "prices.json"
    path.write_bytes(
        json.dumps(
            {
                "unit": "USD per million tokens",
                "as_of": "2027-01-01",
                "sources": ["a test"],
                "models": {"model-x": {**usual, **plans}},
            }
        ).encode()
    )
    table = PriceTable.load(path)
    short, long = Tokens(10, 10, 10), Tokens(100, 10, 10)

    def spent(tokens: Tokens, **flags: bool) -> int | None:
        return cost("model-x", tokens, table=table, **flags)

    assert spent(short) == (20 + 30 + 2) * MILLION
    assert spent(short, is_fast=True) == (30 + 40 + 3) * MILLION
    assert spent(long, is_fast=True) == (600 + 500 + 3) * MILLION
    assert spent(short, is_batch=True) == (5 + 7.5 + 0.1) * MILLION
    assert spent(long, is_batch=True) == (100 + 20 + 0.1) * MILLION
    assert spent(short, is_fast=True, is_batch=True) == (30 + 40 + 3) * MILLION / 2


@pytest.mark.parametrize(
    ("model", "flags", "usd"),
    [
        ("claude-opus-5", {}, "5"),
        ("claude-opus-5", {"is_fast": True}, "10"),
        ("claude-opus-4-7", {"is_fast": True}, "30"),
        ("claude-opus-5", {"is_us": True}, "5.5"),
        ("claude-opus-5", {"is_batch": True}, "2.5"),
        ("claude-opus-5", {"is_fast": True, "is_us": True, "is_batch": True}, "5.5"),
        ("claude-sonnet-4-5", {"is_fast": True, "is_us": True}, "6"),
        ("claude-opus-5", {"searches": 10}, "5.1"),
        ("claude-opus-5", {"searches": 1, "is_fast": True}, "10.01"),
        ("claude-opus-5", {"searches": 1, "is_batch": True}, "2.51"),
    ],
)
def test_kinds_of_request_multiply_tokens_and_add_searches(
    model: str, flags: dict[str, Any], usd: str
) -> None:
    assert cost(model, Tokens(input=MILLION), **flags) == dollars(usd)


def test_factors_hold_on_a_tier_and_in_history_too() -> None:
    long = Tokens(input=200_000 + 800_000)
    spent = cost("claude-opus-4-6", long, "2026-03-12", is_fast=True, is_us=True)
    assert spent == dollars("66")


def refreshed(directory: Path, figures: dict[str, Any]) -> PriceTable:
    path = directory / "prices.json"
    file = {
        "unit": "USD per million tokens",
        "as_of": "2027-01-01",
        "sources": ["a test"],
        "models": {"a-model": figures},
    }
    path.write_bytes(encoded(msgspec.convert(file, PriceFile)))
    return PriceTable.load(path)


def test_tokens_without_a_price_of_their_own_are_billed_as_input(tmp_path: Path) -> None:
    tokens = Tokens(0, 0, MILLION, MILLION, MILLION)
    table = refreshed(tmp_path, {"input": 2, "output": 4})
    assert cost("a-model", tokens, table=table) == dollars("6")
    table = refreshed(tmp_path, {"input": 2, "output": 4, "cache_read": 0, "cache_write_5m": 3})
    assert cost("a-model", tokens, table=table) == dollars("6")


def test_the_highest_tier_that_is_passed_holds(tmp_path: Path) -> None:
    tiers = [{"above": 2000, "input": 9}, {"above": 1000, "input": 4, "output": 8}]
    table = refreshed(tmp_path, {"input": 2, "output": 5, "tiers": tiers})
    spent = [cost("a-model", Tokens(p, 1), table=table) for p in (1000, 1001, 2000, 2001)]
    assert spent == [
        (1000 * 2 + 5) * MILLION,
        (1001 * 4 + 8) * MILLION,
        (2000 * 4 + 8) * MILLION,
        (2001 * 9 + 5) * MILLION,
    ]


def test_of_several_earlier_prices_the_first_that_had_not_ended_holds(tmp_path: Path) -> None:
    history = [{"until": "2026-06-30", "input": 3}, {"until": "2026-03-31", "output": 7}]
    table = refreshed(tmp_path, {"input": 2, "output": 5, "history": history})
    spent = [
        cost("a-model", Tokens(MILLION, MILLION), day, table=table)
        for day in ("2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01")
    ]
    assert spent == [dollars("9"), dollars("8"), dollars("8"), dollars("7")]


@pytest.mark.parametrize(
    ("output", "pico"), [(1, 0), (3, 2), (5, 2), (7, 4)], ids=["0.5", "1.5", "2.5", "3.5"]
)
def test_a_half_pico_dollar_goes_to_the_even_side(tmp_path: Path, output: int, pico: int) -> None:
    table = refreshed(tmp_path, {"input": 1, "output": 0.0000005})
    assert cost("a-model", Tokens(output=output), table=table) == pico


def test_a_response_is_rounded_once_and_not_per_kind(tmp_path: Path) -> None:
    table = refreshed(tmp_path, {"input": 0.0000004, "output": 0.0000004, "cache_read": 0.0000004})
    assert cost("a-model", Tokens(1, 1, 1), table=table) == 1


counts = st.integers(0, 5_000_000)
days = st.dates(datetime(2025, 1, 1).date(), datetime(2027, 12, 31).date())


@given(
    model=st.sampled_from(sorted(TABLE)),
    tokens=st.builds(Tokens, counts, counts, counts, counts, counts),
    day=days,
    is_fast=st.booleans(),
    is_us=st.booleans(),
    is_batch=st.booleans(),
    searches=st.integers(0, 100),
)
def test_costs_equal_the_plain_sum_in_fractions(
    model: str,
    tokens: Tokens,
    day: Any,
    is_fast: bool,
    is_us: bool,
    is_batch: bool,
    searches: int,
) -> None:
    prices = dict(TABLE[model])
    for held in prices.get("history", []):
        if day.isoformat() <= held["until"]:
            prices.update(held)
    prompt = tokens.input + tokens.cache_read + tokens.cache_write
    for tier in prices.get("tiers", []):
        if prompt > tier["above"]:
            prices.update(tier)
    usd = sum(Fraction(str(prices[kind])) * getattr(tokens, kind) for kind in KINDS) / MILLION
    usd *= Fraction(str(prices.get("fast", 1))) if is_fast else 1
    usd *= Fraction(str(prices.get("us", 1))) if is_us else 1
    usd /= 2 if is_batch else 1
    usd += Fraction(10, 1000) * searches
    assert cost(
        model,
        tokens,
        f"{day.isoformat()}T23:59:59",
        is_fast=is_fast,
        is_us=is_us,
        is_batch=is_batch,
        searches=searches,
    ) == round(usd * PICO)


@given(
    prices=st.lists(st.integers(0, 10**15), min_size=5, max_size=5),
    amounts=st.lists(st.integers(0, 10**9), min_size=5, max_size=5),
    factor=st.integers(1, 999),
    is_batch=st.booleans(),
)
def test_prices_as_fine_as_an_atto_dollar_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    prices: list[int],
    amounts: list[int],
    factor: int,
    is_batch: bool,
) -> None:
    figures = {
        kind: f"{price // 10**12}.{price % 10**12:012d}"
        for kind, price in zip(KINDS, prices, strict=True)
    }
    table = refreshed(tmp_path_factory.mktemp("p"), {**figures, "us": f"{factor / 100:.2f}"})
    exact = Fraction(sum(p * a for p, a in zip(prices, amounts, strict=True)), 10**6)
    exact *= Fraction(factor, 100) / (2 if is_batch else 1)
    spent = cost("a-model", Tokens(*amounts), is_us=True, is_batch=is_batch, table=table)
    assert spent == round(exact)


def test_a_hundred_thousand_responses_take_a_moment() -> None:
    tokens, moment = Tokens(1000, 2000, 30_000, 40, 50), at(NOW)
    best = min(_seconds_for(20_000, tokens, moment) for _ in range(5))
    assert best * 5 < 0.3


def _seconds_for(calls: int, tokens: Tokens, moment: int) -> float:
    start = clock.process_time()
    for call in range(calls):
        calculated_cost(
            EMBEDDED,
            model="claude-sonnet-5-5",
            tokens=tokens,
            is_fast=False,
            is_us=True,
            is_batch=False,
            searches=0,
            time=moment + call,
        )
    return clock.process_time() - start
