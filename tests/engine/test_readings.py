"""Official percentages: what is believed of them, and which of them holds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.limits.marks import marks_of
from engine.limits.readings import Reading, readings_of_hook
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE

RESET = NOW + 2 * HOUR


def five_hour(**said: Any) -> tuple[Reading, ...]:
    window = {"used_percentage": 42, "resets_at": RESET // 1_000, **said}
    return readings_of_hook({"five_hour": window}, NOW, "s1")


def test_a_reading_is_a_share_with_its_window_reset_and_session() -> None:
    assert five_hour(used_percentage=42.5) == (
        Reading("five_hour", 0.425, RESET, NOW, "statusline", "", "s1"),
    )


@pytest.mark.parametrize(
    "percent", [None, True, "42", -1, 102, RESET // 1_000, math.nan, math.inf, [42], 10**400]
)
def test_what_is_no_percentage_is_refused(percent: object) -> None:
    assert five_hour(used_percentage=percent) == ()


@pytest.mark.parametrize(
    ("percent", "share"), [(0, 0.0), (1, 0.01), (0.4, 0.004), (100, 1.0), (101, 1.0)]
)
def test_percentages_are_of_a_hundred_and_a_little_more_is_all(
    percent: float, share: float
) -> None:
    assert five_hour(used_percentage=percent)[0].used_share == pytest.approx(share)


def test_a_spend_limit_may_be_passed() -> None:
    said = {"spend_limit": {"used_percentage": 131, "resets_at": (NOW + 20 * DAY) // 1_000}}
    (reading,) = readings_of_hook(said, NOW)
    assert (reading.window, reading.used_share) == ("spend_limit", 1.31)


@pytest.mark.parametrize(
    "resets_at",
    [
        RESET // 1_000,
        RESET / 1_000 + 0.25,
        RESET,
        "2026-11-22T15:00:00Z",
        "2026-11-22T15:00:00.480123+00:00",
        "2026-11-22T16:00:00+01:00",
        RESET // 1_000 - 1,
        RESET // 1_000 + 29,
    ],
)
def test_a_reset_is_read_in_every_form_to_the_minute(resets_at: object) -> None:
    assert five_hour(resets_at=resets_at)[0].resets_at == RESET


@pytest.mark.parametrize("resets_at", [None, "soon", True, -5, 0, math.nan, [], 10**30, ""])
def test_what_is_no_time_is_no_reset(resets_at: object) -> None:
    assert five_hour(resets_at=resets_at)[0].resets_at is None


@pytest.mark.parametrize("resets_at", [NOW, NOW - MINUTE, NOW - DAY])
def test_a_window_that_is_over_is_dropped(resets_at: int) -> None:
    assert five_hour(resets_at=resets_at // 1_000) == ()


def test_a_window_cannot_end_long_after_it_lasts() -> None:
    assert five_hour(resets_at=(NOW + 3 * DAY) // 1_000) == ()
    week = {"seven_day": {"used_percentage": 5, "resets_at": (NOW + 6 * DAY) // 1_000}}
    assert len(readings_of_hook(week, NOW)) == 1


def test_every_window_may_be_there_alone_and_unknown_ones_keep_their_name() -> None:
    said = {
        "five_hour": None,
        "seven_day": {"used_percentage": 18, "resets_at": None},
        "monthly\x1b[31m": {"used_percentage": 3},
        "model_scoped": [
            {"display_name": "Fable", "utilization": 7, "resets_at": "2026-11-25T10:00:00Z"},
            {"display_name": None, "utilization": 7},
            "nothing",
        ],
        "status": "allowed",
    }
    shares = {each.window: each.used_share for each in readings_of_hook(said, NOW)}
    assert shares == {"seven_day": 0.18, "monthly[31m": 0.03, "seven_day:Fable": 0.07}


_KEYS = st.text(max_size=4) | st.sampled_from(
    (
        "five_hour",
        "seven_day",
        "spend_limit",
        "model_scoped",
        "display_name",
        "used_percentage",
        "utilization",
        "resets_at",
    )
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_gives_only_readings_that_make_sense(rate_limits: object) -> None:
    for reading in readings_of_hook(rate_limits, NOW):
        assert reading.window.isprintable()
        assert reading.window
        assert 0 <= reading.used_share <= (1_000 if reading.window == "spend_limit" else 1)
        assert reading.resets_at is None or reading.resets_at > NOW
        assert (reading.resets_at or 0) % MINUTE == 0


def reading(share: float, resets_at: int | None, captured_at: int = NOW) -> Reading:
    return Reading("five_hour", share, resets_at, captured_at)


def best(readings: list[Reading], now: int) -> dict[str, tuple[float, int | None]]:
    """Return share and reset of what holds of nobody's windows."""
    return {
        window: (mark.share, mark.resets_at)
        for (_, window), mark in marks_of(readings).items()
        if mark.holds(now)
    }


