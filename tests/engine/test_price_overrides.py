"""Prices of the user's own: they go before every table, and leave when they are taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import OPUS, answer, write

Prices = Mapping[str, Mapping[str, float]]


@pytest.fixture
def cost(tmp_path: Path, settings: Callable[..., Settings]) -> Callable[[Prices], dict[str, int]]:
    """Read a million input tokens of two models; return each one's cost."""
    root = tmp_path / "root"
    write(root, answer("a", NOW, 10**6), answer("b", NOW, 10**6, model="lighthouse-coder-32b"))

    def costs(prices: Prices) -> dict[str, int]:
        ledger = str(tmp_path / "ledger.db")
        given = settings(roots=(root,), ledger=ledger, price_overrides=prices)
        with Monitor(given) as monitor:
            monitor.catch_up()
            report = monitor.report("models")
            assert set(report.totals.figures.unpriced) <= {"lighthouse-coder-32b"}
            return {row.key: row.figures.cost for row in report.rows}

    return costs


def test_a_price_given_holds_for_what_is_already_counted_until_it_is_taken_back(
    cost: Callable[[Prices], dict[str, int]],
) -> None:
    assert cost({}) == {OPUS: 4 * PICO, "lighthouse-coder-32b": 0}
    own = {
        "Lighthouse-Coder-32B": {"input": 0.25, "output": 1},
        f"anthropic/{OPUS}": {"input": 9, "output": 9},
    }
    assert cost(own) == {OPUS: 4 * PICO, "lighthouse-coder-32b": PICO // 4}
    assert cost({OPUS: {"input": 3.5, "output": 9}}) == {
        OPUS: 7 * PICO // 2,
        "lighthouse-coder-32b": 0,
    }
    assert cost({}) == {OPUS: 4 * PICO, "lighthouse-coder-32b": 0}


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"input": 1}, "give input and output"),
        ({}, "give input and output"),
        ({"input": -1, "output": 1}, "-1 USD"),
        ({"input": float("nan"), "output": 1}, "give input and output"),
        ({"input": 1, "output": 1, "thinking": 1}, "no part 'thinking'"),
    ],
)
def test_what_cannot_be_a_price_is_refused_by_name(
    settings: Callable[..., Settings], tmp_path: Path, amounts: dict[str, float], said: str
) -> None:
    given = settings(roots=(tmp_path,), price_overrides={"my-model": amounts})
    with pytest.raises(SettingsError, match="'my-model'") as refused:
        Monitor(given)
    assert said in str(refused.value)


def test_thresholds_move_the_levels_of_the_limit(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    write(tmp_path, answer("a", NOW - 1, 40_000))
    levels = []
    for thresholds in ((0.5, 0.75, 0.9), (0.3, 0.75, 0.9), (0.1, 0.2, 0.4)):
        given = settings(roots=(tmp_path,), limit=parse_limit("100k"), thresholds=thresholds)
        with Monitor(given) as monitor:
            monitor.read()
            levels.append(monitor.snapshot().limit.level)
    assert levels == ["fine", "half", "critical"]


@pytest.mark.parametrize(
    "thresholds", [(0.5, 0.5, 0.9), (0.9, 0.75, 0.5), (0.0, 0.5, 0.9), (0.5, 0.9, 1.0)]
)
def test_thresholds_that_do_not_rise_are_refused(
    settings: Callable[..., Settings], thresholds: tuple[float, float, float]
) -> None:
    with pytest.raises(SettingsError, match="three rising percentages"):
        Monitor(settings(thresholds=thresholds))
