"""Forecasts of a window: exact on simple courses, calm on strange ones, better than naive ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY
from engine.domain.limit_windows import Forecast
from engine.domain.times import DAY, HOUR, MINUTE
from engine.limits.forecast import (
    forecast_local,
    forecast_official,
    no_forecast,
    pace_of,
)
from engine.limits.marks import marks_of
from engine.limits.readings import Reading
from tests.bench.forecast import MOMENTS, RULES, cases_of, is_better
from tests.bench.histories import made_up_history
from tests.conftest import NOW

START = NOW - 2 * HOUR
END = START + 5 * HOUR
WINDOW = (START, END)
TWO_HOURS_OF_THREE = 1 - math.exp(-1.5)
"""The part of work lasting two hours on average that falls within the next three."""


def reading(time: int, percent: float, resets_at: int | None = END) -> Reading:
    return Reading(FIVE_HOUR, percent / 100, resets_at, time)


def steady(percent: float, step: int = 10 * MINUTE) -> list[Reading]:
    """Return readings of even use up to a percentage now."""
    return [
        reading(time, percent * (time - START) / (NOW - START))
        for time in range(START + step, NOW + 1, step)
    ]


def points(amount: int, first: int = START, last: int = NOW) -> list[tuple[int, int]]:
    """Return as much used every minute."""
    return [(time, amount) for time in range(first + MINUTE, last + 1, MINUTE)]


def official(readings: Sequence[Reading], now: int = NOW, is_hit: bool = False) -> Forecast:
    return forecast_official(steps_of(readings), WINDOW, now, is_hit=is_hit)


def steps_of(readings: Sequence[Reading]) -> Sequence[tuple[int, float]]:
    """Return the steps of what the youngest answers say."""
    return next((mark.steps for mark in marks_of(readings).values()), ())


def use_at_end(points: list[tuple[int, int]], used: int, now: int) -> float:
    """Return the use that is foreseen for the window's end: the share of a limit never reached."""
    limit = 10**12
    return forecast_local(points, used, limit, WINDOW, now).cone[-1].expected * limit


def test_steady_official_readings_go_on_for_two_hours_on_average() -> None:
    forecast = official(steady(24))
    assert (forecast.basis, forecast.basis_label) == ("official", "12 official readings")
    assert forecast.share_at_reset == pytest.approx(0.24 + 0.24 * TWO_HOURS_OF_THREE)
    assert forecast.share_high == pytest.approx(0.24 + 1.5 * 0.12 * 3)
    assert forecast.share_low == pytest.approx(0.24 + 0.12 * 0.25, rel=1e-3)


def test_a_limit_is_reached_when_its_course_says_so() -> None:
    forecast = official(steady(80))
    two_hours = 2 * HOUR
    assert forecast.reaches_at == pytest.approx(NOW - two_hours * math.log(1 - 0.2 / 0.8), abs=2)
    assert forecast.earliest == NOW + 20 * MINUTE
    assert forecast.latest is None
    assert forecast.share_at_reset is not None
    assert forecast.share_at_reset > 1


def test_a_limit_that_lasts_is_not_reached_before_the_reset() -> None:
    forecast = official(steady(10))
    assert (forecast.reaches_at, forecast.earliest, forecast.latest) == (None, None, None)
    assert forecast.share_high is not None
    assert forecast.share_high < 1