def test_small_falls_are_answers_that_overtook_each_other() -> None:
    told = [reading(0.5, RESET, NOW - HOUR), reading(0.46, RESET, NOW)]
    assert best(told, NOW) == {"five_hour": (0.5, RESET)}


def test_a_fall_of_five_points_is_an_early_reset() -> None:
    told = [reading(0.5, RESET, NOW - HOUR), reading(0.45, RESET + MINUTE, NOW)]
    (mark,) = marks_of(told).values()
    assert (mark.share, mark.resets_at, mark.steps) == (0.45, RESET, ((NOW, 0.45),))
    assert mark.early is not None
    assert (mark.early.before, mark.early.share) == (0.5, 0.45)


def test_a_fall_of_no_known_age_lowers_nothing() -> None:
    told = [reading(0.5, RESET, NOW - HOUR), replace(reading(0.2, RESET, NOW), is_ageless=True)]
    assert best(told, NOW) == {"five_hour": (0.5, RESET)}


def test_another_reset_holds_also_where_it_is_the_earlier_moment() -> None:
    told = [reading(0.97, RESET, NOW - MINUTE), reading(0.03, RESET - 90 * MINUTE, NOW)]
    assert best(told, NOW) == {"five_hour": (0.03, RESET - 90 * MINUTE)}


def test_a_window_that_has_ended_has_no_reading() -> None:
    assert best([reading(0.9, RESET)], RESET) == {}
    assert set(best([reading(0.9, RESET)], RESET - 1)) == {"five_hour"}


def test_without_a_reset_a_reading_holds_as_long_as_its_window_and_yields_to_one_with() -> None:
    open_end = reading(0.9, None)
    assert best([open_end], NOW + 5 * HOUR - 1) == {"five_hour": (0.9, None)}
    assert best([open_end], NOW + 5 * HOUR) == {}
    known = reading(0.1, RESET, NOW - HOUR)
    assert best([open_end, known], NOW) == best([known, open_end], NOW)
    assert best([open_end, known], NOW) == {"five_hour": (0.1, RESET)}


_READINGS = st.lists(
    st.builds(
        Reading,
        st.sampled_from(("five_hour", "seven_day")),
        st.sampled_from((0.1, 0.4, 0.9)),
        st.sampled_from((None, NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR)),
        st.integers(NOW - 1_000, NOW),
    ),
    max_size=8,
    unique_by=lambda reading: reading.captured_at,
)


@given(_READINGS, st.randoms(use_true_random=False))
def test_the_order_of_readings_makes_no_difference(told: list[Reading], chance: Any) -> None:
    mixed = list(told)
    chance.shuffle(mixed)
    assert marks_of(mixed) == marks_of(told)


@pytest.mark.parametrize(
    "moment",
    [(NOW + HOUR) // 1_000, NOW + HOUR, str((NOW + HOUR) // 1_000), str(NOW + HOUR)],
)
def test_a_reset_is_understood_in_seconds_and_milliseconds_as_text_too(moment: object) -> None:
    (reading,) = readings_of_hook(
        {"seven_day_opus": {"used_percentage": 60, "resets_at": moment}}, NOW
    )
    assert (reading.window, reading.resets_at) == ("seven_day:Opus", NOW + HOUR)
