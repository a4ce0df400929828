"""Disks that fail or fill up below a ledger or a transcript: one sentence, and right figures."""

from __future__ import annotations

import errno
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.failing_calls import FailingCalls
from tests.faults.started import Reader, assert_figures
from tests.faults.written import append, responses, transcript
from tests.slow_reading import SlowResponse, read

LEDGER = "ledger.db"
FOLLOWING = ("--follow", "60", "--until-told")

History = tuple[Path, list[SlowResponse]]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / LEDGER


@pytest.fixture
def failing(tmp_path: Path) -> FailingCalls:
    """A switch for calls on the ledger and what SQLite keeps beside it."""
    return FailingCalls(tmp_path, f"/{LEDGER}")


@pytest.fixture
def found(ledger: Path, failing: FailingCalls) -> Callable[[Path], dict[str, Any]]:
    """Read a root in a process of its own, to its end."""

    def read_once(root: Path) -> dict[str, Any]:
        with Reader(root, ledger, environment=failing.environment) as reader:
            return reader.last_words()

    return read_once


_OF_THE_SYSTEM = {
    "disk I/O error": "Input/output error",
    "database or disk is full": "No space left on device",
}
"""What the system says where it is asked before SQLite is."""


def assert_one_sentence(found: dict[str, Any], ledger: Path, reason: str) -> None:
    (sentence,) = found["notices"]
    assert sentence.startswith(f"The ledger {ledger} cannot be used ("), sentence
    assert reason in sentence or _OF_THE_SYSTEM.get(reason, reason) in sentence
    assert "figures are kept in memory for this run" in sentence


@pytest.fixture
def assert_mended(
    ledger: Path, failing: FailingCalls, settings: Callable[..., Settings]
) -> Callable[[Path], None]:
    """See that on a disk that is well again the ledger goes on as if nothing had been."""

    def read_again(root: Path) -> None:
        failing.mend()
        with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
            monitor.read()
            assert_agreement(monitor, read(root))
            assert not monitor.snapshot().notices
        assert_nothing_set_aside(ledger)

    return read_again


def assert_nothing_set_aside(ledger: Path) -> None:
    assert not list(ledger.parent.glob("*.set-aside-*"))


@pytest.mark.parametrize(
    ("kinds", "error", "spared", "reason"),
    [
        ("w", errno.EIO, 0, "disk I/O error"),
        ("w", errno.EIO, 40, "disk I/O error"),
        ("w", errno.ENOSPC, 25, "database or disk is full"),
        ("s", errno.EIO, 0, "disk I/O error"),
        ("r", errno.EIO, 2, "Input/output error"),
    ],
)
def test_a_disk_that_fails_in_the_first_load(
    kinds: str,
    error: int,
    spared: int,
    reason: str,
    history: History,
    ledger: Path,
    failing: FailingCalls,
    found: Callable[[Path], dict[str, Any]],
    assert_mended: Callable[[Path], None],
) -> None:
    root, right = history
    failing.fail(kinds, error, spared)
    told = found(root)
    assert_figures(told, right)
    assert_one_sentence(told, ledger, reason)
    assert_mended(root)


def test_a_known_ledger_that_cannot_be_read_is_left_as_it_is(
    history: History, ledger: Path, failing: FailingCalls, found: Callable[[Path], dict[str, Any]]
) -> None:
    root, right = history
    assert_figures(found(root), right)
    before = ledger.read_bytes()
    for spared, reason in ((0, "disk I/O error"), (5, "Input/output error")):
        failing.fail("r", errno.EIO, spared)
        told = found(root)
        assert_figures(told, right)
        assert_one_sentence(told, ledger, reason)
    assert ledger.read_bytes() == before
    assert_nothing_set_aside(ledger)


def test_a_read_that_fails_once_is_not_taken_for_damage(
    history: History, ledger: Path, failing: FailingCalls, found: Callable[[Path], dict[str, Any]]
) -> None:
    root, right = history
    assert_figures(found(root), right)
    before = ledger.read_bytes()
    for spared in (1, 5):
        failing.fail("r", errno.EIO, spared, count=1)
        told = found(root)
        assert_figures(told, right)
        assert told["notices"] == []
    assert ledger.read_bytes() == before
    assert_nothing_set_aside(ledger)


def test_a_disk_that_fails_while_following(
    tmp_path: Path, ledger: Path, failing: FailingCalls, assert_mended: Callable[[Path], None]
) -> None:
    root = tmp_path / "root"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    with Reader(root, ledger, *FOLLOWING, environment=failing.environment) as reader:
        reader.wait_for("responses 20")
        failing.fail("rws", errno.EIO)
        append(path, responses(range(20, 30)))
        reader.wait_for("responses 30")
        told = reader.last_words()
    assert_figures(told, read(root))
    assert_one_sentence(told, ledger, "disk I/O error")
    assert_mended(root)


def test_a_transcript_that_fails_midway_is_named_and_counted_when_it_does_not(
    tmp_path: Path, ledger: Path
) -> None:
    root = tmp_path / "root"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    failing = FailingCalls(tmp_path, "/bad.jsonl")
    path = transcript(root, "-a/bad.jsonl", responses(range(8_000), "bad"))
    failing.fail("r", errno.EIO, 1)
    with Reader(root, ledger, *FOLLOWING, environment=failing.environment) as reader:
        reader.wait_for("responses 20")
        append(path, responses(range(8_000, 8_010), "bad"))
        failing.mend()
        reader.wait_for("responses 8030")
        told = reader.last_words()
    assert_figures(told, read(root))
    assert told["notices"] == []


@pytest.mark.posix
@pytest.mark.parametrize("spared", [3, 17, 60])
def test_a_kill_at_any_write_to_the_ledger_loses_and_doubles_nothing(
    spared: int,
    history: History,
    ledger: Path,
    failing: FailingCalls,
    assert_mended: Callable[[Path], None],
) -> None:
    root, _ = history
    failing.fail("w", 0, spared)
    with Reader(root, ledger, "--batch", "100000", environment=failing.environment) as reader:
        assert reader.process.wait(30) == -signal.SIGKILL
    assert_mended(root)
