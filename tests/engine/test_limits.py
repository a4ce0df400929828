"""Limits: what the user may ask for, what history gives, which level is reached, and when."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.aggregates.blocks import BlockSpan
from engine.domain.levels import level_of
from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.sums import Sums
from engine.domain.typed.amounts import LimitChoice, parse_limit
from engine.limits.estimate import LimitBasis, find_basis
from tests.conftest import NOW
from tests.made_lines import HOUR

_END = NOW + 2 * HOUR
_TOKENS = LimitBasis("given", "tokens", 100_000, "your limit")
_COST = LimitBasis("given", "cost", 20 * PICO, "your limit")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        (None, LimitChoice("p90")),
        ("p90", LimitChoice("p90")),
        (" P90 ", LimitChoice("p90")),
        ("max", LimitChoice("max")),
        ("MAX", LimitChoice("max")),
        ("Median", LimitChoice("median")),
        ("1", LimitChoice("given", "tokens", 1)),
        ("500k", LimitChoice("given", "tokens", 500_000)),
        ("500K", LimitChoice("given", "tokens", 500_000)),
        ("1.5M", LimitChoice("given", "tokens", 1_500_000)),
        ("0.5m", LimitChoice("given", "tokens", 500_000)),
        ("2b", LimitChoice("given", "tokens", 2_000_000_000)),
        ("750000", LimitChoice("given", "tokens", 750_000)),
        ("1,750,000", LimitChoice("given", "tokens", 1_750_000)),
        ("1_750_000", LimitChoice("given", "tokens", 1_750_000)),
        ("$20", LimitChoice("given", "cost", 20 * PICO)),
        ("20usd", LimitChoice("given", "cost", 20 * PICO)),
        ("$1.5 USD", LimitChoice("given", "cost", 3 * PICO // 2)),
        ("$0.50", LimitChoice("given", "cost", PICO // 2)),
        ("$1,250.75", LimitChoice("given", "cost", 1_250_750_000_000_000)),
        ("$1.5k", LimitChoice("given", "cost", 1_500 * PICO)),
        ("$1000000", LimitChoice("given", "cost", 1_000_000 * PICO)),
    ],
)
def test_a_limit_is_tokens_dollars_max_or_p90(text: str | None, choice: LimitChoice) -> None:
    assert parse_limit(text) == choice


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "0",
        "0.3",
        "$0",
        "$0.0000000000001",
        "-5",
        "$-5",
        "$",
        "$$20",
        "20$",
        "k",
        "$k",
        "1,5M",
        "$20,50",
        "1e6",
        "1.",
        ".5M",
        "500kb",
        "500 k",
        "50%",
        "p95",
        "plenty",
        "nan",
        "inf",
        "\u0665k",
        "$1000001",
        "9" * 16,
        "9" * 400,
    ],
)
def test_anything_else_is_refused_with_a_sentence_that_says_what_would_be_right(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_limit(text)
    assert str(refused.value) == (
        f"'{text}' is not a limit: give tokens such as 500k or 1.5M, dollars such as 20usd or"
        " '$20' (in quotes, for the shell), or one of max, median and p90."
    )


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (None, "fine"),
        (0.0, "fine"),
        (0.499999, "fine"),
        (0.5, "half"),
        (0.749999, "half"),
        (0.75, "high"),
        (0.899999, "high"),
        (0.9, "critical"),
        (0.999999, "critical"),
        (1.0, "reached"),
        (7.0, "reached"),
    ],
)
def test_a_level_begins_exactly_at_its_share(share: float | None, level: str) -> None:
    assert level_of(share) == level


def _block(tokens: int) -> BlockSpan:
    block = BlockSpan(NOW, 0)
    block.tally.add(1, Sums(1, 0, tokens, 0, 0, 0, 0, 0, NOW, NOW, 0))
    return block


def test_p90_and_max_are_of_the_finished_blocks_whatever_their_order() -> None:
    blocks = [_block(tokens) for tokens in (1_000, 300, 800, 100, 900, 500, 200, 700, 400, 600)]
    assert find_basis(LimitChoice("p90"), blocks) == LimitBasis(
        "p90", "tokens", 910, "P90 of 10 finished blocks · estimate"
    )
    assert find_basis(LimitChoice("max"), blocks) == LimitBasis(
        "max", "tokens", 1_000, "largest of 10 finished blocks · estimate"
    )
    five = [_block(tokens) for tokens in (100, 200, 300, 400, 500)]
    assert find_basis(LimitChoice("p90"), five).value == 460


@pytest.mark.parametrize("source", ["p90", "max"])
def test_under_five_finished_blocks_there_is_no_estimate_and_a_reason(source: str) -> None:
    choice = replace(LimitChoice("p90"), source=source)
    for count in range(5):
        basis = find_basis(choice, [_block(100)] * count)
        assert (basis.source, basis.value, basis.label) == ("none", None, "not enough history")
        assert basis.reason.startswith(f"not enough history: {count} of 5 finished blocks")
    assert find_basis(choice, [_block(100)] * 5).value == 100


def test_a_given_limit_holds_whatever_history_says() -> None:
    choice = LimitChoice("given", "cost", 20 * PICO)
    for blocks in ([], [_block(7)] * 9):
        assert find_basis(choice, blocks) == _COST
