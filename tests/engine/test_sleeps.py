"""A sleep of the machine is no time of work, and nothing old is told after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.aggregates.rates import Recents
from engine.aggregates.sleeps import Sleeps
from engine.domain.hits import FIVE_HOUR, SEVEN_DAY
from engine.domain.settings import Settings
from engine.ledger.rows import Recent
from engine.limits.readings import Reading
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, SECOND, Clock, answer, write
from tests.turns import attend


def slept(*looks: tuple[int, float]) -> Sleeps:
    """Return what is noted of looks, each by the clock and the seconds spent awake."""
    sleeps = Sleeps()
    for now, awake in looks:
        sleeps.note(now, awake)
    return sleeps


@pytest.mark.parametrize("awake", [2.0, 2.0 + 8 * 3600], ids=["stands still", "goes on"])
def test_a_sleep_is_what_the_clock_went_on_by_more_than_was_spent_awake(awake: float) -> None:
    sleeps = slept((NOW - 8 * HOUR - 4_000, 0.0), (NOW - 8 * HOUR - 2_000, 2.0), (NOW, 2.0 + awake))
    found = sleeps.asleep(0, NOW)
    assert 8 * HOUR - MINUTE <= found <= 8 * HOUR
    assert sleeps.since(NOW, 10 * MINUTE) == NOW - found - 10 * MINUTE
    assert sleeps.since(NOW - 8 * HOUR - 2_000, MINUTE) == NOW - 8 * HOUR - 2_000 - MINUTE


@pytest.mark.parametrize(
    "looks",
    [
        ((NOW, 0.0), (NOW + 40 * SECOND, 1.0)),
        ((NOW, 0.0), (NOW - DAY, 1.0)),
        ((NOW, 0.0), (NOW + 55 * SECOND, 55.0), (NOW + 110 * SECOND, 110.0)),
    ],
    ids=["short", "put back", "busy"],
)
def test_what_is_no_sleep_counts_as_idle(looks: tuple[tuple[int, float], ...]) -> None:
    assert slept(*looks).asleep(0, NOW + DAY) == 0


def test_a_sleep_is_not_in_the_burn_rate() -> None:
    sleeps = slept((NOW - 8 * HOUR, 0.0), (NOW - 2 * MINUTE, 0.0))
    recents, idle = Recents(sleeps), Recents()
    uses = (NOW - 8 * HOUR - 2 * MINUTE, NOW - MINUTE)
    for each in (recents, idle):
        each.update({n: Recent(at, 1, 1, 0, 1_000, 10, 100, 1) for n, at in enumerate(uses)})
    assert recents.burn_rate(NOW).tokens_per_minute == 2_000 / 4, "two minutes and two awake"
    assert idle.burn_rate(NOW).tokens_per_minute == 1_000 / 10
    assert recents.session_rates(NOW)[1].tokens_per_minute == 2_000 / 5


def test_after_a_sleep_all_is_judged_once_without_old_warnings(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    clock, awake = Clock(NOW), 0.0
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        sleeps = monitor._state.sleeps
        sleeps.note(clock.now, awake)
        for minute in range(6):
            clock.now += MINUTE
            awake += 60
            write(tmp_path, answer(str(minute), clock.now, 1_000))
            said = [
                Reading(FIVE_HOUR, (80 + minute) / 100, NOW + 2 * HOUR, clock.now),
                Reading(SEVEN_DAY, (88 + minute) / 100, NOW + 3 * DAY, clock.now),
            ]
            monitor.limits.note_readings(said)
            attend(monitor)
            assert not sleeps.note(clock.now, awake)
        clock.now += 9 * HOUR
        awake += 1
        assert sleeps.note(clock.now, awake)
        assert attend(monitor) == (), "the five hours ended hours ago, and the week was told"
        (week,) = (each for each in monitor.snapshot().windows if each.window == SEVEN_DAY)
        assert (week.used_share, week.forecast.reaches_at) == (0.93, None), "last known"
        clock.now += MINUTE
        awake += 60
        write(tmp_path, answer("awake", clock.now, 500))
        monitor.limits.note_readings([Reading(FIVE_HOUR, 0.01, clock.now + 5 * HOUR, clock.now)])
        assert attend(monitor) == ()
        assert monitor.snapshot().burn_rate.tokens_per_minute > 0
