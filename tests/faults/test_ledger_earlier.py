"""A ledger of an earlier version: nothing of it is lost, and a kill on the way harms nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.ledger.schema import VERSION
from engine.monitor import Monitor
from tests.faults.earlier import RIGHT, by_model, version_of, write_earlier

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A ledger as version 1 wrote it, of a root whose transcripts are gone."""
    path = tmp_path / "ledger.db"
    root = tmp_path / "root"
    root.mkdir()
    write_earlier(path, [root])
    return path


@pytest.fixture
def opened(earlier: Path, settings: Callable[..., Settings]) -> Callable[[], Monitor]:
    return lambda: Monitor(settings(roots=(earlier.parent / "root",), ledger=str(earlier)))


def test_history_of_version_1_goes_on_with_fast_responses_apart(
    earlier: Path, opened: Callable[[], Monitor]
) -> None:
    with opened() as monitor:
        assert by_model(monitor) == RIGHT
        days = monitor.report("daily")
        assert [row.figures.responses for row in days.rows] == [2, 3]
        assert days.totals.figures.unpriced == ("lighthouse-coder-32b-fast",)
        assert monitor.health().notices == ()
    assert version_of(earlier) == VERSION
    with opened() as again:
        assert by_model(again) == RIGHT


def test_a_kill_while_the_ledger_is_brought_up_to_date_loses_nothing(
    earlier: Path, opened: Callable[[], Monitor]
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(earlier)], cwd=PROJECT, capture_output=True, text=True
    )
    assert killed.returncode == 9, killed.stderr
    assert version_of(earlier) == 1
    with opened() as monitor:
        assert by_model(monitor) == RIGHT


_KILLED = """
import os, sys
from engine.ledger import ledger_file, migrations
rename = migrations._rename_fast
def rename_and_die(connection, scope):
    rename(connection, scope)
    os._exit(9)
migrations._rename_fast = rename_and_die
ledger_file.open_ledger(sys.argv[1])
"""