def test_one_reading_and_the_window_s_start_make_a_forecast_with_a_wide_range() -> None:
    one, two, many = (official(steady(24)[-count:]) for count in (1, 2, 12))
    assert one.basis_label == "1 official reading"
    assert one.basis == two.basis == "official"
    expected = 0.24 + 0.24 * TWO_HOURS_OF_THREE
    widths = []
    for each in (one, two, many):
        assert each.share_at_reset == pytest.approx(expected)
        assert each.share_low is not None
        assert each.share_high is not None
        widths.append(each.share_high - each.share_low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.8 * widths[2]


def test_after_an_early_reset_average_and_pace_begin_with_the_share_it_fell_to() -> None:
    begun = NOW - HOUR, 0.04
    steps = [(NOW - HOUR, 0.04), (NOW - HOUR // 2, 0.09), (NOW, 0.14)]
    forecast = forecast_official(steps, WINDOW, NOW, begun)
    alone = forecast_official(
        [(time, share - 0.04) for time, share in steps], (NOW - HOUR, END), NOW
    )
    assert forecast.share_at_reset == pytest.approx((alone.share_at_reset or 0) + 0.04)
    assert forecast.pace == pytest.approx(0.14 - 0.04 - 0.96 / 4)


def test_what_idle_sessions_repeat_takes_nothing_back() -> None:
    risen = steady(40)
    repeated = [reading(time + 1, percent) for time, percent in ((START + HOUR, 17), (NOW - 2, 36))]
    assert official(risen + repeated).share_at_reset == pytest.approx(
        official(risen).share_at_reset, rel=1e-2
    )


def test_whole_percents_are_no_pause_between_them() -> None:
    # 3% in two hours: the next whole one is due only 40 minutes after the last.
    readings = [
        reading(START + minute * MINUTE, math.floor(3 * (minute + 1) / 120))
        for minute in range(120)
    ]
    before_third = readings[:-1]
    forecast = official(before_third, NOW - MINUTE)
    assert forecast.share_at_reset == pytest.approx(0.02 + 0.02, abs=0.008)


def test_after_a_pause_the_forecast_fades() -> None:
    worked = points(100, START, NOW - HOUR)
    used = 100 * 60
    seen = [
        use_at_end(worked, used, NOW - HOUR + pause * MINUTE) for pause in (0, 4, 8, 16, 32, 60)
    ]
    assert seen == sorted(seen, reverse=True)
    assert used <= seen[-1] < 1.001 * used
    assert seen[0] > 1.8 * used


def test_a_pause_ends_with_the_next_use() -> None:
    worked = points(100, START, NOW - HOUR)
    later = [*worked, (NOW, 100)]
    assert use_at_end(later, 6_100, NOW) > use_at_end(worked, 6_000, NOW) + 500


def test_local_use_is_measured_against_the_limit() -> None:
    forecast = forecast_local(points(100), 12_000, 50_000, WINDOW, NOW)
    assert (forecast.basis, forecast.basis_label) == (
        "local",
        "last 30 min and so far, this machine",
    )
    assert forecast.share_at_reset == pytest.approx(0.24 + 0.24 * TWO_HOURS_OF_THREE, rel=0.01)
    assert forecast.cone[-1].time == END
    at_end = use_at_end(points(100), 12_000, NOW)
    assert at_end == pytest.approx(50_000 * (forecast.share_at_reset or 0))


def test_what_lies_outside_the_window_is_left_out() -> None:
    inside = points(100)
    outside = [(START - 1, 10**9), (NOW + 1, 10**9)]
    assert forecast_local(inside + outside, 12_000, 50_000, WINDOW, NOW) == forecast_local(
        inside, 12_000, 50_000, WINDOW, NOW
    )


def test_two_quick_responses_do_not_explode() -> None:
    quick = [(START, 5_000), (START + 1, 5_000)]
    assert use_at_end(quick, 10_000, START + 2) < 10_000 + 10_000 / 10 * 120


@pytest.mark.parametrize("is_early", [True, False])
def test_a_week_counts_days_and_nights_together(is_early: bool) -> None:
    start = NOW - (HOUR if is_early else 4 * DAY)
    window = (start, start + 7 * DAY)
    worked = [
        (time, 100) for time in range(start, NOW + 1, HOUR) if is_early or time // HOUR % 24 < 8
    ]
    used = 100 * len(worked)
    elapsed = DAY if is_early else 4 * DAY
    seen = forecast_local(worked, used, 10**6, window, NOW)
    idle = NOW - max(time for time, _ in worked)
    even = used * (window[1] - NOW) / elapsed * math.exp(-idle / DAY)
    assert (seen.share_at_reset or 0) * 10**6 == pytest.approx(used + even, rel=0.1)
    assert seen.basis_label == "last 2 days and so far, this machine"


def test_a_week_is_forecast_from_official_readings_too() -> None:
    start, end = NOW - 3 * DAY, NOW + 4 * DAY
    daily = [Reading(SEVEN_DAY, day / 10, end, start + day * DAY) for day in range(1, 4)]
    forecast = forecast_official(steps_of(daily), (start, end), NOW)
    assert forecast.share_at_reset == pytest.approx(0.3 + 0.4)


@pytest.mark.parametrize(("share", "is_hit"), [(1.0, False), (1.0, True), (0.97, True)])
def test_nothing_moves_once_all_is_used(share: float, is_hit: bool) -> None:
    forecast = official([*steady(90), reading(NOW, share * 100)], is_hit=is_hit)
    assert forecast.is_frozen == is_hit
    assert (forecast.reaches_at, forecast.earliest, forecast.latest) == (None, None, None)
    assert forecast.share_low == forecast.share_at_reset == forecast.share_high
    assert forecast.share_at_reset == max(share, 1.0)
    assert forecast.cone == ()


@pytest.mark.parametrize("share", [1.0, 3.87])
def test_beyond_what_is_usual_the_forecast_goes_on(share: float) -> None:
    forecast = forecast_local(points(10), round(share * 1200), 1200, WINDOW, NOW)
    assert not forecast.is_frozen
    assert forecast.reaches_at is None
    assert (forecast.share_at_reset or 0) > share
    assert forecast.cone


@pytest.mark.parametrize(
    ("percent", "word"), [(34, "under"), (35, "on"), (40, "on"), (45, "on"), (46, "over")]
)
def test_pace_is_on_within_five_points_of_even_use(percent: int, word: str) -> None:
    pace, said = pace_of(percent / 100, WINDOW, NOW)
    assert pace == pytest.approx((percent - 40) / 100)
    assert said == word
    assert official(steady(percent)).pace_word == word


def test_without_any_rate_pace_is_all_that_can_be_said() -> None:
    forecast = no_forecast(0.9, WINDOW, NOW)
    assert (forecast.basis, forecast.pace_word) == ("none", "over")
    assert forecast.share_at_reset is None
    assert no_forecast(None, WINDOW, NOW).pace is None
    assert forecast_local(points(1), 5, 0, WINDOW, NOW).basis == "none"


def test_the_cone_leads_from_now_to_the_reset() -> None:
    forecast = official(steady(24))
    first, last = forecast.cone[0], forecast.cone[-1]
    assert (first.time, last.time) == (NOW, END)
    assert first.low == first.expected == first.high == pytest.approx(0.24)
    assert (last.low, last.expected, last.high) == (
        forecast.share_low,
        forecast.share_at_reset,
        forecast.share_high,
    )
    for earlier, later in zip(forecast.cone, forecast.cone[1:], strict=False):
        assert earlier.time < later.time
        assert earlier.expected <= later.expected


TIMES = st.integers(START - HOUR, END + HOUR)
USES = st.lists(st.tuples(TIMES, st.integers(-5, 10**15)), max_size=30)
WINDOWS = st.sampled_from([WINDOW, (START, START + 7 * DAY), (START, START), (END, START)])
READINGS = st.lists(
    st.builds(
        Reading,
        st.just(FIVE_HOUR),
        st.floats(allow_nan=True, allow_infinity=True) | st.integers(0, 101).map(lambda p: p / 100),
        st.sampled_from([END, END + MINUTE, END + HOUR, None]),
        TIMES,
    ),
    max_size=30,
)


def assert_sound(forecast: Forecast, now: int, end: int) -> None:
    """Hold a forecast against what is true of every one."""
    if forecast.share_at_reset is None:
        assert forecast.basis == "none"
        return
    assert forecast.share_low is not None
    assert forecast.share_high is not None
    assert 0 <= forecast.share_low <= forecast.share_at_reset <= forecast.share_high
    never = end + 1
    times = [
        never if time is None else time
        for time in (forecast.earliest, forecast.reaches_at, forecast.latest)
    ]
    assert times == sorted(times)
    assert all(now < time <= end for time in times if time != never)
    is_under = forecast.cone and forecast.cone[0].expected < 1
    if is_under and not math.isclose(forecast.share_at_reset, 1.0):
        assert (forecast.reaches_at is not None) == (forecast.share_at_reset > 1)


@given(USES, st.integers(0, 10**15), st.integers(-1, 10**15), WINDOWS, TIMES)
def test_any_local_use_gives_a_sound_forecast(
    uses: list[tuple[int, int]],
    used: int,
    limit: int,
    window: tuple[int, int],
    now: int,
) -> None:
    assert_sound(forecast_local(uses, used, limit, window, now), now, window[1])


@given(READINGS, WINDOWS, TIMES, st.booleans())
def test_any_readings_give_a_sound_forecast(
    readings: list[Reading], window: tuple[int, int], now: int, is_hit: bool
) -> None:
    sound = [each for each in readings if 0 <= each.used_share <= 1]
    assert_sound(forecast_official(steps_of(sound), window, now, is_hit=is_hit), now, window[1])


@given(USES, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**7))
def test_who_used_more_reaches_the_limit_no_later(
    uses: list[tuple[int, int]], used: int, more: int, limit: int
) -> None:
    one = forecast_local(uses, used, limit, WINDOW, NOW)
    other = forecast_local(uses, used + more, limit, WINDOW, NOW)
    assert (other.share_at_reset or 0) >= (one.share_at_reset or 0)
    if used + more < limit:
        assert (other.reaches_at or END) <= (one.reaches_at or END)
        assert (other.earliest or END) <= (one.earliest or END)


@given(USES, st.integers(0, 10**6), st.integers(1, 10**7), st.integers(0, 20))
def test_the_unit_does_not_matter(
    uses: list[tuple[int, int]], used: int, limit: int, doublings: int
) -> None:
    scale = 2**doublings
    scaled = [(time, amount * scale) for time, amount in uses]
    assert forecast_local(scaled, used * scale, limit * scale, WINDOW, NOW) == forecast_local(
        uses, used, limit, WINDOW, NOW
    )


@given(st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_does_not_matter(chance: object) -> None:
    shuffled = steady(60)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert official(shuffled) == official(steady(60))


def test_the_forecast_is_nearer_than_the_average_so_far() -> None:
    history = made_up_history(23, is_held_out=True, days=20)
    cases = cases_of(history, history.blocks)
    assert {case.moment for case in cases} == set(MOMENTS)
    assert len(cases) > 150
    assert is_better(cases)
    within = sum(case.is_within() for case in cases) / len(cases)
    assert 0.65 < within < 0.95


def test_the_average_so_far_is_not_better_than_itself() -> None:
    history = made_up_history(24, is_held_out=True, days=4)
    cases = cases_of(history, history.blocks)
    for case in cases:
        case.foreseen[RULES[0]] = case.foreseen[RULES[1]]
    assert cases
    assert not is_better(cases)
