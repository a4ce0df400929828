"""Linux's file events: each change below a tree or at a place is told, soon and without looking."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

from engine.ingest import inotify
from engine.ingest.file_events import FileEvents
from engine.ingest.inotify import Happening, Inotify
from engine.ingest.watcher import Watcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

_PATIENCE = 5.0
_CALM = 0.15


class _Told:
    """What a thread that listens was told."""

    def __init__(self, events: FileEvents) -> None:
        self._batches: Queue[set[str]] = Queue()
        self._events = events
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        for paths in self._events.changes():
            self._batches.put(paths)

    def next(self) -> set[str]:
        """Return the next batch."""
        return self._batches.get(timeout=_PATIENCE)

    def wait_for(self, *paths: Path | str) -> None:
        """Wait until all these were told."""
        missing = {str(path) for path in paths}
        while missing:
            missing -= self.next()

    def calm(self) -> list[set[str]]:
        """Return all batches until nothing has been told for a while."""
        batches = []
        try:
            while True:
                batches.append(self._batches.get(timeout=_CALM))
        except Empty:
            return batches

    def end(self) -> float:
        """End listening; return how long that took."""
        begun = time.monotonic()
        self._events.end()
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()
        self._events.close()
        return time.monotonic() - begun


@contextmanager
def _listening(tree: Path, *places: Path) -> Iterator[_Told]:
    told = _Told(FileEvents([str(tree)], [str(place) for place in places], (".jsonl",)))
    try:
        assert told.next() == {str(tree)}
        yield told
    finally:
        assert told.end() < 1.0


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "projects"
    path.mkdir()
    return path


def test_appends_new_files_and_other_names_in_a_tree(tree: Path) -> None:
    old = tree / "-a" / "s1.jsonl"
    old.parent.mkdir()
    old.write_text("x")
    with _listening(tree) as told:
        with old.open("a") as file:
            file.write("y")
        told.wait_for(old)
        (tree / "-a" / "notes.txt").write_text("z")
        (tree / "-a" / "s2.jsonl").write_text("z")
        assert told.calm() == [{str(tree / "-a" / "s2.jsonl")}]
        renamed = old.rename(tree / "-a" / "s3.jsonl")
        told.wait_for(old, renamed)


def test_files_in_directories_that_are_new_deep_moved_or_made_anew(tree: Path) -> None:
    with _listening(tree) as told:
        for number in range(30):
            deep = tree / f"-p{number}" / "deep" / "er" / "s.jsonl"
            deep.parent.mkdir(parents=True)
            deep.write_text("x")
            told.wait_for(deep)
        moved = (tree / "-p0").rename(tree / "-moved") / "deep" / "er" / "s.jsonl"
        told.wait_for(moved)
        with moved.open("a") as file:
            file.write("y")
        told.wait_for(moved)
        told.calm()
        shutil.rmtree(tree / "-p1")
        again = tree / "-p1" / "deep" / "er" / "s.jsonl"
        again.parent.mkdir(parents=True)
        told.calm()
        again.write_text("x")
        told.wait_for(again)


def test_repositories_are_not_watched(tree: Path) -> None:
    old, new = tree / "-a" / ".git" / "objects", tree / "-b" / ".git" / "objects"
    old.mkdir(parents=True)
    with _listening(tree) as told:
        new.mkdir(parents=True)
        told.calm()
        for each in (old, new):
            (each / "s.jsonl").write_text("x")
            (each / "deep").mkdir()
        assert told.calm() == []
        (new.parent.parent / "s.jsonl").write_text("x")
        told.wait_for(new.parent.parent / "s.jsonl")


def test_links_are_followed_once_and_loops_end(tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "-linked").mkdir(parents=True)
    single = elsewhere / "single"
    single.write_text("x")
    (tree / "-linked").symlink_to(elsewhere / "-linked")
    (tree / "up").symlink_to(tree)
    (tree / "one.jsonl").symlink_to(single)
    with _listening(tree) as told:
        (elsewhere / "-linked" / "s.jsonl").write_text("x")
        assert told.calm() == [{str(tree / "-linked" / "s.jsonl")}]
        with single.open("a") as file:
            file.write("y")
        told.wait_for(tree / "one.jsonl")
        (elsewhere / "-later").mkdir()
        (tree / "-later").symlink_to(elsewhere / "-later")
        told.calm()
        (elsewhere / "-later" / "s.jsonl").write_text("x")
        told.wait_for(tree / "-later" / "s.jsonl")


def test_a_tree_taken_away_is_told(tree: Path) -> None:
    with _listening(tree) as told:
        tree.rename(tree.with_name("gone"))
        told.wait_for(tree)


def test_a_flood_of_events_is_told_as_the_whole_tree(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Inotify.read

    def flooded(queue: Inotify) -> Iterator[Happening]:
        list(read(queue))
        yield Happening(-1, inotify.OVERFLOW, "")

    monkeypatch.setattr(Inotify, "read", flooded)
    with _listening(tree) as told:
        (tree / "s.jsonl").write_text("x")
        told.wait_for(tree)


def test_places_that_appear_change_and_go(tree: Path, tmp_path: Path) -> None:
    database, sessions = tmp_path / "data" / "ledger.db", tmp_path / "home" / "x" / "sessions"
    with _listening(tree, database, sessions) as told:
        changes: list[Callable[[], object]] = [
            lambda: database.parent.mkdir(),
            lambda: database.write_text("x"),
            lambda: database.with_name("ledger.db-wal").write_text("x"),
            lambda: database.unlink(),
            lambda: sessions.mkdir(parents=True),
            lambda: (sessions / "1.json").write_text("x"),
            lambda: os.utime(sessions / "1.json"),
            lambda: shutil.rmtree(sessions.parent),
            lambda: sessions.mkdir(parents=True),
            lambda: (sessions / "2.json").write_text("x"),
        ]
        for change in changes:
            change()
            batches = told.calm()
            assert batches
            assert set().union(*batches) == set()
        (database.parent / "prices.json").write_text("x")
        assert told.calm() == []


def test_nothing_wakes_it_while_nothing_happens(tree: Path) -> None:
    with _listening(tree) as told:
        task = Path(f"/proc/self/task/{told._thread.native_id}/status")

        def woken() -> list[str]:
            return [line for line in task.read_text().splitlines() if "ctxt_switches" in line]

        told.calm()
        before = woken()
        time.sleep(0.3)
        assert woken() == before


def test_too_many_directories_are_polled_and_said(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(queue: Inotify, path: str, mask: int) -> int:
        raise OSError(errno.ENOSPC, "more directories than allowed")

    monkeypatch.setattr(Inotify, "add", refuse)
    watcher = Watcher(lambda paths: None, False)
    assert watcher.probe([str(tree)]) == "polling (more directories than allowed)"


def test_where_there_is_no_inotify_watchfiles_tells(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(queue: Inotify) -> None:
        raise NotImplementedError

    monkeypatch.setattr(Inotify, "__init__", absent)
    told: Queue[set[str]] = Queue()
    watcher = Watcher(told.put, False)
    watcher.watch([str(tree)], [str(tree.parent / "sessions")])
    try:
        assert told.get(timeout=_PATIENCE) == {str(tree)}
        (tree / "s.jsonl").write_text("x")
        assert told.get(timeout=_PATIENCE) == {str(tree / "s.jsonl")}
        assert (watcher.mode, watcher.tells_places) == ("events", False)
    finally:
        watcher.stop()
