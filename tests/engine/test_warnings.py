"""Each level of the 5-hour window is told once in it, also across restarts and processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.made_lines import HOUR, MINUTE, Clock, answer, moment, write
from tests.patience import PATIENCE
from tests.turns import attend

MakeSettings = Callable[..., Settings]
Open = Callable[..., AbstractContextManager[Monitor]]

_START = moment("2026-11-22T08:00")


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Open:
    """Open monitors with a limit of 1,000 tokens and a ledger that lasts."""

    @contextmanager
    def follow(clock: Clock, limit: str = "1000") -> Iterator[Monitor]:
        given = settings(
            roots=(tmp_path,),
            ledger=str(tmp_path / "ledger.db"),
            clock=clock,
            limit=parse_limit(limit),
        )
        with Monitor(given) as monitor:
            yield monitor

    return follow


def _levels(monitor: Monitor) -> list[tuple[str, int]]:
    return [(warned.level, warned.time) for warned in monitor.snapshot().warned]


def _told(monitor: Monitor) -> list[str]:
    return [f"{event.kind} {event.level}" for event in attend(monitor)]


def test_a_monitor_tells_each_level_once_a_window_across_restarts(
    tmp_path: Path, opened: Open
) -> None:
    clock = Clock(_START + HOUR)
    first = clock.now
    write(tmp_path, answer("a", _START + MINUTE, 500))
    with opened(clock) as monitor:
        assert _told(monitor) == ["level half"]
        assert _levels(monitor) == [("half", first)]
        clock.now += MINUTE
        assert _told(monitor) == []
    clock.now += MINUTE
    with opened(clock) as monitor:
        assert _told(monitor) == []
        assert _levels(monitor) == [("half", first)], "told by the run before"
        write(tmp_path, answer("b", clock.now, 450))
        second = clock.now
        assert _told(monitor) == ["level critical"]
        assert _levels(monitor) == [("critical", second), ("half", first)]
    with opened(clock) as monitor:
        clock.now = _START + 5 * HOUR
        assert _told(monitor) == ["reset fine"], "what was nearly used up begins anew"
        assert _levels(monitor) == [], "the window is over"
        clock.now = _START + 6 * HOUR
        write(tmp_path, answer("c", clock.now, 499))
        assert _told(monitor) == [], "under half of the new window"
        write(tmp_path, answer("d", clock.now, 1))
        third = clock.now
        assert _told(monitor) == ["level half"]
        assert _levels(monitor) == [("half", third)], "told again in a new window"
    with opened(clock, limit="800") as monitor:
        assert _told(monitor) == [], "another limit, the same level"
    with opened(clock, limit="600") as monitor:
        assert _told(monitor) == ["level high"]
        assert _levels(monitor) == [("high", clock.now), ("half", third)]


def test_of_two_processes_one_tells_and_both_show(tmp_path: Path, opened: Open) -> None:
    clock = Clock(_START + HOUR)
    with opened(clock) as one, opened(clock) as other:
        assert (_told(one), _told(other)) == ([], [])
        write(tmp_path, answer("a", _START + MINUTE, 800))
        assert (_told(one), _told(other)) == (["level high"], [])
        clock.now += MINUTE
        write(tmp_path, answer("b", clock.now, 150))
        assert (_told(other), _told(one)) == (["level critical"], [])
        assert [event.level for event in one.snapshot().events] == ["critical", "high"]
        assert one.snapshot().events == other.snapshot().events
        assert one.snapshot().warned == other.snapshot().warned


def test_the_thread_that_follows_tells_by_itself(tmp_path: Path, opened: Open) -> None:
    with opened(Clock(_START + HOUR)) as monitor:
        monitor.start(lambda: None)
        write(tmp_path, answer("a", _START + MINUTE, 760))
        monitor.refresh()
        end = time.monotonic() + PATIENCE
        while not monitor.snapshot().warned:
            assert time.monotonic() < end
            time.sleep(0.005)
        assert [event.title for event in monitor.limits.take_events()] == ["5 hours: 76% used"]
        assert monitor.limits.take_events() == ()


def test_who_only_looks_tells_nothing(tmp_path: Path, opened: Open) -> None:
    clock = Clock(_START + HOUR)
    write(tmp_path, answer("a", _START + MINUTE, 500))
    with opened(clock) as monitor:
        monitor.read()
        snapshot = monitor.snapshot()
        assert (snapshot.limit.level, snapshot.windows[0].level) == ("half", "half")
        assert (snapshot.events, snapshot.warned, monitor.limits.take_events()) == ((), (), ())
        assert _told(monitor) == ["level half"], "nobody has told it"
