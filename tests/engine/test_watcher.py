"""Changes below watched directories are told, also where the system's events end or are lost."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from engine.ingest import watcher as watcher_module
from engine.ingest.files_in_use import FilesInUse
from engine.ingest.watcher import Watcher
from tests.patience import PATIENCE, done_within


class _Told:
    """A watcher that is armed anew as often as it asks for it, and what it told."""

    def __init__(self, *directories: Path) -> None:
        self._batches: Queue[set[str]] = Queue()
        self.watcher = Watcher(self._batches.put, is_polling=False)
        self._directories = [str(path) for path in directories]
        self.armed = 0
        self.keep_armed()
        self.wait_for(next(path for path in directories if path.is_dir()))

    def keep_armed(self) -> None:
        """Do what follows when it is time to look: watch anew what is not watched."""
        present = [path for path in self._directories if os.path.isdir(path)]
        if not self.watcher.is_watching(present):
            self.armed += 1
            self.watcher.watch(present)

    def wait_for(self, path: Path) -> None:
        """Wait until a path was told, or a directory above it, all of which is then looked at."""
        wanted = {str(each) for each in (path, *path.parents)}
        end = time.monotonic() + PATIENCE
        while wanted.isdisjoint(self.calm(0.05)):
            assert time.monotonic() < end, path
            self.keep_armed()

    def wait_for_events_of(self, path: Path) -> None:
        """Wait until appends to a file are told by its name, which is when events come."""
        end = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < end, path
            self.keep_armed()
            _write(path)
            if str(path) in self.calm(0.15):
                return

    def wait_for_this(self, path: Path) -> None:
        """Wait until a path is told by its own name."""
        end = time.monotonic() + PATIENCE
        while str(path) not in self.calm(0.005):
            assert time.monotonic() < end, path

    def calm(self, seconds: float) -> set[str]:
        """Return all that is told until nothing has been for a while."""
        told: set[str] = set()
        try:
            while True:
                told |= self._batches.get(timeout=seconds)
        except Empty:
            return told

    def wait_until_armed_anew(self) -> None:
        """Wait until it has been armed once more."""
        before, end = self.armed, time.monotonic() + PATIENCE
        while self.armed == before:
            assert time.monotonic() < end
            self.keep_armed()
            time.sleep(0.02)


@pytest.fixture(autouse=True)
def _soon_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher_module, "_QUIET", 100)
    monkeypatch.setattr(watcher_module, "_LEAST_PAUSE", 0.2)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "projects"
    path.mkdir()
    return path


@pytest.fixture
def told(tree: Path) -> Iterator[_Told]:
    made = _Told(tree)
    yield made
    made.watcher.stop()


def _write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(text)
    return path


def test_appends_new_files_and_other_names_are_told(told: _Told, tree: Path) -> None:
    old = tree / "-a" / "s1.jsonl"
    told.wait_for_events_of(old)
    told.calm(0.5)
    _write(tree / "-a" / "notes.txt")
    _write(tree / "-a" / ".git" / "s.jsonl")
    _write(old)
    assert str(old) in (seen := told.calm(0.3))
    assert not any("notes" in path or "s.jsonl" in path for path in seen)
    renamed = old.rename(tree / "-a" / "s3.jsonl")
    assert {str(old), str(renamed)} <= told.calm(0.5)


def test_an_append_is_told_before_anybody_would_notice(told: _Told, tree: Path) -> None:
    path = tree / "-a" / "s1.jsonl"
    told.wait_for_events_of(path)
    told.calm(0.5)

    def append() -> None:
        _write(path)
        told.wait_for_this(path)

    for _ in range(4):
        done_within(0.25, append)
        time.sleep(0.05)


def test_a_directory_that_is_new_deep_or_moved_is_followed(told: _Told, tree: Path) -> None:
    for number in range(3):
        path = _write(tree / f"-p{number}" / "deep" / "er" / "s.jsonl")
        told.wait_for(path)
        told.wait_for_events_of(path)
    moved = (tree / "-p0").rename(tree / "-moved")
    told.wait_for(moved)
    told.wait_for_events_of(moved / "deep" / "er" / "s.jsonl")


def test_a_root_removed_and_made_anew_is_watched_each_time(told: _Told, tree: Path) -> None:
    for number in range(5):
        shutil.rmtree(tree)
        tree.mkdir()
        time.sleep(0.03 * number)
        told.wait_for(_write(tree / "-a" / "s.jsonl"))
    told.wait_for_events_of(tree / "-a" / "s.jsonl")


def test_a_root_replaced_by_another_directory_is_watched(told: _Told, tree: Path) -> None:
    other = tree.with_name("other")
    _write(other / "-a" / "s.jsonl")
    tree.rmdir()
    other.rename(tree)
    told.wait_until_armed_anew()
    told.wait_for_events_of(tree / "-a" / "s.jsonl")


def test_a_directory_removed_and_made_anew_is_watched_each_time(told: _Told, tree: Path) -> None:
    path = tree / "-a" / "deep" / "s.jsonl"
    for number in range(5):
        told.wait_for_events_of(path)
        shutil.rmtree(tree / "-a")
        time.sleep(0.03 * (number % 4))
        told.wait_for(_write(path))
    told.wait_for_events_of(path)


def test_a_missing_root_that_appears_is_watched(told: _Told, tree: Path) -> None:
    later = tree.with_name("later")
    both = _Told(tree, later)
    later.mkdir()
    both.wait_for(later)
    both.wait_for_events_of(later / "s.jsonl")
    both.watcher.stop()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_is_swapped_is_followed_to_its_new_target(told: _Told, tree: Path) -> None:
    for number in range(4):
        target = tree.with_name(f"target{number}")
        target.mkdir()
        fresh = tree.with_name("fresh")
        fresh.symlink_to(target)
        fresh.replace(tree / "-linked")
        told.wait_until_armed_anew()
        told.wait_for_events_of(tree / "-linked" / "s.jsonl")


def test_arming_anew_is_bounded_by_what_a_look_takes(told: _Told, tree: Path) -> None:
    told.watcher.pace(1.0)
    armed = told.armed
    for number in range(20):
        (tree / f"-{number}").mkdir()
        told.keep_armed()
        time.sleep(0.02)
    assert told.armed == armed
    told.watcher.pace(0.0)
    time.sleep(0.6)
    told.keep_armed()
    assert told.armed == armed + 1


def test_one_missed_event_is_doubted_for_a_while_alone(
    told: _Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "_DOUBTED", 0.3)
    assert told.watcher.mode == "events"
    told.watcher.doubt("file events did not come")
    assert told.watcher.probe([]) == "polling (file events did not come)"
    told.wait_until_armed_anew()
    time.sleep(0.3)
    assert told.watcher.probe([]) == "events"


def test_too_much_to_watch_is_said_and_tried_again(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "OS file watch limit reached")

    with monkeypatch.context() as patched:
        patched.setattr("watchfiles.watch", refuse)
        watcher = Watcher(lambda paths: None, is_polling=False)
        assert watcher.probe([str(tree)]) == "polling (OS file watch limit reached)"
        watcher.watch([str(tree)])
        assert watcher.is_watching([str(tree)]), "not at once"
    monkeypatch.setattr(watcher_module, "_RETRY", 0.1)
    time.sleep(0.6)
    assert not watcher.is_watching([str(tree)])
    watcher.watch([str(tree)])
    end = time.monotonic() + PATIENCE
    while watcher.mode == "polling" and time.monotonic() < end:
        time.sleep(0.02)
    assert watcher.mode == "events"
    watcher.stop()


def test_files_in_use_that_change_without_an_event_are_found(tmp_path: Path) -> None:
    now = 0.0
    files = FilesInUse(lambda: now)
    paths = [_write(tmp_path / f"{number}" / "s.jsonl") for number in range(100)]
    for path in paths:
        files.note(str(path))
    assert files.changed() == set()
    _write(paths[0])
    _write(paths[99])
    _write(paths[97].with_name("beside.jsonl"))
    paths[98].unlink()
    assert files.changed() == set(), "not again at once"
    now += 3.0
    changed = {paths[99], paths[98], paths[98].parent, paths[97].parent}
    assert files.changed() == {str(path) for path in changed}, "of those that changed last"
    now += 3.0
    assert files.changed() == set()
    now += 4_000.0
    files.changed()
    _write(paths[97])
    now += 3.0
    assert files.changed() == set(), "no longer in use"
