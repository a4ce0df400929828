"""Calibration: what 100% is worth in local figures, with an error that can be believed."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.hits import FIVE_HOUR
from engine.domain.responses import PICO
from engine.domain.times import HOUR, MINUTE
from engine.limits.calibration import Calibration, Pair, calibrate, pairs_of
from engine.limits.readings import Reading
from tests.conftest import NOW

WORTH = 40 * PICO


def pair(window: int, percent: int, worth: float = WORTH) -> Pair:
    return Pair(window, percent / 100, round(worth * percent / 100))


def calibrated(pairs: list[Pair]) -> Calibration:
    found = calibrate(pairs)
    assert found is not None
    return found


def test_exact_pairs_give_the_worth_of_a_window() -> None:
    found = calibrated([pair(window, percent) for window in (1, 2) for percent in (10, 20, 30)])
    assert found.value_at_100 == WORTH
    assert (found.pairs, found.windows) == (6, 2)
    assert found.error_share == pytest.approx(0.005 / 0.2)
    assert found.label == "calibrated on 6 readings in 2 windows · estimate ±3%"
    assert found.share_of(WORTH // 4) == 0.25


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [pair(window, 20) for window in range(4)],
        [pair(1, percent) for percent in range(10, 60, 10)],
        [pair(window, 1) for window in range(9)],
        [pair(window, 20, 0) for window in range(9)],
        [pair(window, 100) for window in range(9)],
    ],
    ids=["none", "four", "one window", "too small", "nothing used here", "at the limit"],
)
def test_too_few_pairs_that_tell_anything_give_none(pairs: list[Pair]) -> None:
    assert calibrate(pairs) is None


def test_one_window_used_elsewhere_moves_little() -> None:
    here = [pair(window, percent) for window in range(4) for percent in (20, 40, 60)]
    elsewhere = [pair(9, percent, WORTH / 10) for percent in (20, 40, 60)]
    assert calibrated(here + elsewhere).value_at_100 == WORTH


def test_the_error_is_that_of_windows_which_differ() -> None:
    chance = Random(5)
    pairs = [
        pair(window, percent, WORTH * spread)
        for window in range(60)
        for spread in [chance.gauss(1, 0.1)]
        for percent in (20, 40, 60)
    ]
    found = calibrated(pairs)
    assert found.value_at_100 == pytest.approx(WORTH, rel=0.05)
    assert found.error_share == pytest.approx(0.1, abs=0.03)


def reading(minute: int, percent: float, end: int | None = NOW) -> Reading:
    return Reading(FIVE_HOUR, percent / 100, end, NOW - 5 * HOUR + minute * MINUTE)


def test_pairs_are_made_where_the_share_rises() -> None:
    readings = [
        reading(30, 10),
        reading(10, 3),
        reading(40, 10),
        reading(50, 7),
        reading(60, 12),
        reading(70, 50, None),
        reading(400, 60),
        reading(-5, 60),
    ]
    pairs = pairs_of(readings, lambda start, now: (now - start) // MINUTE)
    start = NOW - 5 * HOUR
    assert pairs == (Pair(start, 0.03, 10), Pair(start, 0.1, 30), Pair(start, 0.12, 60))


def test_windows_are_told_apart_by_their_reset() -> None:
    readings = [reading(290, 80), reading(290, 20, NOW + HOUR), reading(310, 30, NOW + HOUR)]
    pairs = pairs_of(readings, lambda start, now: now - start)
    assert [(each.window, each.share) for each in pairs] == [
        (NOW - 5 * HOUR, 0.8),
        (NOW - 4 * HOUR, 0.2),
        (NOW - 4 * HOUR, 0.3),
    ]


PAIRS = st.lists(
    st.builds(Pair, st.integers(0, 3), st.floats(0, 1.5), st.integers(0, 10**16)), max_size=30
)


@given(PAIRS, st.randoms(use_true_random=False))
def test_any_pairs_in_any_order_give_one_sound_calibration_or_none(
    pairs: list[Pair], chance: Random
) -> None:
    found = calibrate(pairs)
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    again = calibrate(shuffled)
    assert (found is None) == (again is None)
    if found is not None and again is not None:
        assert found.value_at_100 == again.value_at_100
        worth = [each.value / each.share for each in pairs if 0.02 <= each.share < 1 and each.value]
        assert min(worth) - 1 <= found.value_at_100 <= max(worth) + 1
        assert found.error_share > 0


@given(PAIRS, st.integers(0, 10))
def test_the_unit_does_not_matter(pairs: list[Pair], doublings: int) -> None:
    scaled = [Pair(each.window, each.share, each.value << doublings) for each in pairs]
    one, other = calibrate(pairs), calibrate(scaled)
    if one is None or other is None:
        assert one is other
    else:
        assert other.value_at_100 == pytest.approx(one.value_at_100 << doublings, abs=1 << 10)
        assert other.error_share == one.error_share
