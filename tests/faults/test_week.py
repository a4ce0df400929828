"""A slice of a simulated week before the live screen: its memory stays flat."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
def test_the_live_screen_takes_no_more_memory_from_day_to_day() -> None:
    command = [sys.executable, "-m", "tests.bench.week", "--days", "2"]
    made_up = ["--appends", "40", "--sessions", "4", "--known", "60"]
    ended = subprocess.run([*command, *made_up], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
