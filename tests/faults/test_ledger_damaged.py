"""A ledger damaged, deleted or of another make: kept aside, built anew, and said so."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Thread

import pytest

from engine.domain.settings import Settings
from engine.ledger import ledger_file
from engine.ledger.aside import identity_of, is_sound, move_aside
from engine.ledger.schema import VERSION
from engine.ledger.turn import alone_at
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.started import Reader, assert_figures
from tests.faults.told import assert_in_memory, told
from tests.faults.written import append, responses, transcript
from tests.patience import PATIENCE, wait_until
from tests.slow_reading import SlowResponse, read
from tui import __version__

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
    """Damage all but the first page, and let every screen look at the file again.

    What is written for that goes into the file that was damaged, also where a new ledger is in
    its place by then.
    """
    content = bytearray(ledger.read_bytes())
    content[4096:] = random.Random(8).randbytes(len(content) - 4096)
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA user_version").fetchone()
        with ledger.open("r+b") as file:
            file.write(content)
        with suppress(sqlite3.Error):
            connection.execute(f"PRAGMA user_version={VERSION}")


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
        assert not monitor.snapshot().notices


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


def test_a_ledger_of_a_newer_version_stays_where_it_is(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    for wrote, named in ((None, f"than this one, {__version__}"), ("7.8.9", "7.8.9; this one")):
        ledger.unlink(missing_ok=True)
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute(f"PRAGMA user_version={VERSION + 1}")
            connection.execute("CREATE TABLE settings (name TEXT, value TEXT)")
            connection.execute("INSERT INTO settings VALUES ('written_by', ?)", (wrote or "",))
            if wrote is None:
                connection.execute("DROP TABLE settings")
            connection.commit()
        before = ledger.read_bytes()
        with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
            monitor.read()
            assert_in_memory(monitor, ledger, read(root))
            assert "was written by a newer ccmon" in told(monitor)
            assert named in told(monitor)
        assert ledger.read_bytes() == before
    assert not _set_aside(ledger)


def test_an_open_screen_leaves_a_ledger_that_a_newer_ccmon_has_changed(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().state == "following")
        with closing(sqlite3.connect(ledger)) as newer:
            newer.execute("UPDATE settings SET value = '7.8.9' WHERE name = 'written_by'")
            newer.commit()
            newer.execute(f"PRAGMA user_version={VERSION + 1}")
            before = _dumped(newer)
        append(path, responses(range(20, 30)))
        wait_until(lambda: monitor.snapshot().responses == 30)
        assert_in_memory(monitor, ledger, read(root))
        assert "was written by a newer ccmon, 7.8.9" in told(monitor)
    with closing(sqlite3.connect(ledger)) as newer:
        assert _dumped(newer) == before
    assert not _set_aside(ledger)


def _dumped(connection: sqlite3.Connection) -> list[str]:
    return list(connection.iterdump())


def _recipes(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


def _clocks(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE clock (time TEXT); PRAGMA user_version=1")


def _notes(path: Path) -> None:
    path.write_text("Buy milk.\n" * 1000)


@pytest.mark.parametrize("make", [_recipes, _clocks, _notes])
def test_a_file_that_never_was_a_ledger_stays_where_it_is(
    make: Callable[[Path], None], tmp_path: Path, settings: MakeSettings
) -> None:
    root, other = tmp_path / "root", tmp_path / "notes.txt"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    make(other)
    content = other.read_bytes()
    for _ in range(2):
        with Monitor(settings(roots=(root,), ledger=str(other))) as monitor:
            monitor.read()
            assert_in_memory(monitor, other, read(root))
            assert "another program's file" in told(monitor)
    assert sorted(tmp_path.iterdir()) == [other, root]
    assert other.read_bytes() == content


def test_a_damaged_ledger_that_is_busy_is_not_moved(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_file, "BUSY_SECONDS", 0.1)
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    given = settings(roots=(root,), ledger=str(ledger))
    with Monitor(given) as monitor:
        monitor.read()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        found = sqlite3.DatabaseError("database disk image is malformed")
        found.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        opened, notices = ledger_file.open_another(
            str(ledger), sqlite3.connect(":memory:"), identity_of(str(ledger)), found
        )
        opened.close()
    assert "close the other process" in notices[0].text
    assert not _set_aside(ledger)


def test_what_another_process_put_in_the_place_of_a_damaged_ledger_is_used(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(20)))
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
    found = sqlite3.DatabaseError("database disk image is malformed")
    found.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    connection, notices = ledger_file.open_another(
        str(ledger), sqlite3.connect(":memory:"), (0, 0), found
    )
    with closing(connection):
        assert connection.execute("SELECT count(*) FROM responses").fetchone() == (20,)
    assert "it was set aside" in notices[0].text
    assert not _set_aside(ledger)


def test_looking_whether_a_ledger_is_sound_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        is_sound(str(tmp_path / "ledger.db"), 0.1)
    assert not list(tmp_path.iterdir())


def test_a_ledger_that_another_process_is_replacing_is_not_written_again(tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger.db")
    connection, _ = ledger_file.open_ledger(ledger)
    opened: list[ledger_file.Opened] = []
    screen = Thread(target=lambda: opened.append(ledger_file.write_again(ledger, connection)))
    with alone_at(ledger) as is_alone:
        assert is_alone
        move_aside(ledger)
        screen.start()
        screen.join(0.3)
        assert not os.path.exists(ledger)
        ledger_file._open_in_turn(ledger).close()
        begun = os.stat(ledger).st_ino
    screen.join(PATIENCE)
    (found, notices), *_ = opened
    assert (os.stat(ledger).st_ino, notices) == (begun, ())
    found.close()


@pytest.mark.parametrize("damage", [_rubbish, _cut, _cut_in_its_header, _other_tables])
def test_of_several_screens_one_sets_a_damaged_ledger_aside(
    damage: Callable[[Path], None], tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(2_000)))
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
    damage(ledger)
    with ExitStack() as screens:
        readers = [
            screens.enter_context(Reader(root, ledger, "--follow", "60", "--until-told"))
            for _ in range(3)
        ]
        for reader in readers:
            reader.wait_for("responses 2000")
        append(path, responses(range(2_000, 2_010)))
        for reader in readers:
            reader.wait_for("responses 2010")
        for reader in readers:
            assert_figures(reader.last_words(), read(root))
    assert len(_set_aside(ledger)) == 1


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
