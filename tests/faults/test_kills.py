"""A reader killed at any moment leaves a ledger from which the next one reads on exactly."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kills import Victim


def test_killed_in_its_first_load_a_reader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    victim = Victim(tmp_path, seed=21, responses=1_200)
    for times in (2, 5):
        victim.kill_in_first_load(times)
        victim.assert_whole()


def test_killed_while_following_a_reader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    victim = Victim(tmp_path, seed=22, responses=300)
    victim.kill_in_first_load(1)
    for times in (3, 4):
        for _ in range(times):
            victim.kill_while_following()
        victim.assert_whole()
