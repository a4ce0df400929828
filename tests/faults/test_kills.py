"""A process killed at any moment leaves a ledger from which the next one goes on exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import Victim
from tests.faults.kills_of_prices import PriceVictim
from tests.faults.kills_of_versions import VersionVictim
from tests.stub_server import hide_proxies


def test_killed_in_its_first_load_a_reader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    victim = Victim(tmp_path, seed=21, responses=1_200)
    victim.kill_in_first_load(2)
    victim.assert_whole()
    victim.kill_in_first_load(4, "--workers")
    victim.assert_whole()


def test_killed_while_following_a_reader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    victim = Victim(tmp_path, seed=22, responses=300)
    victim.kill_in_first_load(1)
    for times in (3, 4):
        for _ in range(times):
            victim.kill_while_following()
        victim.assert_whole()


@pytest.mark.skipif(
    not list(Path("/proc/self/task").glob("*/children")), reason="no list of processes started"
)
def test_a_process_that_reads_for_another_may_be_killed(tmp_path: Path) -> None:
    victim = Victim(tmp_path, seed=23, responses=900)
    victim.kill_a_worker()
    assert victim.kills
    victim.assert_whole()


def test_killed_while_prices_change_a_process_leaves_whole_ones_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_proxies(monkeypatch)
    victim = PriceVictim(tmp_path, seed=24)
    for _ in range(2):
        victim.kill_and_check(2)


def test_killed_while_a_ledger_is_brought_up_to_date_nothing_of_it_is_lost(tmp_path: Path) -> None:
    victim = VersionVictim(tmp_path, seed=25)
    for _ in range(4):
        victim.kill_and_check(1)
