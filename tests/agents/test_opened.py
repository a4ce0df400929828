from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.agents.base import Place, Told
from engine.agents.opencode import AGENT
from engine.agents.opened import columns_of, open_read_only
from tests.agents.slow_databases import follow, follow_by_monitor
from tests.agents.writers import TABLES, create, damage, leave_in_wal, locked
from tests.conftest import NOW
from tests.faults.audited import state_of


def tokens_of(path: Path) -> int:
    told = Told(AGENT.name)
    with closing(open_read_only(str(path))) as connection:
        AGENT.database(connection, Place(str(path.parent), path.name, NOW), b"", told)
    return sum(each.tokens.total for _, each in told.sightings)


def files_of(path: Path) -> dict[str, tuple[int, int]]:
    found = ((each.name, each.stat()) for each in path.parent.iterdir())
    return {name: (entry.st_size, entry.st_mtime_ns) for name, entry in found}


def test_a_store_that_another_process_writes_is_read_to_the_token(tmp_path: Path) -> None:
    followed, written = follow(tmp_path / "opencode.db", 1.5)
    assert written["errors"] == 0
    assert written["responses"] > 20
    assert followed.readings > 10
    assert len(followed.responses) == written["responses"]
    assert followed.tokens == written["tokens"]


def test_a_monitor_follows_a_store_that_another_process_writes(tmp_path: Path) -> None:
    responses, tokens, written = follow_by_monitor(tmp_path, 2.0)
    assert written["errors"] == 0
    assert written["responses"] > 20
    assert (responses, tokens) == (written["responses"], written["tokens"])


def test_rows_that_are_only_in_the_log_of_a_writer_that_died_are_read(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    leave_in_wal(path, 10)
    assert path.stat().st_size == 4096
    assert (tmp_path / "opencode.db-wal").stat().st_size > 4096
    assert tokens_of(path) == 1200


def test_a_store_that_nobody_has_open_is_read_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    create(path).close()
    before = files_of(path)
    assert list(before) == ["opencode.db"]
    assert tokens_of(path) == 0
    assert files_of(path) == before


def _with_index(path: Path) -> None:
    """Leave a log and its index, as a writer does that was killed."""
    leave_in_wal(path, 10)
    index = path.with_name(f"{path.name}-shm")
    if not index.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT 1 FROM session").fetchone()
            kept = index.read_bytes()
            log = path.with_name(f"{path.name}-wal").read_bytes()
        path.with_name(f"{path.name}-wal").write_bytes(log)
        index.write_bytes(kept)


def _with_strange_index(path: Path) -> None:
    _with_index(path)
    path.with_name(f"{path.name}-shm").write_bytes(b"\0" * 32_768)


def _without_index(path: Path) -> None:
    leave_in_wal(path, 10)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


@pytest.mark.parametrize("leave", [_with_index, _with_strange_index, _without_index])
def test_a_log_that_was_left_is_read_without_a_trace(
    leave: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "store" / "opencode.db"
    path.parent.mkdir()
    leave(path)
    before = state_of(tmp_path)
    for _ in range(2):
        assert tokens_of(path) == 1200
    assert state_of(tmp_path) == before
    assert not list(Path(tempfile.gettempdir()).glob("ccmon-store-*"))


def test_a_store_in_use_is_read_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "store" / "opencode.db"
    path.parent.mkdir()
    leave_in_wal(path, 10)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("SELECT 1 FROM session").fetchone()
        before = state_of(tmp_path)
        assert tokens_of(path) == 1200
        assert state_of(tmp_path) == before


def test_an_empty_log_is_no_reason_to_make_an_index(tmp_path: Path) -> None:
    path = tmp_path / "store" / "opencode.db"
    path.parent.mkdir()
    create(path).close()
    path.with_name("opencode.db-wal").touch()
    before = state_of(tmp_path)
    assert tokens_of(path) == 0
    assert state_of(tmp_path) == before


def test_a_store_without_a_log_is_read_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    before = files_of(path)
    assert tokens_of(path) == 0
    assert files_of(path) == before


def test_what_a_writer_adds_after_the_opening_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    create(path).close()
    with closing(open_read_only(str(path))) as early, closing(create(path, ())) as writer:
        writer.execute("INSERT INTO part VALUES('a', 'b', 'c')")
        assert early.execute("SELECT count(*) FROM part").fetchone() == (0,)
        with closing(open_read_only(str(path))) as late:
            assert late.execute("SELECT count(*) FROM part").fetchone() == (1,)


def test_a_locked_store_is_an_error_soon(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with locked(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        tokens_of(path)
    assert tokens_of(path) == 0


def test_reading_holds_no_lock_that_a_writer_waits_for(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as writer, closing(open_read_only(str(path))) as reader:
        writer.execute("PRAGMA busy_timeout = 0")
        reader.execute("SELECT * FROM session").fetchall()
        writer.execute("BEGIN EXCLUSIVE")
        assert reader.execute("SELECT count(*) FROM session").fetchone() == (0,)
        writer.execute("COMMIT")
        assert not reader.in_transaction


@pytest.mark.parametrize("content", [b"not a database, and long enough to look at", None])
def test_a_damaged_store_is_an_error_of_sqlite(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "opencode.db"
    create(path).close()
    if content is None:
        damage(path)
    else:
        path.write_bytes(content * 100)
    with pytest.raises(sqlite3.DatabaseError, match=r"malformed|not a database"):
        tokens_of(path)


def test_a_store_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        open_read_only(str(tmp_path / "opencode.db"))
    assert not os.listdir(tmp_path)


def test_text_that_is_no_utf_8_and_names_with_marks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a #1?mode=rwc%20" / "opencode.db"
    with closing(create(path, (*TABLES, "CREATE TABLE said(a text)"))) as connection:
        connection.execute("INSERT INTO said VALUES(CAST(x'61ff62' AS text))")
        with closing(open_read_only(str(path))) as reader:
            assert reader.execute("SELECT a FROM said").fetchone() == ("a\ufffdb",)
            assert columns_of(reader, "said") == {"a"}
            assert columns_of(reader, "nothing") == frozenset()
