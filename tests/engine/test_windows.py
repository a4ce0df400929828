"""Every window has one basis; what is over is gone; nothing falls within a window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.limit_windows import Budget, WindowNow
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.limits.readings import HookSaid, Reading
from engine.monitor import Monitor
from tests.made_lines import DAY, HOUR, MINUTE, Clock, answer, moment, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]
Open = Callable[..., Monitor]

NOW = moment("2026-11-22T12:00")
RESET = moment("2026-11-22T14:40")
WEEK = moment("2026-11-26T09:00")


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Iterator[Open]:
    monitors: list[Monitor] = []

    def make(clock: Clock | None = None, **given: object) -> Monitor:
        plain = {"roots": (tmp_path,), "clock": clock or Clock(NOW)}
        monitors.append(Monitor(settings(**{**plain, **given})))
        monitors[-1].read()
        return monitors[-1]

    yield make
    for monitor in monitors:
        monitor.close()


def five_hours(percent: float, at: int = NOW, end: int | None = RESET, **more: Any) -> Reading:
    return Reading(FIVE_HOUR, percent / 100, end, at, **more)


def window_of(monitor: Monitor, name: str = FIVE_HOUR) -> WindowNow | None:
    attend(monitor)
    windows = monitor.snapshot().windows
    assert windows == monitor.limits.now().windows
    return next((window for window in windows if window.window == name), None)


def refusal(name: str, at: int, kind: str, resets_at: int) -> bytes:
    record = json.loads(answer(name, at, 0))
    record["message"] |= {"model": "<synthetic>", "content": [{"type": "text", "text": "limit"}]}
    quota = {"status": "rejected", "resetsAt": resets_at // 1_000, "rateLimitType": kind}
    record |= {"uuid": name, "isApiErrorMessage": True, "error": "rate_limit"}
    return json.dumps({**record, "apiErrorStatus": 429, "quotaLimits": quota}).encode() + b"\n"


def test_a_share_never_falls_within_a_window_and_begins_anew_in_the_next(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    shares = []
    for percent in (10, 30, 26, 31):
        clock.now += MINUTE
        monitor.limits.note_readings([five_hours(percent, clock.now)])
        window = window_of(monitor)
        assert window is not None
        shares.append(window.used_share)
    assert shares == [0.1, 0.3, 0.3, 0.31]
    clock.now = RESET + MINUTE
    monitor.limits.note_readings([five_hours(2, clock.now, RESET + 5 * HOUR)])
    window = window_of(monitor)
    assert window is not None
    assert (window.used_share, window.start) == (0.02, RESET)


def test_windows_stand_in_order_and_unknown_ones_bear_their_own_names(opened: Open) -> None:
    monitor = opened(budgets=(Budget("month", "cost", PICO), Budget("day", "tokens", 5)))
    names = ["moonlit_window", SPEND_LIMIT, "seven_day:Fable", SEVEN_DAY, FIVE_HOUR]
    monitor.limits.note_readings([Reading(name, 0.5, RESET, NOW) for name in names])
    attend(monitor)
    assert [(window.window, window.label) for window in monitor.snapshot().windows] == [
        (FIVE_HOUR, "5 hours"),
        (SEVEN_DAY, "Week"),
        ("seven_day:Fable", "Week · Fable"),
        (SPEND_LIMIT, "Credits"),
        ("moonlit_window", "moonlit_window"),
        ("budget:day", "Budget · day"),
        ("budget:month", "Budget · month"),
    ]


def test_an_old_figure_is_a_floor_with_its_age(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([Reading(SEVEN_DAY, 0.42, WEEK, NOW, "claude.json")])
    clock.now = NOW + HOUR
    window = window_of(monitor, SEVEN_DAY)
    assert window is not None
    assert (window.is_floor, window.age, window.basis) == (False, HOUR, "official · .claude.json")
    clock.now += MINUTE
    window = window_of(monitor, SEVEN_DAY)
    assert window is not None
    assert (window.is_floor, window.age) == (True, HOUR + MINUTE)


def test_without_an_official_figure_the_estimate_says_what_it_is(
    tmp_path: Path, opened: Open
) -> None:
    write(tmp_path, *(answer(f"d{day}", NOW - day * DAY, 1_000 * day) for day in range(1, 8)))
    write(tmp_path, answer("now", NOW - MINUTE, 1_000))
    for limit, source, share in (
        (None, "p90", 1_000 / 6_400),
        ("median", "median", 1_000 / 4_000),
        ("max", "max", 1_000 / 7_000),
        ("2k", "given", 0.5),
    ):
        monitor = opened(limit=parse_limit(limit))
        window = window_of(monitor)
        assert window is not None
        assert (window.source, window.used_share) == (source, share)
        assert (window.used, window.unit, window.captured_at) == (1_000, "tokens", None)
        assert window.forecast.basis == "local"
        (burn_up,) = monitor.snapshot().burn_ups
        assert burn_up.points[-1].share == share
        assert [point.time for point in burn_up.points] == sorted(
            point.time for point in burn_up.points
        )


def test_too_little_history_is_no_limit_with_a_reason(opened: Open) -> None:
    window = window_of(opened())
    assert window is not None
    assert (window.source, window.used_share) == ("none", None)
    assert window.reason.startswith("not enough history")


def test_a_window_that_ended_is_no_lack_of_history(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([five_hours(100)])
    clock.now = RESET
    window = window_of(monitor)
    assert window is not None
    assert (window.used_share, window.hit) == (None, None)
    assert window.reason == "no window is running: the next response begins one"


def test_what_a_store_said_long_ago_is_shown_as_soon_as_it_is_read(opened: Open) -> None:
    clock, store = Clock(NOW), "codex:plus@/c"
    monitor = opened(clock)
    monitor.limits.note_readings([Reading(SEVEN_DAY, 0.3, WEEK, NOW)])
    attend(monitor)
    for ago in (40, 35):
        said = Reading("five_hour:codex", 1.0, RESET, NOW - ago * MINUTE, "agent", store)
        monitor.limits.note_readings([said])
    assert window_of(monitor, "five_hour:codex") is not None


def test_who_uses_another_agent_alone_has_no_window_of_claude_code(opened: Open) -> None:
    monitor = opened()
    said = Reading("five_hour:codex", 1.0, RESET, NOW - MINUTE, "agent", "codex:plus@/c")
    monitor.limits.note_readings([said])
    assert window_of(monitor) is None
    hit = monitor.snapshot().hit
    assert hit is not None
    assert (hit.window, hit.resets_at) == ("five_hour:codex", RESET)


def test_owners_have_rows_of_their_own_and_the_one_who_answered_last_stands_above(
    opened: Open,
) -> None:
    clock = Clock(NOW)
    monitor = opened(clock, accounts={"one": "Work"})
    monitor.limits.note_readings([five_hours(60, NOW - 9 * MINUTE, owner="one/")])
    monitor.limits.note_readings([five_hours(70, NOW - 8 * MINUTE)])
    window = window_of(monitor)
    assert window is not None
    assert (window.used_share, window.owner_name) == (0.7, ""), "nobody is the only one named"
    monitor.limits.note_readings([five_hours(5, NOW - 7 * MINUTE, RESET + HOUR, owner="two/")])
    attend(monitor)
    rows = [(each.owner, each.used_share, each.is_gravest) for each in monitor.snapshot().windows]
    assert rows[0] == ("two/", 0.05, True)
    assert ("one/", 0.6, False) in rows
    assert [each.owner_name for each in monitor.snapshot().windows if each.owner == "one/"] == [
        "Work"
    ]


def test_a_sample_without_a_reset_holds_only_where_nothing_better_does(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([five_hours(80, NOW, None, source="desktop")])
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.used_share, window.start) == ("desktop", 0.8, None)
    monitor.limits.note_readings([five_hours(50, NOW + 1)])
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.used_share) == ("statusline", 0.5)
    clock.now = RESET + MINUTE
    window = window_of(monitor)
    assert window is not None
    assert window.source == "none", "the sample was of the window that is over"
    monitor.limits.note_readings([five_hours(3, clock.now, None, source="desktop")])
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.used_share) == ("desktop", 0.03)


def test_a_hit_fills_its_window_until_a_response_succeeds(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([five_hours(97, NOW - MINUTE)])
    write(tmp_path, refusal("h", NOW, "five_hour", RESET))
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.used_share, window.level) == ("hit", 1.0, "reached")
    assert window.forecast.is_frozen
    hit = monitor.snapshot().hit
    assert hit is not None
    assert (hit.window, hit.since, hit.resets_at) == (FIVE_HOUR, NOW, RESET)
    clock.now += HOUR
    write(tmp_path, answer("ok", clock.now, 10))
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.used_share) == ("statusline", 0.97)
    assert monitor.snapshot().hit is None


def test_a_hit_ends_with_its_reset_and_anchors_the_window(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    write(tmp_path, refusal("h", NOW, "five_hour", RESET))
    monitor = opened(clock)
    block = monitor.snapshot().block
    assert block is not None
    assert (block.anchor, block.end) == ("official", RESET)
    clock.now = RESET - 1
    assert monitor.snapshot().hit is not None
    clock.now = RESET
    snapshot = monitor.snapshot()
    assert snapshot.hit is None
    assert snapshot.windows[0].source == "none"


def test_a_model_s_hit_is_cleared_by_that_model_alone(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW + HOUR)
    write(
        tmp_path,
        refusal("h", NOW, "seven_day_opus", WEEK),
        answer("other", NOW + MINUTE, 10, model="claude-sonnet-5-5"),
    )
    monitor = opened(clock)
    hit = monitor.snapshot().hit
    assert hit is not None
    assert hit.window.lower() == "seven_day:opus"
    write(tmp_path, answer("same", NOW + 2 * MINUTE, 10, model="claude-opus-5-5"))
    attend(monitor)
    assert monitor.snapshot().hit is None


def test_three_readings_make_an_official_forecast_and_steps_of_use(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    for minutes, percent in ((-60, 20), (-40, 30), (-20, 40), (0, 50)):
        monitor.limits.note_readings([five_hours(percent, NOW + minutes * MINUTE)])
    window = window_of(monitor)
    assert window is not None
    assert window.forecast.basis == "official"
    assert window.forecast.pace is not None
    (burn_up,) = monitor.snapshot().burn_ups
    assert burn_up.points[0].share == 0.2, "nothing is known of before"
    assert [point.share for point in burn_up.points if point.time == NOW][-1] == 0.5
    assert burn_up.basis == window.basis


def test_thresholds_may_be_those_of_one_window(opened: Open) -> None:
    monitor = opened(window_thresholds={"seven_day": (0.3,), "budget": (0.2, 0.4)})
    monitor.limits.note_readings([five_hours(40), Reading(SEVEN_DAY, 0.4, WEEK, NOW)])
    attend(monitor)
    levels = {window.window: window.level for window in monitor.snapshot().windows}
    assert levels == {FIVE_HOUR: "fine", SEVEN_DAY: "critical"}


def test_a_budget_is_of_the_calendar_in_the_zone(tmp_path: Path, opened: Open) -> None:
    write(
        tmp_path,
        answer("y", moment("2026-11-21T22:59"), 1),
        answer("t", moment("2026-11-21T23:00"), 10),
        answer("n", NOW, 100),
    )
    budgets = tuple(Budget(period, "tokens", 1_000) for period in ("day", "week", "month"))
    monitor = opened(zone="Europe/Berlin", budgets=budgets)
    attend(monitor)
    day, week, month = monitor.snapshot().windows[1:]
    assert (day.used, week.used, month.used) == (110, 111, 111)
    assert (day.start, day.resets_at) == (
        moment("2026-11-21T23:00"),
        moment("2026-11-22T23:00"),
    )
    assert week.resets_at == moment("2026-11-22T23:00")
    assert month.start == moment("2026-10-31T23:00")
    assert (day.source, day.used_share, day.forecast.basis) == ("budget", 0.11, "local")


def test_a_calibration_takes_the_estimate_s_place_unless_the_user_asked(
    tmp_path: Path, opened: Open
) -> None:
    lines, readings = [], []
    for day in (1, 2):
        start = NOW - day * DAY
        for step in range(1, 5):
            at = start + step * 15 * MINUTE + MINUTE
            lines.append(answer(f"{day}.{step}", at, 10_000))
            readings.append(five_hours(step * 10, at + 13 * MINUTE, start + 5 * HOUR))
    write(tmp_path, *lines, answer("now", NOW - MINUTE, 20_000))
    monitor = opened()
    monitor.limits.note_readings(readings)
    window = window_of(monitor)
    assert window is not None
    assert (window.source, window.unit) == ("calibrated", "cost")
    assert window.used_share == pytest.approx(0.2, rel=0.05)
    assert "estimate ±" in window.basis
    asked = opened(limit=parse_limit("p90"))
    asked.limits.note_readings(readings)
    window = window_of(asked)
    assert window is not None
    assert window.source == "none"


@pytest.mark.parametrize("ahead", [10 * MINUTE, 3 * HOUR, 400 * DAY])
def test_what_a_clock_that_was_ahead_noted_says_nothing_until_then(
    opened: Open, ahead: int
) -> None:
    clock = Clock(NOW + ahead)
    monitor = opened(clock)

    def says(percent: int, minutes: int, session: str) -> Mapping[str, Reading]:
        said = five_hours(percent, clock.now, clock.now + minutes * MINUTE, session=session)
        return monitor.limits.note_hook(HookSaid(session, (said,)), clock.now)

    for session in ("s", "other"):
        says(95, 100, session)
    attend(monitor)
    clock.now = NOW
    for percent in (10, 11):
        clock.now += MINUTE // 2
        shown = says(percent, 100, "s")
        assert shown[FIVE_HOUR].used_share == percent / 100
        window = window_of(monitor)
        assert window is not None
        assert window.used_share == percent / 100
        assert window.resets_at is not None
        assert window.resets_at < NOW + 2 * HOUR
