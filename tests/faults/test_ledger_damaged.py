"""A ledger damaged, deleted or of another make: kept aside, built anew, and said so."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.told import told
from tests.faults.written import responses, transcript, wait_until
from tests.slow_reading import SlowResponse, read

MakeSettings = Callable[..., Settings]


def _rubbish(ledger: Path) -> None:
    ledger.write_bytes(random.Random(3).randbytes(50_000))


def _cut(ledger: Path) -> None:
    os.truncate(ledger, ledger.stat().st_size // 2)


def _cut_in_its_header(ledger: Path) -> None:
    os.truncate(ledger, 50)


def _other_tables(ledger: Path) -> None:
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.executescript("CREATE TABLE clock (time TEXT); PRAGMA user_version=1")


@pytest.mark.parametrize("damage", [_rubbish, _cut, _cut_in_its_header, _other_tables])
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
        assert "damaged" in told(monitor)
        assert "a new one is being built" in told(monitor)
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


@pytest.mark.parametrize("seed", range(3))
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
        assert "damaged" in told(monitor)
    assert [path.read_bytes() for path in _set_aside(ledger)] == [bytes(content)]
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices


def _pages(ledger: Path) -> None:
    """Damage all but the first page."""
    content = bytearray(ledger.read_bytes())
    content[4096:] = random.Random(8).randbytes(len(content) - 4096)
    with ledger.open("r+b") as file:
        file.write(content)
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA user_version=1")


def _all(ledger: Path) -> None:
    with ledger.open("r+b") as file:
        file.write(random.Random(8).randbytes(ledger.stat().st_size))


def _replaced(ledger: Path) -> None:
    other = ledger.with_name("rubbish")
    other.write_bytes(random.Random(8).randbytes(50_000))
    other.replace(ledger)


@pytest.mark.parametrize("damage", [_pages, _all, _cut, _replaced])
def test_a_ledger_damaged_while_following_is_built_anew(
    damage: Callable[[Path], None],
    tmp_path: Path,
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    shutil.copytree(history[0], root)
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        damage(ledger)
        transcript(root, "-new/new.jsonl", responses(range(200), "new"))
        right = read(root)
        wait_until(lambda: monitor.snapshot().responses == len(right), "what was written")
        wait_until(lambda: monitor.snapshot().state == "following")
        assert_agreement(monitor, right)
        wait_until(lambda: "damaged" in told(monitor), "the sentence")
        assert "Following stopped" not in told(monitor)
    assert len(_set_aside(ledger)) == 1
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        said = [notice.text for notice in monitor.snapshot().notices]
        assert all("set-aside" in text for text in said), "nothing but another one set aside"


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
        assert f"The ledger {ledger} was deleted" in told(monitor)
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
            assert "was written by a newer ccmon" in told(monitor)
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
        assert "was another program's database" in told(monitor)
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
        assert "damaged" in told(monitor)
