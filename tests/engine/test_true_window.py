"""The live pane's window is the true one where an official source or the user says when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.domain.hits import FIVE_HOUR
from engine.domain.settings import Settings
from engine.domain.typed.clocks import parse_clock
from engine.limits.readings import Reading
from engine.monitor import Monitor, SettingsError
from tests.made_lines import HOUR, MINUTE, PICO_PER_INPUT, SECOND, Clock, answer, moment, write
from tests.turns import attend

MakeSettings = Callable[..., Settings]
Open = Callable[..., Monitor]

RESET = moment("2026-11-22T14:41")
START = RESET - 5 * HOUR
NOW = moment("2026-11-22T12:00")


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Iterator[Open]:
    monitors: list[Monitor] = []

    def make(clock: Clock, **given: object) -> Monitor:
        plain = {"roots": (tmp_path,), "clock": clock, "ledger": str(tmp_path / "ledger.db")}
        monitors.append(Monitor(settings(**{**plain, **given})))
        monitors[-1].read()
        return monitors[-1]

    yield make
    for monitor in monitors:
        monitor.close()


def official(percent: float, at: int = NOW, end: int = RESET) -> Reading:
    return Reading(FIVE_HOUR, percent / 100, end, at)


def transcript(root: Path) -> None:
    """Write a response before, exactly at, and after each edge that may be counted wrongly."""
    write(
        root,
        answer("before", START - 1, 1),
        answer("at", START, 10),
        answer("after", START + 1, 100),
        answer("quarter", moment("2026-11-22T09:45"), 1_000, session="s2"),
        answer("later", moment("2026-11-22T11:59"), 10_000, session="s2"),
    )


def test_the_window_is_exact_to_the_response(tmp_path: Path, opened: Open) -> None:
    transcript(tmp_path)
    clock = Clock(NOW)
    monitor = opened(clock)
    block = monitor.snapshot().block
    assert block is not None
    assert (block.anchor, block.start, block.figures.tokens.total) == (
        "estimated",
        moment("2026-11-22T09:00"),
        11_111,
    )
    monitor.limits.note_readings([official(40)])
    attend(monitor)
    snapshot = monitor.snapshot()
    block = snapshot.block
    assert block is not None
    assert (block.anchor, block.start, block.end) == ("official", START, RESET)
    assert block.figures.tokens.total == 11_110
    assert block.figures.cost == 11_110 * PICO_PER_INPUT
    assert snapshot.trace is not None
    assert snapshot.trace.running_tokens[-1] == 11_110
    assert (snapshot.trace.start, snapshot.trace.tokens[0]) == (START, 110)
    assert {each.session: each.figures.tokens.total for each in snapshot.sessions} == {
        "s1": 110,
        "s2": 11_000,
    }
    assert [rate.window // MINUTE for rate in snapshot.rates] == [1, 5, 15, 60]
    (window,) = snapshot.windows
    assert (window.source, window.used_share, window.start) == ("statusline", 0.4, START)


def test_it_moves_at_once_with_a_later_reset_and_goes_when_it_is_over(
    tmp_path: Path, opened: Open
) -> None:
    transcript(tmp_path)
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.note_readings([official(40)])
    attend(monitor)
    monitor.limits.note_readings([official(5, NOW + 1, RESET + HOUR)])
    attend(monitor)
    block = monitor.snapshot().block
    assert block is not None
    assert (block.start, block.figures.tokens.total) == (START + HOUR, 10_000)
    clock.now = RESET + HOUR - 1
    block = monitor.snapshot().block
    assert block is not None
    assert block.anchor == "official"
    clock.now += 1
    attend(monitor)
    snapshot = monitor.snapshot()
    assert snapshot.block is None or snapshot.block.anchor == "estimated"
    assert snapshot.windows[0].source == "none"


def test_a_growing_response_and_new_ones_are_counted_in_the_true_window(
    tmp_path: Path, opened: Open
) -> None:
    transcript(tmp_path)
    monitor = opened(Clock(NOW))
    monitor.limits.note_readings([official(40)])
    attend(monitor)
    write(tmp_path, answer("after", START + 1, 200), answer("new", NOW, 20_000))
    attend(monitor)
    block = monitor.snapshot().block
    assert block is not None
    assert block.figures.tokens.total == 31_210


def test_the_user_pins_a_reset_until_it_is_over_or_somebody_official_says_so(
    tmp_path: Path, opened: Open
) -> None:
    transcript(tmp_path)
    clock = Clock(NOW)
    monitor = opened(clock)
    monitor.limits.pin_reset(RESET)
    block = monitor.snapshot().block
    assert block is not None
    assert (block.anchor, block.start, block.figures.tokens.total) == ("pinned", START, 11_110)
    again = opened(clock).snapshot().block
    assert again == block, "kept across runs"
    monitor.limits.note_readings([official(40, end=RESET + MINUTE)])
    attend(monitor)
    block = monitor.snapshot().block
    assert block is not None
    assert (block.anchor, block.end) == ("official", RESET + MINUTE)
    clock.now = RESET + MINUTE
    attend(monitor)
    block = monitor.snapshot().block
    assert block is None or block.anchor == "estimated"


def test_a_pin_is_taken_back_and_a_wrong_one_refused(tmp_path: Path, opened: Open) -> None:
    transcript(tmp_path)
    monitor = opened(Clock(NOW))
    monitor.limits.pin_reset(RESET)
    monitor.limits.pin_reset(None)
    block = monitor.snapshot().block
    assert block is not None
    assert block.anchor == "estimated"
    for wrong in (NOW, NOW - 1, NOW + 5 * HOUR + SECOND):
        with pytest.raises(SettingsError, match="five hours"):
            monitor.limits.pin_reset(wrong)


def test_a_reset_is_given_as_a_clock_time_of_the_zone(tmp_path: Path, opened: Open) -> None:
    transcript(tmp_path)
    block = opened(Clock(NOW), reset_at=parse_clock("15:41"), zone="Europe/Berlin").snapshot().block
    assert block is not None
    assert (block.anchor, block.end) == ("pinned", RESET)
    far = opened(Clock(NOW), reset_at=parse_clock("11:59")).snapshot().block
    assert far is not None
    assert far.anchor == "estimated", "that is tomorrow's"
    with pytest.raises(SettingsError, match="14:30"):
        parse_clock("25:00")


def test_a_window_used_elsewhere_is_shown_though_nothing_was_used_here(
    tmp_path: Path, opened: Open
) -> None:
    monitor = opened(Clock(NOW))
    monitor.limits.note_readings([official(40)])
    attend(monitor)
    snapshot = monitor.snapshot()
    assert snapshot.block is not None
    assert (snapshot.block.end, snapshot.block.figures.responses) == (RESET, 0)
    assert snapshot.windows[0].used_share == 0.4


def test_after_a_reset_the_next_window_begins_with_the_next_response(
    tmp_path: Path, opened: Open
) -> None:
    transcript(tmp_path)
    clock = Clock(NOW)
    monitor = opened(clock)
    write(tmp_path, answer("last", RESET - MINUTE, 5))
    monitor.limits.note_readings([official(90)])
    clock.now = RESET + MINUTE
    attend(monitor)
    snapshot = monitor.snapshot()
    assert (snapshot.block, snapshot.sessions) == (None, ()), "the block rule's would be at 14:00"
    for at, start in ((RESET + 3 * MINUTE, RESET), (RESET + 70 * MINUTE, RESET)):
        clock.now = at
        write(tmp_path, answer(str(at), at, 7))
        attend(monitor)
        block = monitor.snapshot().block
        assert block is not None
        assert (block.anchor, block.start, block.end) == ("estimated", start, start + 5 * HOUR)
    assert block.figures.tokens.total == 14
    clock.now = RESET + 5 * HOUR
    assert monitor.snapshot().block != block
