"""Each level of the limit is told once in a window, also across restarts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.limits.estimate import level_of
from engine.limits.warnings import Warnings
from engine.monitor import Monitor
from engine.reports import Limit
from engine.settings import Settings
from tests.made_lines import HOUR, MINUTE, Clock, answer, moment, write

MakeSettings = Callable[..., Settings]
Open = Callable[..., AbstractContextManager[Monitor]]

_START = moment("2026-11-22T08:00")


def _limit(share: float | None) -> Limit:
    return Limit(
        source="given",
        label="your limit",
        unit="tokens",
        value=1_000,
        used=0,
        used_share=share,
        projected_share=None,
        level=level_of(share),
        reached_at=None,
    )


def _told(warnings: Warnings, *shares: float | None, window: int | None = 1) -> list[str]:
    """Return the levels that are news, as shares come one after the other."""
    return [
        warnings.warned[0].level
        for now, share in enumerate(shares)
        if warnings.note(_limit(share), window, now)
    ]


def test_each_level_is_news_once_on_the_way_up() -> None:
    shares = (0.1, 0.49, 0.5, 0.6, 0.74, 0.75, 0.8, 0.9, 0.95, 1.0, 1.2, 4.0)
    assert _told(Warnings(None), *shares) == ["half", "high", "critical", "reached"]


def test_levels_passed_over_are_told_with_the_higher_one() -> None:
    warnings = Warnings(None)
    assert _told(warnings, 0.1, 0.95) == ["critical"]
    assert _told(warnings, 0.6, 0.8, 0.5, 0.9) == []
    assert _told(warnings, 1.0, 0.6) == ["reached"]
    assert [warned.level for warned in warnings.warned_in(1)] == ["reached", "critical"]


def test_a_new_window_begins_anew_and_no_window_says_nothing() -> None:
    warnings = Warnings(None)
    assert _told(warnings, 0.6, window=1) == ["half"]
    assert _told(warnings, 0.6, window=None) == []
    assert _told(warnings, None, 0.1, window=2) == []
    assert warnings.warned_in(1) == ()
    assert _told(warnings, 0.6, 0.6, window=2) == ["half"]
    assert warnings.warned_in(None) == ()
    (warned,) = warnings.warned_in(2)
    assert (warned.level, warned.window, warned.time) == ("half", 2, 0)
    assert warned.text == "60 % of the limit of this block is used (your limit)."


def test_what_was_kept_is_known_again_and_what_is_damaged_is_forgotten() -> None:
    warnings = Warnings(None)
    _told(warnings, 0.6, 0.8)
    again = Warnings(warnings.kept())
    assert again.warned_in(1) == warnings.warned_in(1)
    assert _told(again, 0.6, 0.8, 0.9) == ["critical"]
    for damaged in ("", "{", "[]", '{"window": "x", "warned": []}'):
        assert _told(Warnings(damaged), 0.6) == ["half"]


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Open:
    """Follow with a limit of 1,000 tokens and a ledger that lasts."""

    @contextmanager
    def follow(clock: Clock, limit: str = "1000") -> Iterator[Monitor]:
        given = settings(
            roots=(tmp_path,), ledger=str(tmp_path / "ledger.db"), clock=clock, limit=limit
        )
        with Monitor(given) as monitor:
            monitor.start(lambda: None)
            _wait_until(lambda: monitor.snapshot().state == "following")
            yield monitor

    return follow


def _levels(monitor: Monitor) -> list[tuple[str, int]]:
    return [(warned.level, warned.time) for warned in monitor.snapshot().warned]


def _write(root: Path, monitor: Monitor, name: str, at: int, tokens: int) -> None:
    before = monitor.snapshot().responses
    write(root, answer(name, at, tokens))
    monitor.refresh()
    _wait_until(lambda: monitor.snapshot().responses > before)


def test_a_monitor_tells_each_level_once_a_window_across_restarts(
    tmp_path: Path, opened: Open
) -> None:
    clock = Clock(_START + HOUR)
    first = clock.now
    write(tmp_path, answer("a", _START + MINUTE, 500))
    with opened(clock) as monitor:
        assert _levels(monitor) == [("half", first)]
        clock.now += MINUTE
        assert _levels(monitor) == [("half", first)]
    clock.now += MINUTE
    with opened(clock) as monitor:
        assert _levels(monitor) == [("half", first)], "told by the run before"
        _write(tmp_path, monitor, "b", clock.now, 450)
        second = clock.now
        assert _levels(monitor) == [("critical", second), ("half", first)]
        clock.now += MINUTE
    with opened(clock) as monitor:
        assert _levels(monitor) == [("critical", second), ("half", first)]
        clock.now = _START + 5 * HOUR
        assert _levels(monitor) == [], "the window is over"
        clock.now = _START + 6 * HOUR
        _write(tmp_path, monitor, "c", clock.now, 499)
        assert _levels(monitor) == [], "under half of the new window"
        clock.now += MINUTE
        _write(tmp_path, monitor, "d", clock.now, 1)
        third = clock.now
        assert _levels(monitor) == [("half", third)], "told again in a new window"
    clock.now += MINUTE
    with opened(clock, limit="800") as monitor:
        assert _levels(monitor) == [("half", third)], "another limit, the same level"
    with opened(clock, limit="600") as monitor:
        assert _levels(monitor) == [("high", clock.now), ("half", third)]


def test_nothing_is_told_before_history_is_read(tmp_path: Path, settings: MakeSettings) -> None:
    clock = Clock(_START + HOUR)
    write(tmp_path, answer("a", _START + MINUTE, 500))
    ledger = str(tmp_path / "ledger.db")
    with Monitor(settings(roots=(tmp_path,), ledger=ledger, clock=clock)) as monitor:
        monitor.read()
    given = settings(roots=(tmp_path,), ledger=ledger, clock=clock, limit="1000")
    with Monitor(given) as monitor:
        snapshot = monitor.snapshot()
        assert (snapshot.state, snapshot.limit.level, snapshot.warned) == ("reading", "half", ())
        monitor.read()
        assert _levels(monitor) == [("half", clock.now)]
