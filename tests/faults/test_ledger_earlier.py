"""A ledger of an earlier version: nothing of it is lost, and a kill on the way harms nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.ledger.schema import VERSION
from engine.monitor import Monitor
from engine.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
DUMP = Path(__file__).with_name("ledger_of_version_1.sql")


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A ledger as version 1 wrote it, of a root whose transcripts are gone."""
    path = tmp_path / "ledger.db"
    root = tmp_path / "root"
    root.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text("utf-8").replace("/made/up/root", str(root)))
        connection.execute("PRAGMA user_version=1")
    return path


@pytest.fixture
def opened(earlier: Path, settings: Callable[..., Settings]) -> Callable[[], Monitor]:
    return lambda: Monitor(settings(roots=(earlier.parent / "root",), ledger=str(earlier)))


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        number: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return number


def by_model(monitor: Monitor) -> dict[str, tuple[int, int, int]]:
    monitor.read()
    return {
        row.key: (row.figures.responses, row.figures.tokens.total, row.figures.cost // 10**9)
        for row in monitor.report("models").rows
    }


RIGHT = {
    "claude-opus-5": (1, 6_100, 10),
    "claude-opus-5-fast": (2, 12_400, 50),
    "claude-sonnet-5-5": (1, 6_100, 3),
    "lighthouse-coder-32b-fast": (1, 6_100, 0),
}
"""Responses, tokens, and thousandths of a dollar."""


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
from engine.ledger import migrating, opening
rename = migrating._rename_fast
def rename_and_die(connection, scope):
    rename(connection, scope)
    os._exit(9)
migrating._rename_fast = rename_and_die
opening.open_ledger(sys.argv[1])
"""
