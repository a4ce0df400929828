"""Blocks begin on the hour, end five hours later, and one more millisecond opens the next."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.domain.times import iso_time
from engine.monitor import Monitor
from tests.made_lines import HOUR, Clock, answer, moment, write

MakeSettings = Callable[..., Settings]


def _time(clock: str) -> int:
    return moment(f"2026-11-22T{clock}")


def _line(clock: str) -> bytes:
    return answer(clock, _time(clock))


def _blocks(monitor: Monitor) -> list[tuple[str, int]]:
    """Return start and responses of each block, oldest first."""
    rows = [row for row in monitor.report("blocks").rows if not row.is_gap]
    assert all(row.end == (row.start or 0) + 5 * HOUR for row in rows)
    return [(iso_time(row.start or 0)[11:16], row.figures.responses) for row in reversed(rows)]


def _gaps(monitor: Monitor) -> list[tuple[str, str]]:
    rows = [row for row in monitor.report("blocks").rows if row.is_gap]
    return [(iso_time(row.start or 0)[11:23], iso_time(row.end or 0)[11:23]) for row in rows]


@pytest.mark.parametrize(
    ("clocks", "blocks", "gaps"),
    [
        ("08:00", [("08:00", 1)], []),
        ("08:59:59.999", [("08:00", 1)], []),
        ("08:00 13:00", [("08:00", 2)], []),
        ("08:00 13:00:00.001", [("08:00", 1), ("13:00", 1)], [("13:00:00.000", "13:00:00.001")]),
        ("08:30 12:00 13:00", [("08:00", 3)], []),
        ("08:30 12:00 13:00:00.001", [("08:00", 2), ("13:00", 1)], []),
        ("08:30 13:30", [("08:00", 1), ("13:00", 1)], []),
        (
            "08:30 13:30:00.001",
            [("08:00", 1), ("13:00", 1)],
            [("13:30:00.000", "13:30:00.001")],
        ),
        ("08:30 13:00 13:00:00.001 18:00", [("08:00", 2), ("13:00", 2)], []),
        (
            "08:30 13:00 18:00:00.001",
            [("08:00", 2), ("18:00", 1)],
            [("18:00:00.000", "18:00:00.001")],
        ),
        ("08:15 08:15:00.001 08:29:59.999 08:30 13:00", [("08:00", 5)], []),
        ("08:15 12:59:59.999 13:00 13:14:59.999 13:15", [("08:00", 3), ("13:00", 2)], []),
        (
            "00:00 05:00 05:00:00.001 10:00 10:00:00.001",
            [("00:00", 2), ("05:00", 2), ("10:00", 1)],
            [],
        ),
    ],
)
def test_exactly_five_hours_later_still_belongs_and_a_millisecond_more_does_not(
    clocks: str,
    blocks: list[tuple[str, int]],
    gaps: list[tuple[str, str]],
    tmp_path: Path,
    settings: MakeSettings,
) -> None:
    write(tmp_path, *map(_line, clocks.split()))
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert _blocks(monitor) == blocks
        assert _gaps(monitor) == gaps


def test_an_earlier_response_that_arrives_later_moves_all_blocks_after_it(
    tmp_path: Path, settings: MakeSettings
) -> None:
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        steps: list[tuple[str, list[tuple[str, int]]]] = [
            ("10:10", [("10:00", 1)]),
            ("15:00", [("10:00", 2)]),
            ("15:05", [("10:00", 2), ("15:00", 1)]),
            ("09:50", [("09:00", 2), ("15:00", 2)]),
            ("05:20", [("05:00", 2), ("10:00", 2), ("15:00", 1)]),
            ("10:00", [("05:00", 3), ("10:00", 2), ("15:00", 1)]),
        ]
        for clock, blocks in steps:
            write(tmp_path, _line(clock))
            monitor.read()
            assert _blocks(monitor) == blocks, f"after {clock}"


def test_any_order_of_arrival_gives_the_same_blocks(tmp_path: Path, settings: MakeSettings) -> None:
    clocks = ("05:20", "09:50", "10:00", "15:00:00.001")
    found = set()
    for number, order in enumerate(permutations(clocks)):
        root = tmp_path / str(number)
        with Monitor(settings(roots=(root,))) as monitor:
            for clock in order:
                write(root, _line(clock))
                monitor.read()
            found.add((*_blocks(monitor), *_gaps(monitor)))
    assert found == {(("05:00", 3), ("15:00", 1), ("15:00:00.000", "15:00:00.001"))}


def test_a_response_whose_earlier_line_appears_moves_to_the_block_of_that_time(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, _line("08:00"), answer("copied", _time("14:00")))
    with Monitor(settings(roots=(tmp_path,), clock=Clock(_time("14:10")))) as monitor:
        monitor.read()
        assert _blocks(monitor) == [("08:00", 1), ("14:00", 1)]
        write(tmp_path, answer("copied", _time("09:00")), name="-code-app/s0.jsonl")
        monitor.read()
        assert _blocks(monitor) == [("08:00", 2)]
        assert monitor.snapshot().block is None


def test_a_block_is_active_until_its_end_and_then_finished(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, _line("08:30"), _line("09:00"))
    clock = Clock(_time("09:00"))
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        monitor.read()
        for time, is_active in (
            ("09:00", True),
            ("12:59:59.999", True),
            ("13:00", False),
            ("13:30", False),
        ):
            clock.now = _time(time)
            block = monitor.snapshot().block
            assert (block is not None) is is_active, time
            (row,) = monitor.report("blocks").rows
            assert row.is_active is is_active, time
            if block is not None:
                assert (block.start, block.end) == (_time("08:00"), _time("13:00"))
                assert block.elapsed == clock.now - block.start
                assert block.remaining == block.end - clock.now
                assert block.elapsed_share == block.elapsed / (5 * HOUR)
        write(tmp_path, _line("13:30"))
        monitor.read()
        assert [row.is_active for row in monitor.report("blocks").rows] == [True, False]


def test_the_response_at_the_very_end_is_of_the_old_block_which_is_no_longer_active(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, _line("08:30"), _line("13:00"))
    clock = Clock(_time("13:00"))
    with Monitor(settings(roots=(tmp_path,), clock=clock)) as monitor:
        monitor.read()
        assert monitor.snapshot().block is None
        write(tmp_path, _line("13:00:00.001"))
        monitor.read()
        block = monitor.snapshot().block
        assert block is not None
        assert (block.start, block.figures.responses) == (_time("13:00"), 1)
