"""What was found is kept packed: who asks again sees every change, and lists nothing else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.domain.settings import Settings
from engine.ingest import discover, listings, transcripts
from engine.monitor import Monitor
from engine.native import SWITCH
from tests.made_lines import answer

MakeSettings = Callable[..., Settings]
NOW = 1_795_184_640_000
_LONG_AGO = 1_700_000_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kept on Linux alone")


@pytest.fixture(params=["native", "python"])
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A root of a few transcripts whose directories have been as they are for long."""
    if request.param == "python":
        monkeypatch.setattr(listings, "native_listing", lambda environment: None)
    monkeypatch.setattr(transcripts, "_WORTH_LISTING", 1)
    monkeypatch.setattr(listings, "_are_trusted", lambda devices: True)
    root = tmp_path / "root"
    for number in range(6):
        path = root / "projects" / f"-p{number % 2}" / f"s{number}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer(str(number), NOW - number))
    (root / "projects" / "-p0" / "empty").mkdir()
    _settle(root)
    return root


def _settle(root: Path) -> None:
    for directory, _, _ in os.walk(root):
        os.utime(directory, (_LONG_AGO, _LONG_AGO))


@pytest.fixture
def count(root: Path, settings: MakeSettings, tmp_path: Path) -> Callable[[], int]:
    """Read what is new once, and return how many responses there are."""

    def read() -> int:
        given = settings(roots=(root,), ledger=str(tmp_path / "ledger.db"), clock=lambda: NOW)
        with Monitor(given) as monitor:
            monitor.catch_up()
            return monitor.snapshot().responses

    return read


@pytest.fixture
def known(count: Callable[[], int], walks: list[str]) -> Callable[[], int]:
    """As `count`, where all has been read and its listing is kept."""
    assert count() == 6
    assert count() == 6
    walks.clear()
    assert count() == 6
    assert not walks
    return count


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    walked: list[str] = []
    walk = discover._walk

    def noted(top: str, *given: Any) -> discover.Walk:
        walked.append(top)
        return walk(top, *given)

    monkeypatch.setattr(discover, "_walk", noted)
    return walked


def _append(root: Path) -> int:
    with (root / "projects" / "-p1" / "s3.jsonl").open("ab") as file:
        file.write(answer("more", NOW))
    return 7


def _new_file(root: Path) -> int:
    (root / "projects" / "-p1" / "new.jsonl").write_bytes(answer("new", NOW))
    return 7


def _new_file_where_none_was(root: Path) -> int:
    (root / "projects" / "-p0" / "empty" / "new.jsonl").write_bytes(answer("new", NOW))
    return 7


def _new_directory(root: Path) -> int:
    path = root / "projects" / "-p9" / "deep" / "new.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(answer("new", NOW))
    return 7


def _another_file_in_its_place(root: Path) -> int:
    path = root / "projects" / "-p1" / "s3.jsonl"
    kept = path.stat()
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes().replace(b"msg_013", b"msg_019"))
    os.utime(other, ns=(kept.st_mtime_ns, kept.st_mtime_ns))
    directory = path.parent.stat()
    other.replace(path)
    os.utime(path.parent, ns=(directory.st_mtime_ns, directory.st_mtime_ns))
    return 7


def _gone(root: Path) -> int:
    (root / "projects" / "-p1" / "s3.jsonl").unlink()
    return 6


@pytest.mark.parametrize(
    "change",
    [
        _append,
        _new_file,
        _new_file_where_none_was,
        _new_directory,
        _another_file_in_its_place,
        _gone,
    ],
)
def test_every_change_is_seen(
    root: Path, known: Callable[[], int], walks: list[str], change: Callable[[Path], int]
) -> None:
    expected = change(root)
    assert known() == expected
    assert walks
    _settle(root)
    assert known() == expected
    walks.clear()
    assert known() == expected
    assert not walks


def test_a_directory_that_changed_just_now_is_listed_again(
    root: Path, count: Callable[[], int], walks: list[str]
) -> None:
    soon = time.time() + 3_600  # "just now" for as long as a busy machine takes
    os.utime(root / "projects" / "-p0", (soon, soon))
    for _ in range(3):
        walks.clear()
        assert count() == 6
        assert walks


def test_what_has_links_is_listed_each_time(
    root: Path, count: Callable[[], int], walks: list[str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "projects" / "-linked").symlink_to(elsewhere)
    _settle(root)
    _settle(elsewhere)
    assert count() == 6
    assert count() == 6
    (elsewhere / "new.jsonl").write_bytes(answer("new", NOW))
    assert count() == 7


def test_what_lies_on_an_unknown_file_system_is_listed_each_time(
    root: Path, count: Callable[[], int], walks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(transcripts, "_WORTH_LISTING", 1)
    monkeypatch.setattr(listings, "_TRUSTED", frozenset())
    assert count() == count() == 6
    assert not listings._are_trusted({os.stat(root).st_dev})


def test_file_systems_of_this_machine_are_known() -> None:
    kind = {"/proc": False}
    assert {path: listings._are_trusted({os.stat(path).st_dev}) for path in kind} == kind


def test_a_damaged_listing_is_none() -> None:
    assert listings.unchanged(b"", {}) is None
    assert listings.unchanged(b"\x93\x90\x90\xc4\x00", {}) == 0
    assert listings.unchanged(b"\x93\x90\x90\xc4\x01a", {}) is None
    assert listings.unchanged(b"\x93\x90\x91\x90\xc4\x00", {}) is None


def test_a_path_that_the_system_takes_not_is_not_as_listed() -> None:
    names = [["a" * 5_000], ["a\0b"]]
    for each in names:
        listing = listings._Listing([("/", *_marks("/")[:2], _marks("/")[3])], [each], b"\0" * 32)
        packed = msgspec.msgpack.encode(listing)
        assert listings.unchanged(packed, {}) is listings.unchanged(packed, {SWITCH: "0"}) is None


def _marks(path: str) -> tuple[int, int, int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
