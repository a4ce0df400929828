"""Other processes read a first load: the same figures, whatever becomes of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.settings import Settings
from engine.ingest import loader, workers
from engine.ingest.chunk_reader import ChunkReader
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.made_lines import answer
from tests.slow_reading import SlowResponse, read

MakeSettings = Callable[..., Settings]
_NOW = 1_795_184_640_000


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SlowResponse]]:
    root = tmp_path_factory.mktemp("history")
    write_history(root, DemoUser(seed=3, now_ms=_NOW, responses=900, days=6, sessions=30))
    return root, read(root)


@pytest.fixture(autouse=True)
def everything_elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Read nearly all of a small history in other processes, in small chunks."""
    started: list[int] = []
    start = workers._start

    def counted() -> Any:
        started.append(1)
        return start()

    monkeypatch.setattr(loader, "_WORTH_WORKERS", 1)
    monkeypatch.setattr(loader, "_FIRST_BATCH", 100_000)
    monkeypatch.setattr(loader, "_CHUNK", 200_000)
    monkeypatch.setattr(workers, "_start", counted)
    return started


def _read(settings: MakeSettings, history: tuple[Path, list[SlowResponse]]) -> None:
    root, right = history
    given = settings(roots=(root,), ledger=":memory:", clock=lambda: _NOW)
    with Monitor(given) as monitor:
        monitor.read()
        assert not monitor.snapshot().notices
        assert_agreement(monitor, right)


def test_other_processes_give_the_figures_of_a_slow_reading(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    everything_elsewhere: list[int],
) -> None:
    _read(settings, history)
    assert everything_elsewhere == [1] * workers.worker_count()


def test_what_a_process_that_cannot_start_was_to_read_is_read_here(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    _read(settings, history)


@pytest.mark.posix
def test_what_a_process_that_ends_at_once_was_to_read_is_read_here(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    _read(settings, history)


def test_a_process_killed_in_the_midst_loses_nothing(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[bytes | None] = []
    is_missed = Event()
    answer, read = workers._answer, ChunkReader.read

    def killing(process: Any) -> bytes | None:
        answers.append(answer(process))
        if len(answers) == 2:
            process.kill()
        if answers[-1] is None:
            is_missed.set()
        return answers[-1]

    def once_missed(*tasks: Any) -> Any:
        assert is_missed.wait(60)
        return read(*tasks)

    monkeypatch.setattr(workers, "_answer", killing)
    monkeypatch.setattr(ChunkReader, "read", once_missed)
    _read(settings, history)
    assert None in answers


@pytest.mark.posix
def test_an_unreadable_file_is_refused_by_name(
    settings: MakeSettings, history: tuple[Path, list[SlowResponse]], tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "projects").mkdir(parents=True)
    for path in (history[0] / "projects").iterdir():
        (root / "projects" / path.name).symlink_to(path)
    (root / "projects" / "-odd").mkdir()
    (root / "projects" / "-odd" / "memory.jsonl").symlink_to("/proc/self/mem")
    given = settings(roots=(root,), ledger=":memory:", clock=lambda: _NOW)
    with Monitor(given) as monitor:
        monitor.read()
        (notice,) = monitor.snapshot().notices
        assert "memory.jsonl" in notice.text
        assert monitor.snapshot().responses == len(history[1])


def _small_files(root: Path, count: int, names: Callable[[int], bytes]) -> None:
    project = root / "projects" / "-small"
    project.mkdir(parents=True)
    filler = b'{"type":"user","message":{"role":"user","content":"' + b"x" * 6_000 + b'"}}\n'
    for number in range(count):
        line = answer(str(number), _NOW - number * 1_000, 5, session=f"s{number}")
        (Path(os.fsdecode(os.fsencode(project) + b"/" + names(number)))).write_bytes(filler + line)


def test_thousands_of_small_transcripts_never_fill_a_pipe_both_ways(
    settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_CHUNK", 8 << 20)
    _small_files(tmp_path, 3_000, lambda number: b"%064d.jsonl" % number)
    with Monitor(settings(roots=(tmp_path,), ledger=":memory:", clock=lambda: _NOW)) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 3_000


def test_a_transcript_whose_name_is_no_text_is_read_elsewhere_too(
    settings: MakeSettings, tmp_path: Path
) -> None:
    _small_files(tmp_path, 60, lambda number: b"caf\xe9-%d.jsonl" % number)
    with Monitor(settings(roots=(tmp_path,), ledger=":memory:", clock=lambda: _NOW)) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 60


def test_nothing_of_the_directory_ccmon_is_started_in_is_run(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = "open('run', 'w')"
    for module in ("engine/__init__.py", "msgspec.py", "json.py", "sitecustomize.py"):
        (tmp_path / module).parent.mkdir(exist_ok=True)
        (tmp_path / module).write_text(trap)
    monkeypatch.chdir(tmp_path)
    _read(settings, history)
    assert not (tmp_path / "run").exists()


def test_a_slow_process_is_not_waited_for_while_there_is_something_to_read(
    settings: MakeSettings,
    history: tuple[Path, list[SlowResponse]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_here: list[int] = []
    answer, read = workers._answer, ChunkReader.read

    def slowly(process: Any) -> bytes | None:
        time.sleep(0.05)
        return answer(process)

    def counted(*tasks: Any) -> Any:
        read_here.append(1)
        return read(*tasks)

    monkeypatch.setattr(workers, "_answer", slowly)
    monkeypatch.setattr(ChunkReader, "read", counted)
    monkeypatch.setattr(workers, "_AHEAD", 2)
    reading = Thread(target=_read, args=(settings, history), daemon=True)
    reading.start()
    reading.join(60)
    assert not reading.is_alive()
    assert read_here
