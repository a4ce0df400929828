"""A ledger that cannot be written: one sentence says so, and the figures are right."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings
from engine.ledger import failover, ledger_file
from engine.live import follower
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.seen import Seen
from tests.faults.told import assert_in_memory, told
from tests.faults.written import append, responses, transcript
from tests.patience import wait_until
from tests.slow_reading import SlowResponse, read

MakeSettings = Callable[..., Settings]
AsUser = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writers wait for their turn for a moment only."""
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(follower, "TURN", 0.1)


def test_a_ledger_directory_that_cannot_be_written(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    root, ledger = open_place / "root", open_place / "closed" / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    ledger.parent.mkdir(mode=0o555)
    right = read(root)
    with as_user(), Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)
        assert "Permission denied" in told(monitor)
    assert not list(ledger.parent.iterdir())


def test_a_ledger_that_can_only_be_read_still_tells_of_transcripts_long_gone(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    root, ledger = open_place / "root", open_place / "closed" / "ledger.db"
    gone = transcript(root, "-a/gone.jsonl", responses(range(20), "gone"))
    given = settings(roots=(root,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    transcript(root, "-a/new.jsonl", responses(range(3), "new"))
    right = read(root)
    gone.unlink()
    before = ledger.read_bytes()
    ledger.chmod(0o444)
    ledger.parent.chmod(0o555)
    with as_user(), Monitor(given) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)
    assert ledger.read_bytes() == before


@pytest.fixture
def tiny_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of 256 KB, or of the size asked for."""
    size = getattr(request, "param", "256k")
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_full_from_the_start(
    tiny_disk: Path, history: tuple[Path, list[SlowResponse]], settings: MakeSettings
) -> None:
    root, right = history
    _fill(tiny_disk)
    ledger = tiny_disk / "ledger.db"
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)
        assert "make room" in told(monitor)


def test_a_disk_that_fills_up_while_history_is_read(
    tiny_disk: Path, history: tuple[Path, list[SlowResponse]], settings: MakeSettings
) -> None:
    root, right = history
    ledger = tiny_disk / "ledger.db"
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)
        assert "make room" in told(monitor)
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)


@pytest.mark.parametrize("tiny_disk", ["2m"], indirect=True)
def test_a_disk_that_fills_up_while_following_is_used_again_when_it_has_room(
    tiny_disk: Path, tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "_AWAY", 0.5)
    root, ledger = tmp_path / "root", tiny_disk / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    seen = Seen(root)
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        seen.assert_counted(monitor)
        _fill(tiny_disk)
        gone = transcript(root, "-a/gone.jsonl", responses(range(300), "gone"))
        seen.assert_counted(monitor)
        assert_in_memory(monitor, ledger, seen.responses)
        gone.unlink()
        os.truncate(path, 0)
        (tiny_disk / "filling").unlink()
        wait_until(lambda: not monitor.health().is_ledger_in_memory, "the way back")
        assert told(monitor) == f"The ledger {ledger} can be used again: figures are kept in it."
        append(path, responses(range(20, 25)))
        seen.assert_counted(monitor)
        assert "Following stopped" not in told(monitor)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, seen.responses)
        assert not monitor.snapshot().notices


def _fill(place: Path) -> None:
    """Write until nothing more fits."""
    with (place / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


class _Small(sqlite3.Connection):
    """A connection to a database that no file system lets grow beyond a few pages."""

    most_pages = 0

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if given[0] != ":memory:":
            self.execute(f"PRAGMA max_page_count={_Small.most_pages}")


@pytest.mark.parametrize("pages", [3, 25, 40], ids=lambda pages: f"{pages} pages")
def test_a_ledger_that_cannot_grow_any_more(
    pages: int,
    history: tuple[Path, list[SlowResponse]],
    settings: MakeSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, right = history
    ledger = tmp_path / "ledger.db"
    connect = sqlite3.connect
    monkeypatch.setattr(_Small, "most_pages", pages)
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=_Small, **k))
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, right)
    monkeypatch.undo()
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
@pytest.mark.parametrize("is_known", [False, True], ids=["new roots", "known roots"])
@pytest.mark.usefixtures("short_patience")
def test_a_ledger_locked_by_another_process_at_the_start(
    lock: str, is_known: bool, tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    elsewhere = tmp_path / "elsewhere"
    transcript(elsewhere, "-b/s2.jsonl", responses(range(3), "s2"))
    with Monitor(settings(roots=(root if is_known else elsewhere,), ledger=str(ledger))) as monitor:
        monitor.read()
    append(path, responses(range(20, 30)))
    given = settings(roots=(root,), ledger=str(ledger))
    with closing(_locked(ledger, lock)), Monitor(given) as monitor:
        monitor.read()
        assert_in_memory(monitor, ledger, read(root))
        assert "close the other process" in told(monitor)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, read(root))
        assert not monitor.snapshot().notices


def _locked(ledger: Path, lock: str) -> sqlite3.Connection:
    """Lock a ledger as another process would; closing the connection unlocks it."""
    connection = sqlite3.connect(ledger, isolation_level=None)
    if lock == "EXCLUSIVE":
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute(f"BEGIN {lock}")
    connection.execute("UPDATE clock SET revision = revision")
    return connection


@pytest.mark.usefixtures("short_patience")
def test_a_ledger_locked_while_following_loses_nothing(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        assert monitor.snapshot().responses == 20
        with closing(_locked(ledger, "IMMEDIATE")):
            append(path, responses(range(20, 30)))
            wait_until(lambda: monitor.snapshot().responses == 30)
            assert_in_memory(monitor, ledger, read(root))
        append(path, responses(range(30, 35)))
        wait_until(lambda: monitor.snapshot().responses == 35)
        assert "Following stopped" not in told(monitor)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, read(root))
        assert not monitor.snapshot().notices
