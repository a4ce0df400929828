"""Transcripts that change in every way while a monitor follows them: nothing lost or doubled."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.domain import pace
from engine.domain.settings import Settings
from engine.ingest.watcher import Watcher
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.another_user import NOBODY
from tests.faults.seen import Seen
from tests.faults.written import append, response, responses, sentences, transcript
from tests.patience import wait_until
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]
AsUser = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def following(settings: MakeSettings) -> Callable[..., AbstractContextManager[Monitor]]:
    """Open monitors that have read history and follow by file events."""

    @contextmanager
    def follow(root: Path, ledger: str = ":memory:") -> Iterator[Monitor]:
        with Monitor(settings(roots=(root,), ledger=ledger, is_polling=False)) as monitor:
            monitor.start(lambda: None)
            wait_until(lambda: monitor.snapshot().state == "following")
            yield monitor
            assert "Following stopped" not in sentences(monitor.snapshot())

    return follow


Following = Callable[..., AbstractContextManager[Monitor]]


def test_a_transcript_may_change_in_every_way(tmp_path: Path, following: Following) -> None:
    root, ledger = tmp_path / "root", str(tmp_path / "ledger.db")
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    seen = Seen(root)
    with following(root, ledger) as monitor:
        seen.assert_counted(monitor)
        os.truncate(path, path.stat().st_size // 2 + 7)
        append(path, b"\n" + responses(range(30, 35)))
        seen.assert_counted(monitor)
        path.write_bytes(responses(range(40, 44)))
        seen.assert_counted(monitor)
        replacing = path.with_suffix(".new")
        replacing.write_bytes(responses(range(50, 80)))
        replacing.replace(path)
        seen.assert_counted(monitor)
        path = path.rename(path.with_name("s1-renamed.jsonl"))
        append(path, responses(range(80, 83)))
        seen.assert_counted(monitor)
        path.unlink()
        other = transcript(root, "-a/s2.jsonl", responses(range(4), "s2"))
        seen.assert_counted(monitor)
        for byte in response(90, session="s2", text="äöü" * 20):
            append(other, bytes([byte]))
        seen.assert_counted(monitor)
        os.truncate(other, 0)
        append(other, responses(range(91, 95), "s2"))
        seen.assert_counted(monitor)
        assert not monitor.snapshot().notices
    with following(root, ledger) as monitor:
        seen.assert_counted(monitor)


def test_a_transcript_appended_byte_by_byte_is_counted_once_at_each_length(
    tmp_path: Path, settings: MakeSettings
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(3)))
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        for byte in response(3):
            append(path, bytes([byte]))
            monitor.read()
            assert_agreement(monitor, read(tmp_path))
        assert monitor.snapshot().responses == 4
        assert not monitor.health().bad_lines


@pytest.mark.posix
def test_a_transcript_whose_permission_is_taken_away_is_named_and_read_on_later(
    open_place: Path, settings: MakeSettings, as_user: AsUser
) -> None:
    path = transcript(open_place, "-a/s1.jsonl", responses(range(5)))
    for directory in (open_place / "projects", path.parent):
        directory.chmod(0o755)
    path.chmod(0o644)
    with Monitor(settings(roots=(open_place,))) as monitor:
        with as_user():
            monitor.read()
        before = read(open_place)
        append(path, responses(range(5, 9)))
        path.chmod(0)
        with as_user():
            monitor.read()
            assert f"{path} could not be read (Permission denied)" in sentences(monitor.snapshot())
        assert_agreement(monitor, before)
        path.chmod(0o644)
        with as_user():
            monitor.read()
        assert_agreement(monitor, read(open_place))
        assert not monitor.snapshot().notices


@pytest.mark.posix
def test_a_permission_given_back_is_noticed_while_following(
    open_place: Path, following: Following, as_user: AsUser
) -> None:
    importlib.import_module("watchfiles")  # what belongs to root cannot be imported as a user
    path = transcript(open_place, "-a/s1.jsonl", responses(range(5)))
    for each in (open_place / "projects", path.parent):
        each.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    with as_user(), following(open_place) as monitor, path.open("ab", buffering=0) as writer:
        path.chmod(0)
        writer.write(responses(range(5, 9)))
        wait_until(lambda: "Permission denied" in sentences(monitor.snapshot()), "the sentence")
        assert monitor.snapshot().responses == 5
        path.chmod(0o644)
        wait_until(lambda: monitor.snapshot().responses == 9)
        wait_until(lambda: not monitor.snapshot().notices, "the end of the sentence")
        assert_agreement(monitor, read(open_place))


def test_two_writers_on_one_transcript_lose_nothing(tmp_path: Path, following: Following) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))

    def write(session: str) -> None:
        with path.open("ab", buffering=0) as file:
            for number in range(150):
                file.write(response(number, session=session))

    seen = Seen(tmp_path)
    with following(tmp_path) as monitor:
        writers = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert seen.note() == 305
        seen.assert_counted(monitor)


def test_directories_that_go_and_come_again_and_roots_that_appear_are_followed(
    tmp_path: Path, following: Following
) -> None:
    root = tmp_path / "root"
    seen = Seen(root)
    with following(root) as monitor:
        assert monitor.snapshot().is_empty
        transcript(root, "-a/s1.jsonl", responses(range(5)))
        seen.assert_counted(monitor)
        shutil.rmtree(root / "projects" / "-a")
        path = transcript(root, "-a/s1.jsonl", responses(range(10, 12)))
        append(path, response(20))
        seen.assert_counted(monitor)
        shutil.rmtree(root)
        path = transcript(root, "-b/s2.jsonl", response(1, session="s2"))
        seen.assert_counted(monitor)
        append(path, response(50, session="s2"))
        seen.assert_counted(monitor)
        assert not monitor.snapshot().notices


@pytest.mark.posix
def test_linked_projects_and_loops_are_followed_without_counting_twice(
    tmp_path: Path, following: Following
) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    path = transcript(elsewhere, "-linked/s2.jsonl", responses(range(7), "s2"))
    transcript(root, "-a/s1.jsonl", responses(range(5)))
    (root / "projects" / "-linked").symlink_to(path.parent)
    (root / "projects" / "-a" / "up").symlink_to(root / "projects")
    with following(root) as monitor:
        assert monitor.snapshot().responses == 12
        append(path, responses(range(7, 9), "s2"))
        monitor.refresh()
        wait_until(lambda: monitor.snapshot().responses >= 14)
        transcript(root, "-a/s3.jsonl", responses(range(2), "s3"))
        wait_until(lambda: monitor.snapshot().responses >= 16)
        report = monitor.report("projects", "all")
        assert {row.key: row.figures.responses for row in report.rows} == {"/code/somewhere": 16}


def test_two_thousand_transcripts_that_appear_at_once_are_all_counted(
    tmp_path: Path, following: Following
) -> None:
    transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    prepared = tmp_path / "prepared"
    for number in range(1_000):
        transcript(prepared, f"-p{number % 40}/m{number}.jsonl", response(1, session=f"m{number}"))
    seen = Seen(tmp_path)
    with following(tmp_path) as monitor:
        for directory in sorted((prepared / "projects").iterdir()):
            directory.rename(tmp_path / "projects" / directory.name)
        for number in range(1_000):
            transcript(
                tmp_path, f"-q{number % 40}/n{number}.jsonl", response(1, session=f"n{number}")
            )
        assert seen.note() == 2_005
        seen.assert_counted(monitor)
        assert not monitor.snapshot().notices


def test_without_file_events_following_goes_on_by_looking(
    tmp_path: Path, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    monkeypatch.setattr(pace, "ALL_FILES_WITHOUT_EVENTS", (0.1, 100, 30.0))
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    with following(tmp_path) as monitor:
        append(path, responses(range(5, 9)))
        wait_until(lambda: monitor.snapshot().responses == 9)
        assert "polling" in monitor.health().watch


def test_a_directory_replaced_before_its_events_come_is_known_not_to_be_watched(
    tmp_path: Path,
) -> None:
    watched, other = tmp_path / "projects", tmp_path / "other"
    watched.mkdir()
    other.mkdir()
    watcher = Watcher(lambda paths: None, is_polling=False)
    watcher.watch([str(watched)])
    assert watcher.is_watching([str(watched)])
    watcher.stop()
    watched.rmdir()
    other.rename(watched)
    time.sleep(0.5)
    assert not watcher.is_watching([str(watched)])
