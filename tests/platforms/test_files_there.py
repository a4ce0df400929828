"""Files as Windows and macOS have them: numbers, sharing, long paths, links, late times."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import mac, processes
from engine.domain.files import (
    address_of,
    is_remote,
    numbers_of,
    open_regular,
    reachable,
    read_regular,
    real_path,
    replace,
    signed,
)
from engine.domain.scans import Root
from engine.ingest import discover, store_files
from engine.ingest.files_in_use import FilesInUse
from engine.ingest.wakeup import Wakeup
from engine.ledger.aside import move_aside
from engine.ledger.in_memory import memory_notice
from engine.ledger.prepared import prepare
from tests.made_lines import answer, write
from tests.platforms.pretended import SERIAL, Kernel, kernel32, windows_status

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the real calls are there")


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with kernel32(Kernel()) as kernel:
        yield kernel


@given(st.integers(0, (1 << 128) - 1))
def test_any_number_of_a_file_fits_into_sqlite(number: int) -> None:
    kept = signed(number)
    assert -(1 << 63) <= kept < 1 << 63
    (told,) = sqlite3.connect(":memory:").execute("SELECT ?", (kept,)).fetchone()
    assert told == kept


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1))
def test_numbers_of_64_bits_stay_apart(one: int, other: int) -> None:
    assert (signed(one) == signed(other)) == (one == other)


def test_a_walk_finds_every_transcript_under_windows_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        write(tmp_path, answer(f"a{number}", 0), name=f"-w/{number}.jsonl")
    really = os.stat
    monkeypatch.setattr(os, "stat", lambda *a, **k: windows_status(really(*a, **k)))
    monkeypatch.setattr(discover, "PLATFORM", "win32")
    found = discover.walk(Root.at(tmp_path)).files
    assert len({(each.device, each.inode) for each in found}) == 3
    assert {each.device for each in found} == {signed(SERIAL)}
    assert numbers_of(os.stat(tmp_path))[0] < 0


class _Entry:
    """An entry of a directory on Windows; `tag` is that of a reparse point."""

    def __init__(self, path: str, name: str, tag: int) -> None:
        self.path, self.name, self._tag = path, name, tag

    def is_symlink(self) -> bool:
        return False

    def is_dir(self) -> bool:
        return True

    def stat(self, *, follow_symlinks: bool = True) -> Any:
        return SimpleNamespace(st_reparse_tag=self._tag)


def test_a_junction_that_leads_back_up_is_not_followed_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, answer("a1", 0), name="-w/1.jsonl")
    back = tmp_path / "projects" / "-w" / "back"
    back.symlink_to(tmp_path / "projects")
    really, looked = os.scandir, 0

    class Listed(list[Any]):
        def __enter__(self) -> Any:
            return iter(self)

        def __exit__(self, *_: object) -> None:
            return None

    def scandir(path: str) -> Any:
        nonlocal looked
        looked += 1
        with really(path) as entries:
            return Listed(
                _Entry(each.path, each.name, 0xA000_0003) if each.name == "back" else each
                for each in entries
            )

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(discover, "PLATFORM", "win32")
    walk = discover.walk(Root.at(tmp_path))
    assert (len(walk.files), walk.refused) == (1, [])
    assert looked == 2, "`projects` and `-w`, once each"


def test_a_transcript_that_cannot_be_looked_at_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(write(tmp_path, answer("a1", 0), name="-w/1.jsonl"))
    write(tmp_path, answer("a2", 0), name="-w/2.jsonl")
    really = os.stat

    def stat(asked: Any, *given: Any, **more: Any) -> os.stat_result:
        if asked == path:
            raise PermissionError(13, "Permission denied", path)
        return really(asked, *given, **more)

    monkeypatch.setattr(discover, "PLATFORM", "win32")
    monkeypatch.setattr(os, "stat", stat)
    walk = discover.walk(Root.at(tmp_path))
    assert ([each.relative for each in walk.files], walk.refused) == (
        ["-w/2.jsonl"],
        [(path, "Permission denied")],
    )


def test_a_long_path_is_reached_on_windows_alone() -> None:
    long = "C:\\" + "\\".join(["a" * 30] * 9)
    assert reachable(long, "win32") == "\\\\?\\" + long
    assert reachable(reachable(long, "win32"), "win32") == "\\\\?\\" + long
    assert reachable(long.replace("\\", "/"), "win32") == "\\\\?\\" + long
    share = "\\\\server\\share\\" + "b" * 260
    assert reachable(share, "win32") == "\\\\?\\UNC\\server\\share\\" + "b" * 260
    assert reachable("C:\\a", "win32") == "C:\\a"
    assert reachable("/" + "a" * 300, "linux") == "/" + "a" * 300


def test_long_paths_are_asked_for_by_what_reaches_them_and_told_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"-{'w' * 120}/{'x' * 120}.jsonl"
    path = str(write(tmp_path, answer("a1", 0), name=name))
    asked: list[str] = []
    really = os.stat

    def stat(where: Any, *given: Any, **more: Any) -> os.stat_result:
        asked.append(str(where))
        return really(str(where).removeprefix("\\\\?\\").replace("\\", "/"), *given, **more)

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(discover, "PLATFORM", "win32")
    assert [each.path for each in discover.walk(Root.at(tmp_path)).files] == [path]
    assert "\\\\?\\" + path.replace("/", "\\") in asked


def test_others_may_rename_what_is_read(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    with open_regular(path, platform="win32") as file:
        assert file.read() == b"{}"
    with open_regular(path, platform="win32") as file:
        assert file.read() == b"{}"
    assert read_regular(path, platform="win32") == b"{}"
    assert kernel.shares == [7, 7, 7]
    with pytest.raises(OSError, match="of Windows"):
        open_regular(tmp_path / "none", platform="win32")


@pytest.mark.parametrize("refusals", [0, 1, 9])
def test_a_file_that_a_scanner_has_open_is_replaced_a_moment_later(
    refusals: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").write_text("new")
    really, left, waits = os.replace, refusals, list[float]()

    def refuse(*given: Any) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise PermissionError(13, "The process cannot access the file")
        really(*given)

    monkeypatch.setattr(os, "replace", refuse)
    replace(tmp_path / "new", tmp_path / "old", "win32", waits.append)
    assert (tmp_path / "old").read_text() == "new"
    assert (len(waits), sum(waits) <= 1.0) == (refusals, True)


def test_a_file_that_stays_open_is_not_waited_for_long_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*given: Any) -> None:
        raise PermissionError(13, "The process cannot access the file")

    waits: list[float] = []
    monkeypatch.setattr(os, "replace", refuse)
    for platform, times in (("win32", 9), ("linux", 0), ("darwin", 0)):
        waits.clear()
        with pytest.raises(PermissionError):
            replace("a", "b", platform, waits.append)
        assert len(waits) == times


def test_a_damaged_ledger_that_another_process_has_open_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ledger.db", "ledger.db-wal"):
        (tmp_path / name).write_bytes(b"damaged")

    def refuse(*given: Any) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        move_aside(str(tmp_path / "ledger.db"))
    assert {each.name for each in tmp_path.iterdir()} == {"ledger.db", "ledger.db-wal"}
    error = PermissionError(13, "used by another process")
    error.winerror = 32  # type: ignore[attr-defined]
    assert "close the other process" in memory_notice("x.db", error).text


def test_a_share_is_no_host_in_a_database_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "abspath", lambda path: path)
    for path in (r"\\wsl.localhost\Ubuntu\home\me\a b.db", r"C:\100%\#?\ü.db", "/home/é.db"):
        address = address_of(path, "mode=ro")
        assert not address.startswith("file://")
        assert "#" not in address
        assert address.count("?") == 1


def test_a_database_is_opened_by_an_address_with_any_name(tmp_path: Path) -> None:
    path = str(tmp_path / r"\\server\share\100% #?é.db")
    sqlite3.connect(path).close()
    sqlite3.connect(address_of(path, "mode=ro"), uri=True).execute("SELECT 1").fetchone()
    assert len(os.listdir(tmp_path)) == 1


def test_a_log_that_begins_anew_without_a_new_size_or_time_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("CREATE TABLE told (number)")
    writer.execute("INSERT INTO told VALUES (1)")
    log = Path(f"{path}-wal")
    seen = set()
    for platform in ("win32", "linux"):
        for number in range(3):
            writer.execute("PRAGMA wal_checkpoint(RESTART)")
            writer.execute("UPDATE told SET number = ?", (number,))
            for each in (path, log):
                os.utime(each, ns=(10**18, 10**18))
            found = store_files.stat_store(str(path), "store.db", "database", platform)
            assert found is not None
            assert abs(found.mtime - 10**18) < 1_000_000
            seen.add((platform, found.mtime))
    writer.close()
    assert len([each for each in seen if each[0] == "win32"]) == 3
    assert len([each for each in seen if each[0] == "linux"]) == 1, "times are true there"


def test_files_that_are_kept_open_are_looked_at_every_second_where_no_event_tells(
    settings: Any, tmp_path: Path
) -> None:
    now = 0.0
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1")
    files_in_use = FilesInUse(lambda: now, interval=1.0)
    files_in_use.note(str(path))
    assert files_in_use.changed() == set()
    path.write_bytes(b"12")
    now = 1.0
    assert files_in_use.changed() == {str(path)}
    for platform, longest in (("darwin", 1.0), ("win32", 1.0), ("linux", 2.0)):
        wakeup = Wakeup(settings(is_polling=False), platform)
        wakeup._in_use.note(str(path))
        waits: list[float] = []
        wakeup.wake.wait = lambda seconds, waits=waits: waits.append(seconds) or False  # type: ignore[assignment]
        for _ in range(3):
            wakeup.wait()
        assert max(waits) == longest


def test_a_ledger_on_another_machines_drive_writes_no_log_ahead(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.drives = {"Z:\\": 4, "C:\\": 3}
    assert is_remote(r"Z:\me\ledger.db", "win32")
    assert is_remote(r"\\server\share\ledger.db", "win32")
    assert not is_remote(r"C:\me\ledger.db", "win32")
    assert not is_remote("/mnt/server/ledger.db", "linux")
    for name, modes in (("near", ("wal", 1)), ("far", ("delete", 2))):
        monkeypatch.setattr("engine.ledger.prepared.is_remote", lambda path: "far" in path)
        path = str(tmp_path / f"{name}.db")
        connection = prepare(sqlite3.connect(path), path)
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        (safe,) = connection.execute("PRAGMA synchronous").fetchone()
        assert (mode, safe) == modes
        connection.close()


def test_a_process_is_looked_at_and_never_ended_by_the_look(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *given: pytest.fail("os.kill ends a process there"))
    kernel.alive = {7}
    assert processes.is_alive(7, "win32")
    assert not processes.is_alive(8, "win32")
    kernel.refuses = True
    assert processes.is_alive(9, "win32"), "another user's"


def test_a_program_is_ended_with_all_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr("subprocess.run", lambda words, **how: ran.append((words, how)))
    killed: list[bool] = []
    process: Any = SimpleNamespace(pid=42, kill=lambda: killed.append(True))
    processes.end(process, "win32")
    ((words, how),) = ran
    assert words == ["taskkill", "/T", "/F", "/PID", "42"]
    assert (how["creationflags"], killed) == (0x0800_0000, [True])
    assert processes.apart("win32") == processes.unseen("win32") == {"creationflags": 0x0800_0000}
    assert processes.apart("darwin") == {"start_new_session": True}
    assert processes.unseen("darwin") == {}


def test_a_path_is_written_in_the_letter_case_that_the_disk_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Claude").mkdir()
    told = SimpleNamespace(
        F_GETPATH=50, fcntl=lambda handle, number, room: b"/Private/X/Claude\0" + room
    )
    monkeypatch.setattr(mac, "import_module", lambda name: told)
    assert real_path(tmp_path / "Claude", "darwin") == "/Private/X/Claude"
    assert real_path(tmp_path / "none", "darwin") == str(tmp_path / "none")
    assert real_path(tmp_path / "Claude", "linux") == str(tmp_path / "Claude")


def test_two_spellings_of_a_root_are_one_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    for name in ("Claude", "claude"):
        (tmp_path / name / "projects").mkdir(parents=True)
    monkeypatch.setattr(
        "engine.domain.scans.real_path",
        lambda path: os.path.realpath(path).replace("claude", "Claude"),
    )
    roots = discover.find_roots(settings(roots=(tmp_path / "Claude", tmp_path / "claude")))
    assert len(roots) == 1
