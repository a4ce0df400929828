"""Copies of the ledger: made while others write, put back whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from engine.ledger import drafts, prepared
from engine.ledger.copies import backup, restore
from engine.ledger.schema import VERSION
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.earlier import RIGHT, by_model, version_of, write_earlier
from tests.faults.written import append, responses, transcript
from tests.patience import wait_until
from tests.slow_reading import read
from tui import __version__
from tui.cli import main

MakeSettings = Callable[..., Settings]
_LOG_KEPT = 16 << 20


@pytest.mark.posix
def test_what_a_copy_knows_is_there_again_when_ledger_and_transcripts_are_gone(
    tmp_path: Path, settings: MakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    root, ledger, copy = tmp_path / "root", tmp_path / "l" / "ledger.db", tmp_path / "copy.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().responses == 20)
        assert main(["backup", str(copy), "--ledger", str(ledger)]) == 0
    assert capsys.readouterr().out == f"Copied the ledger with 20 responses into {copy}.\n"
    everything = read(root)
    path.unlink()
    shutil.rmtree(ledger.parent)
    assert main(["restore", str(copy), "--ledger", str(ledger)]) == 0
    assert capsys.readouterr().out == f"Restored the ledger with 20 responses at {ledger}.\n"
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, everything)
        assert not monitor.snapshot().notices
    for each in (copy, ledger):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.db", "l", "root"]


def test_an_open_screen_goes_on_with_a_restored_ledger(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger, copy = tmp_path / "root", tmp_path / "ledger.db", tmp_path / "copy.db"
    gone = transcript(root, "-a/gone.jsonl", responses(range(20), "gone"))
    path = transcript(root, "-a/s1.jsonl", responses(range(5)))
    given = settings(roots=(root,), ledger=str(ledger), is_polling=False)
    with Monitor(given) as monitor:
        monitor.read()
    before = [each for each in read(root) if each.session == "gone"]
    backup(str(ledger), str(copy))
    gone.unlink()
    ledger.unlink()
    with Monitor(given) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: monitor.snapshot().responses == 5)
        restored = restore(str(ledger), str(copy))
        append(path, responses(range(5, 7)))
        wait_until(lambda: monitor.snapshot().responses == 27)
        assert_agreement(monitor, sorted(before + read(root), key=lambda each: each.time))
    assert Path(restored.replaced).exists()


def test_a_copy_is_written_over_but_no_other_file(tmp_path: Path, settings: MakeSettings) -> None:
    root, ledger, copy = tmp_path / "root", tmp_path / "ledger.db", tmp_path / "copy.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    for count in (20, 30):
        with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
            monitor.read()
        assert backup(str(ledger), str(copy)).responses == count
        append(path, responses(range(20, 30)))
    copy.write_text("Buy milk.\n")
    for target in (copy, root):
        with pytest.raises(SettingsError, match="is not written over: give another name"):
            backup(str(ledger), str(target))
    assert copy.read_text() == "Buy milk.\n"
    with pytest.raises(SettingsError, match=r"was not copied to .* \(No such file"):
        backup(str(ledger), str(tmp_path / "nowhere" / "copy.db"))
    with pytest.raises(SettingsError, match="There is no ledger at"):
        backup(str(tmp_path / "none.db"), str(copy))


def _text(copy: Path) -> None:
    copy.write_text("Buy milk.\n" * 500)


def _empty(copy: Path) -> None:
    copy.write_bytes(b"")


def _cut(copy: Path) -> None:
    os.truncate(copy, copy.stat().st_size // 2)


def _newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")


def _absent(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize("damage", [_text, _empty, _cut, _newer, _absent])
def test_what_is_not_a_whole_ledger_is_not_restored(
    damage: Callable[[Path], None], tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger, copy = tmp_path / "root", tmp_path / "ledger.db", tmp_path / "copy.db"
    transcript(root, "-a/s1.jsonl", responses(range(200)))
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
    backup(str(ledger), str(copy))
    damage(copy)
    before = ledger.read_bytes()
    with pytest.raises(SettingsError, match="restored"):
        restore(str(ledger), str(copy))
    assert ledger.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir() if each != copy) == [
        "ledger.db",
        "ledger.db.lock",
        "root",
    ]


def test_a_copy_of_an_earlier_version_is_brought_up_to_date_and_stays_as_it_is(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger, copy = tmp_path / "root", tmp_path / "ledger.db", tmp_path / "copy.db"
    root.mkdir()
    write_earlier(copy, [root])
    before = copy.read_bytes()
    assert restore(str(ledger), str(copy)).replaced == ""
    assert version_of(ledger) == VERSION
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        assert by_model(monitor) == RIGHT
    assert copy.read_bytes() == before


@pytest.mark.posix
def test_the_last_copy_before_a_change_of_the_tables_is_kept(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    root.mkdir()
    write_earlier(ledger, [root])
    earlier = tmp_path / "ledger.db.of-version-0"
    earlier.write_bytes(b"an earlier copy")
    given = settings(roots=(root,), ledger=str(ledger))
    for _ in range(2):
        with Monitor(given) as monitor:
            assert by_model(monitor) == RIGHT
    kept = tmp_path / "ledger.db.of-version-1"
    assert list(tmp_path.glob("ledger.db.of-version-*")) == [kept]
    assert version_of(kept) == 1
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    restore(str(ledger), str(kept))
    with Monitor(given) as monitor:
        assert by_model(monitor) == RIGHT


def test_without_room_for_a_copy_the_tables_stay(
    tmp_path: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    root.mkdir()
    write_earlier(ledger, [root])

    def full(connection: sqlite3.Connection, draft: str) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(drafts, "copy_into", full)
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        assert by_model(monitor) == RIGHT
        assert "make room" in monitor.notices()[0].text
    assert version_of(ledger) == 1


def test_the_log_beside_the_ledger_shrinks_when_a_long_reader_is_done(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    with closing(prepared.prepare(sqlite3.connect(ledger))) as writer:
        writer.execute("CREATE TABLE load (bytes BLOB)")
        with closing(sqlite3.connect(ledger, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM load").fetchone()
            for _ in range(40):
                writer.execute("INSERT INTO load VALUES (randomblob(1000000))")
        log = Path(f"{ledger}-wal")
        assert log.stat().st_size > 2 * _LOG_KEPT
        for _ in range(3):
            writer.execute("INSERT INTO load VALUES (randomblob(1000))")
        assert log.stat().st_size <= _LOG_KEPT


def test_a_ledger_says_which_ccmon_made_it(tmp_path: Path) -> None:
    with closing(prepared.prepare(sqlite3.connect(tmp_path / "ledger.db"))) as ledger:
        rows = ledger.execute("SELECT value FROM settings WHERE name = 'written_by'").fetchall()
    assert rows == [(__version__,)]
