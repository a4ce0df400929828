"""Another process that keeps the ledger for itself: said soon, waited for, and made good."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.ledger import connection, ledger_file
from engine.ledger.aside import log_size
from engine.live import follower, recovery
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.written import append, responses, sentences, transcript
from tests.patience import wait_until
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]

_LOG = 150 << 10


def _held(ledger: Path, *statements: str) -> sqlite3.Connection:
    """Return another process's connection that is within a transaction."""
    other = sqlite3.connect(ledger, isolation_level=None)
    for statement in statements:
        other.execute(statement).fetchall()
    return other


def test_a_turn_that_does_not_come_is_said_within_five_seconds_and_taken_when_it_comes(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recovery.TURN + 1 < 5
    monkeypatch.setattr(follower, "TURN", 0.05)
    monkeypatch.setattr(recovery, "_PATIENCE", 10_000)
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(5)))
    with Monitor(settings(roots=(root,), ledger=str(ledger), is_polling=False)) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        with closing(_held(ledger, "BEGIN IMMEDIATE")) as other:
            append(path, responses(range(5, 9)))
            wait_until(lambda: "locked" in sentences(monitor.snapshot()))
            assert monitor.snapshot().responses == 5
            other.execute("ROLLBACK")
        wait_until(lambda: monitor.snapshot().responses == 9)
        wait_until(lambda: not monitor.snapshot().notices)
        assert_agreement(monitor, read(root))
    with closing(sqlite3.connect(ledger)) as again:
        assert again.execute("SELECT count(*) FROM files").fetchone() == (1,)


def test_the_log_stays_small_however_long_somebody_reads_and_nothing_is_lost(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LARGEST_LOG", _LOG)
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0.05)
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(5)))
    given = settings(roots=(root,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
        with closing(_held(ledger, "BEGIN", "SELECT * FROM settings")):
            number, largest = 5, 0
            while "kept in memory" not in sentences(monitor.snapshot()):
                append(path, responses(range(number, number + 3)))
                number += 3
                monitor.read()
                largest = max(largest, log_size(str(ledger)))
                assert number < 300
            append(path, responses(range(number, number + 3)))
            monitor.read()
            assert log_size(str(ledger)) <= largest < 3 * _LOG
            assert_agreement(monitor, read(root))
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, read(root))
        assert not monitor.snapshot().notices
    assert log_size(str(ledger)) < _LOG
