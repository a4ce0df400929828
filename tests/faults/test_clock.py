"""A clock that jumps: figures stay what they are, and what depends on now stays sensible."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from engine.domain.settings import Settings
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.written import MINUTE, append, response, responses, transcript
from tests.patience import wait_until
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]

DAY = 24 * 60 * MINUTE
YEAR_2100 = 4_102_444_800_000


class _Clock:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def test_snapshots_and_reports_hold_wherever_the_clock_jumps(
    tmp_path: Path, settings: MakeSettings
) -> None:
    transcript(tmp_path, "-a/s1.jsonl", responses(range(20)))
    right = read(tmp_path)
    clock, dice = _Clock(), random.Random(4)
    jumps = [0, 1, NOW - 400 * DAY, NOW - DAY, NOW - 90 * MINUTE, NOW + 5 * DAY, YEAR_2100]
    jumps += [NOW + dice.randint(-6 * 60 * MINUTE, 6 * 60 * MINUTE) for _ in range(60)]
    with Monitor(settings(roots=(tmp_path,), clock=clock, limit=parse_limit("500"))) as monitor:
        monitor.read()
        at_first = monitor.snapshot()
        assert at_first.block is not None
        for jump in jumps:
            clock.now = jump
            snapshot = monitor.snapshot()
            assert snapshot.responses == 20
            if snapshot.block is not None:
                assert 0 <= snapshot.block.elapsed_share <= 1
                assert 0 <= snapshot.block.remaining <= 300 * MINUTE
                assert snapshot.block.figures == at_first.block.figures
            assert snapshot.burn_rate.tokens_per_minute >= 0
            assert snapshot.projection is None or snapshot.projection.remaining >= 0
            assert_agreement(monitor, right)
        clock.now = NOW
        again = monitor.snapshot()
        assert (again.block, again.burn_rate, again.today) == (
            at_first.block,
            at_first.burn_rate,
            at_first.today,
        )


def test_following_goes_on_when_the_clock_jumps_back_and_forth(
    tmp_path: Path, settings: MakeSettings
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(20)))
    clock = _Clock()
    given = settings(roots=(tmp_path,), clock=clock, is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        for number, jump in enumerate((NOW - 3 * DAY, NOW + 9 * DAY, NOW)):
            clock.now = jump
            append(path, response(100 + number, at=jump))
            wait_until(lambda count=21 + number: monitor.snapshot().responses == count)
        assert_agreement(monitor, read(tmp_path))


def test_a_ledger_opened_with_the_clock_far_off_shows_all_of_history(
    tmp_path: Path, settings: MakeSettings
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(20)))
    for day in range(0, 400, 20):
        append(path, response(1_000 + day, at=NOW - day * DAY))
    ledger = str(tmp_path / "ledger.db")
    with Monitor(settings(roots=(tmp_path,), ledger=ledger)) as monitor:
        monitor.read()
    for now in (0, NOW - 200 * DAY, NOW + 900 * DAY, YEAR_2100):
        append(path, response(now // DAY, at=NOW - 300 * DAY + now // DAY))
        with Monitor(settings(roots=(tmp_path,), ledger=ledger, clock=lambda n=now: n)) as monitor:
            monitor.read()
            assert_agreement(monitor, read(tmp_path))
