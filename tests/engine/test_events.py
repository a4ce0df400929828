"""What happens to windows is told once in each, by whichever process sees it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY
from engine.domain.limit_windows import Budget, Event
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.limits.readings import Reading
from engine.monitor import Monitor
from tests.engine.test_windows import NOW, RESET, five_hours, refusal
from tests.made_lines import HOUR, MINUTE, Clock, answer, moment, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]
Open = Callable[..., Monitor]


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Iterator[Open]:
    monitors: list[Monitor] = []

    def make(clock: Clock, **given: object) -> Monitor:
        plain = {"roots": (tmp_path,), "clock": clock, "ledger": str(tmp_path / "ledger.db")}
        monitors.append(Monitor(settings(**{**plain, **given})))
        return monitors[-1]

    yield make
    for monitor in monitors:
        monitor.close()


def told(events: tuple[Event, ...]) -> list[str]:
    return [f"{event.kind} {event.window} {event.level}" for event in events]


def test_a_share_that_wavers_tells_each_level_once(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    found = []
    for percent in (40, 51, 49, 52, 76, 74, 77, 91, 100, 100):
        clock.now += MINUTE // 2
        monitor.limits.note_readings([five_hours(percent, clock.now)])
        found += [event for event in told(attend(monitor)) if event.startswith("level")]
    assert found == [f"level five_hour {name}" for name in ("half", "high", "critical")]
    events = opened(clock).limits.now().events
    assert events[0].title == "5 hours: limit hit"
    assert events[-1].text == "51% was used (official · status line)."
    assert told(attend(opened(clock))) == []


def test_what_was_told_of_an_estimate_is_told_again_officially_but_not_back(
    tmp_path: Path, opened: Open
) -> None:
    clock = Clock(NOW)
    write(tmp_path, answer("a", NOW - HOUR, 800))
    monitor = opened(clock, limit=parse_limit("1000"))
    assert told(attend(monitor)) == ["level five_hour high"]
    monitor.limits.note_readings([five_hours(30)])
    assert told(attend(monitor)) == []
    clock.now += MINUTE
    monitor.limits.note_readings([five_hours(76, clock.now)])
    assert told(attend(monitor)) == ["level five_hour high"]


def test_a_reset_is_told_of_windows_that_were_nearly_used_up(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    week = moment("2026-11-22T15:00")
    monitor.limits.note_readings([five_hours(80), Reading(SEVEN_DAY, 0.6, week, NOW)])
    assert told(attend(monitor)) == ["level five_hour high", "level seven_day half"]
    clock.now = week + MINUTE
    again = opened(clock)
    assert told(attend(again)) == ["reset five_hour fine"]
    assert told(attend(monitor)) == [], "the other process told it"
    monitor.limits.note_readings([five_hours(80, clock.now, RESET + 5 * HOUR)])
    assert told(attend(monitor)) == ["level five_hour high"], "a window of its own"


def test_a_reset_of_long_ago_is_no_news(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([five_hours(80)])
    attend(monitor)
    clock.now = RESET + 2 * HOUR
    assert told(attend(opened(clock))) == []


def test_a_hit_is_told_then_that_work_goes_on_and_extra_usage(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([five_hours(100, NOW - MINUTE)])
    (event,) = attend(monitor)
    assert (event.kind, event.text) == ("hit", "All of it was used; it opens again at 14:40.")
    write(tmp_path, refusal("h", NOW, "five_hour", RESET))
    assert told(attend(monitor)) == [], "it was told of the official 100%"
    clock.now += 10 * MINUTE
    assert told(attend(monitor)) == []
    write(tmp_path, answer("ok", clock.now, 10))
    monitor.limits.note_readings([five_hours(100, clock.now)])
    assert told(attend(monitor)) == ["cleared five_hour fine", "extra_usage five_hour reached"]
    clock.now = RESET
    assert told(attend(monitor)) == ["reset five_hour fine"]


def test_a_hit_that_ends_with_its_window_is_reset_not_cleared(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    write(tmp_path, refusal("h", NOW, "five_hour", RESET))
    monitor = opened(clock)
    assert told(attend(monitor)) == ["hit five_hour reached"]
    clock.now = RESET
    assert told(attend(monitor)) == ["reset five_hour fine"]


def test_a_forecast_is_told_once_when_it_has_held_for_two_minutes(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    readings = [five_hours(percent, NOW - (60 - percent) * MINUTE) for percent in range(5, 61, 5)]
    monitor.limits.note_readings(readings)
    assert told(attend(monitor)) == ["level five_hour half"]
    forecast = monitor.snapshot().windows[0].forecast
    assert forecast.reaches_at is not None
    clock.now += MINUTE
    monitor.limits.note_readings([five_hours(61, clock.now)])
    assert told(attend(monitor)) == []
    clock.now += MINUTE
    monitor.limits.note_readings([five_hours(62, clock.now)])
    (event,) = attend(monitor)
    assert (event.kind, event.severity) == ("forecast", "warning")
    assert "before the reset at 14:40" in event.text
    clock.now += MINUTE
    monitor.limits.note_readings([five_hours(63, clock.now)])
    assert told(attend(monitor)) == []


def test_a_budget_is_crossed_once_in_its_day(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    write(tmp_path, answer("a", NOW, 990))
    monitor = opened(clock, limit=parse_limit("$9999"), budgets=(Budget("day", "tokens", 1_000),))
    assert told(attend(monitor)) == ["level budget:day critical"]
    write(tmp_path, answer("b", NOW, 10))
    (event,) = attend(monitor)
    assert (event.kind, event.title) == ("budget", "Budget · day: crossed")
    write(tmp_path, answer("c", NOW, 10))
    assert told(attend(monitor)) == []
    clock.now = moment("2026-11-23T00:00")
    assert told(attend(monitor)) == ["reset budget:day fine"]
    write(tmp_path, answer("d", clock.now, 1_000))
    assert told(attend(monitor)) == ["budget budget:day reached"]


def test_no_money_is_needed_for_a_budget_of_money(tmp_path: Path, opened: Open) -> None:
    write(tmp_path, answer("a", NOW, 250_000))
    monitor = opened(Clock(NOW), limit=parse_limit("1b"), budgets=(Budget("month", "cost", PICO),))
    assert told(attend(monitor)) == ["budget budget:month reached"]


def test_only_the_newest_fifty_are_shown(opened: Open) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    for number in range(60):
        clock.now += 1
        monitor.limits.note_readings([Reading(f"window {number}", 0.8, RESET, clock.now)])
        assert told(attend(monitor)) == [f"level window {number} high"]
    events = monitor.snapshot().events
    assert [event.window for event in events] == [f"window {n}" for n in range(59, 9, -1)]


def test_a_re_anchored_window_is_the_same_window(tmp_path: Path, opened: Open) -> None:
    clock = Clock(NOW)
    write(tmp_path, answer("a", NOW - HOUR, 600))
    monitor = opened(clock, limit=parse_limit("1000"))
    assert told(attend(monitor)) == [f"level {FIVE_HOUR} half"]
    monitor.limits.pin_reset(NOW + 2 * HOUR)
    assert told(attend(monitor)) == []
    assert [warned.level for warned in monitor.snapshot().warned] == ["half"]


def test_a_window_is_open_again_only_where_no_other_limit_holds_its_owner_up(
    opened: Open,
) -> None:
    clock = Clock(NOW)
    monitor = opened(clock)
    week = Reading(SEVEN_DAY, 1.0, NOW + 60 * HOUR, NOW)
    monitor.limits.note_readings([five_hours(100, NOW), week])
    attend(monitor)
    clock.now = RESET
    assert [event.title for event in attend(monitor)] == ["5 hours: reset"]
    clock.now = NOW + 60 * HOUR
    assert [event.title for event in attend(monitor)] == ["Week: open again"]
