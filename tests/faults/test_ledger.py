"""A ledger that cannot be written or read: one sentence says so, and the figures are right."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from engine.demo import DemoUser, write_history
from engine.ledger import opening
from engine.monitor import Monitor
from engine.settings import Settings
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.written import append, responses, sentences, transcript, wait_until
from tests.slow_reading import SlowResponse, read
from tui.doctor import health_lines

MakeSettings = Callable[..., Settings]
AsUser = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SlowResponse]]:
    """A root with some weeks of work, and what a slow reading finds in it."""
    root = tmp_path_factory.mktemp("history")
    write_history(root, DemoUser(seed=11, now_ms=NOW, responses=500, days=60, sessions=10))
    return root, read(root)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writers wait for their turn for a moment only."""
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.1)


def _told(monitor: Monitor) -> str:
    """Return the notices, which the screen and doctor both give."""
    told = sentences(monitor.snapshot())
    doctor = "\n".join(health_lines(monitor.health(), "UTC"))
    assert all(sentence in doctor for sentence in told.splitlines())
    return told


def _assert_in_memory(monitor: Monitor, ledger: Path, right: list[SlowResponse]) -> None:
    assert_agreement(monitor, right)
    told = _told(monitor)
    assert f"The ledger {ledger} cannot be used" in told
    assert "figures are kept in memory for this run" in told
    assert "--ledger" in told
    assert monitor.health().is_ledger_in_memory


def test_a_ledger_directory_that_cannot_be_written(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    root, ledger = open_place / "root", open_place / "closed" / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    ledger.parent.mkdir(mode=0o555)
    right = read(root)
    with as_user(), Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        _assert_in_memory(monitor, ledger, right)
        assert "Permission denied" in _told(monitor)
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
        _assert_in_memory(monitor, ledger, right)
    assert ledger.read_bytes() == before


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
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
        _assert_in_memory(monitor, ledger, right)
        assert "make room" in _told(monitor)


def test_a_disk_that_fills_up_while_history_is_read(
    tiny_disk: Path, history: tuple[Path, list[SlowResponse]], settings: MakeSettings
) -> None:
    root, right = history
    ledger = tiny_disk / "ledger.db"
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        _assert_in_memory(monitor, ledger, right)
        assert "make room" in _told(monitor)
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        _assert_in_memory(monitor, ledger, right)


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
        _assert_in_memory(monitor, ledger, right)
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
        _assert_in_memory(monitor, ledger, read(root))
        assert "close the other process" in _told(monitor)
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
            _assert_in_memory(monitor, ledger, read(root))
        append(path, responses(range(30, 35)))
        wait_until(lambda: monitor.snapshot().responses == 35)
        assert "Following stopped" not in _told(monitor)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, read(root))
        assert not monitor.snapshot().notices


def _rubbish(ledger: Path) -> None:
    ledger.write_bytes(random.Random(3).randbytes(50_000))


def _text(ledger: Path) -> None:
    ledger.write_text("not a ledger at all\n" * 500)


def _cut(ledger: Path) -> None:
    os.truncate(ledger, ledger.stat().st_size // 2)


def _cut_in_its_header(ledger: Path) -> None:
    os.truncate(ledger, 50)


def _other_tables(ledger: Path) -> None:
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.executescript("CREATE TABLE clock (time TEXT); PRAGMA user_version=1")


@pytest.mark.parametrize("damage", [_rubbish, _text, _cut, _cut_in_its_header, _other_tables])
def test_a_damaged_ledger_is_kept_aside_and_built_anew(
    damage: Callable[[Path], None],
    history: tuple[Path, list[SlowResponse]],
    settings: MakeSettings,
    tmp_path: Path,
) -> None:
    root, right = history
    ledger = tmp_path / "ledger.db"
    given = settings(roots=(root,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    damage(ledger)
    damaged = ledger.read_bytes()
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert "damaged" in _told(monitor)
        assert "a new one is being built" in _told(monitor)
        assert not monitor.health().is_ledger_in_memory
    assert [path.read_bytes() for path in _set_aside(ledger)] == [damaged]
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def _set_aside(ledger: Path) -> list[Path]:
    """Return the ledgers kept aside, without what SQLite keeps beside them."""
    found = ledger.parent.glob(f"{ledger.name}.set-aside-*")
    return sorted(path for path in found if not path.name.endswith(("-wal", "-shm")))


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_page_is_found_whenever_it_is_read(
    seed: int,
    history: tuple[Path, list[SlowResponse]],
    settings: MakeSettings,
    tmp_path: Path,
) -> None:
    root, right = history
    copied = tmp_path / "root"
    shutil.copytree(root, copied)
    ledger = tmp_path / "ledger.db"
    given = settings(roots=(copied,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    dice = random.Random(seed)
    content = bytearray(ledger.read_bytes())
    for page in dice.sample(range(1, len(content) // 4096), 10):
        content[page * 4096 : page * 4096 + 4096] = dice.randbytes(4096)
    ledger.write_bytes(content)
    transcript(copied, "-new/new.jsonl", responses(range(200), "new"))
    right = read(copied)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert "damaged" in _told(monitor)
    assert [path.read_bytes() for path in _set_aside(ledger)] == [bytes(content)]
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def test_a_ledger_damaged_while_following_is_built_anew(
    tmp_path: Path, settings: MakeSettings, history: tuple[Path, list[SlowResponse]]
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    shutil.copytree(history[0], root)
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(ledger.read_bytes())
        content[4096:] = random.Random(8).randbytes(len(content) - 4096)
        with ledger.open("r+b") as file:
            file.write(content)
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute("PRAGMA user_version=1")
        transcript(root, "-new/new.jsonl", responses(range(200), "new"))
        right = read(root)
        wait_until(lambda: monitor.snapshot().responses == len(right), "what was written")
        wait_until(lambda: monitor.snapshot().state == "following")
        assert_agreement(monitor, right)
        assert "damaged" in _told(monitor)
        assert "Following stopped" not in _told(monitor)


def test_a_ledger_deleted_while_open_is_written_again(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "data" / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        everything = read(root)
        path.unlink()
        shutil.rmtree(ledger.parent)
        transcript(root, "-a/s2.jsonl", responses(range(5), "s2"))
        everything += read(root)
        wait_until(lambda: monitor.snapshot().responses == 25)
        wait_until(ledger.exists, "the ledger")
        assert_agreement(monitor, everything)
        assert f"The ledger {ledger} was deleted" in _told(monitor)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, everything)
        assert not monitor.snapshot().notices


def test_a_ledger_of_a_newer_version_is_kept_aside_untouched(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    newer = []
    for version in (99, 100):
        ledger.unlink(missing_ok=True)
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute(f"PRAGMA user_version={version}")
            connection.execute("CREATE TABLE something_new (thing TEXT)")
            connection.commit()
        newer.append(ledger.read_bytes())
        with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
            monitor.read()
            assert_agreement(monitor, read(root))
            assert "was written by a newer ccmon" in _told(monitor)
    assert sorted(path.read_bytes() for path in _set_aside(ledger)) == sorted(newer)


def test_another_program_s_database_is_kept_aside_untouched(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, other = tmp_path / "root", tmp_path / "other.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    content = other.read_bytes()
    with Monitor(settings(roots=(root,), ledger=str(other))) as monitor:
        monitor.read()
        assert_agreement(monitor, read(root))
        assert "was another program's database" in _told(monitor)
    assert [path.read_bytes() for path in _set_aside(other)] == [content]


def test_a_ledger_found_damaged_by_a_face_is_built_anew_by_the_reader(
    tmp_path: Path, settings: MakeSettings, history: tuple[Path, list[SlowResponse]]
) -> None:
    root, right = history
    ledger = tmp_path / "ledger.db"
    given = settings(roots=(root,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    with closing(sqlite3.connect(ledger)) as connection:
        page = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'buckets'"
        ).fetchone()[0]
    with ledger.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x5a" * 4096)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        monitor.report("daily", "all")
        wait_until(lambda: monitor.snapshot().responses == len(right))
        assert_agreement(monitor, right)
        assert "damaged" in _told(monitor)
