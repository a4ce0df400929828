"""However transcripts are written, read, interrupted and read again, the figures are the same."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from engine.demo import DemoUser, write_history
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.generated import FILES, Step, steps, transcripts
from tests.slow_reading import SlowResponse, read

MakeSettings = Callable[..., Settings]

some_examples = examples(
    max_examples=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Killed(BaseException):
    """The process would be gone here."""


class _Mortal(sqlite3.Connection):
    """A connection whose process dies at a chosen statement, before it is carried out."""

    left: Iterator[int] = itertools.count()
    opened: list[sqlite3.Connection] = []  # noqa: RUF012

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _Mortal.opened.append(self)

    def execute(self, *args: Any) -> sqlite3.Cursor:
        self._live()
        return super().execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        self._live()
        return super().executemany(*args)

    def _live(self) -> None:
        if next(_Mortal.left, None) is None:
            raise Killed


def _kill_while_reading(given: Settings, at: int) -> None:
    """Open and read until the `at`th statement, then vanish as a killed process does."""
    with pytest.MonkeyPatch.context() as patch:
        connect = sqlite3.connect
        patch.setattr(_Mortal, "left", iter(range(at)))
        patch.setattr(_Mortal, "opened", [])
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=_Mortal, **k))
        try:
            with Monitor(given) as monitor:
                monitor.read()
        except Killed:
            pass
        finally:
            for connection in _Mortal.opened:
                connection.close()


class _World:
    """Two roots, what is still to be written below them, and a monitor that may restart."""

    def __init__(self, place: Path, files: dict[int, bytes], make: MakeSettings) -> None:
        self.roots = (place / "one", place / "two")
        for root in self.roots:
            (root / "projects").mkdir(parents=True)
        self._left = dict(files)
        self.settings = make(roots=self.roots, ledger=str(place / "ledger.db"))
        self.monitor = Monitor(self.settings)

    def take(self, step: Step) -> None:
        """Write a piece of a file, then read, restart, die, or do nothing."""
        number, share, then, at = step
        left = self._left.get(number, b"")
        self._append(number, left[: int(len(left) * share)])
        if then == "read":
            self.monitor.read()
        elif then in ("restart", "kill"):
            self.monitor.close()
            if then == "kill":
                _kill_while_reading(self.settings, at)
            self.monitor = Monitor(self.settings)

    def finish(self) -> list[SlowResponse]:
        """Write and read all that is left; return what a slow reading finds."""
        for number in list(self._left):
            self._append(number, self._left[number])
        self.monitor.read()
        return read(self.roots)

    def paths(self) -> list[Path]:
        return [path for root in self.roots for path in root.rglob("*.jsonl")]

    def _append(self, number: int, piece: bytes) -> None:
        if number not in self._left:
            return
        root, name = FILES[number]
        path = self.roots[root] / "projects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(piece)
        self._left[number] = self._left[number][len(piece) :]


@pytest.fixture
def world(settings: MakeSettings) -> Iterator[Callable[[dict[int, bytes]], _World]]:
    """Make worlds in directories of their own, and put them away at the end."""
    with tempfile.TemporaryDirectory() as place:
        numbers = itertools.count()
        made: list[_World] = []

        def make(files: dict[int, bytes]) -> _World:
            for old in made:
                old.monitor.close()
            made[:] = [_World(Path(place) / str(next(numbers)), files, settings)]
            return made[0]

        yield make
        for old in made:
            old.monitor.close()


@some_examples
@given(files=transcripts(), order=steps())
def test_figures_equal_a_slow_reading_however_they_came_to_be(
    files: dict[int, bytes], order: list[Step], world: Callable[[dict[int, bytes]], _World]
) -> None:
    it = world(files)
    for step in order:
        it.take(step)
    right = it.finish()
    assert_agreement(it.monitor, right)
    it.take((0, 0.0, "restart", 0))
    it.monitor.read()
    assert_agreement(it.monitor, right)
    it.monitor.set_zone("Asia/Kathmandu")
    assert_agreement(it.monitor, right, "Asia/Kathmandu")


@some_examples
@given(files=transcripts(), order=steps())
def test_what_was_counted_stays_counted_when_transcripts_shrink_and_vanish(
    files: dict[int, bytes], order: list[Step], world: Callable[[dict[int, bytes]], _World]
) -> None:
    it = world(files)
    for step in order:
        it.take(step)
    right = it.finish()
    for number, path in enumerate(it.paths()):
        if number % 2:
            path.unlink()
        else:
            os.truncate(path, path.stat().st_size * 2 // 3)
    it.monitor.read()
    assert_agreement(it.monitor, right)
    it.take((0, 0.0, "restart", 0))
    it.monitor.read()
    assert_agreement(it.monitor, right)


@some_examples
@given(files=transcripts())
def test_each_set_of_roots_gives_what_lies_below_it(
    files: dict[int, bytes], world: Callable[[dict[int, bytes]], _World], settings: MakeSettings
) -> None:
    it = world(files)
    right = it.finish()
    it.monitor.close()
    assert it.settings.ledger is not None
    for roots in (it.roots[:1], it.roots[1:], it.roots[::-1]):
        with Monitor(settings(roots=roots, ledger=it.settings.ledger)) as monitor:
            monitor.read()
            assert_agreement(monitor, right if len(roots) == 2 else read(roots))


@pytest.mark.parametrize("length", [1_000, 30], ids=["a whole one", "a broken one"])
def test_a_response_on_the_line_of_a_user_s_record_is_counted(
    length: int, world: Callable[[dict[int, bytes]], _World]
) -> None:
    user = b'{"parentUuid":null,"type":"user","message":{"role":"user","content":"on we go"}}'
    response = (
        b'{"type":"assistant","timestamp":"2026-11-01T09:00:00.000Z","message":{"id":"msg_1",'
        b'"model":"claude-opus-5-5","usage":{"input_tokens":1,"output_tokens":2}}}\n'
    )
    it = world({0: user[:length] + response})
    right = it.finish()
    assert len(right) == 1
    assert_agreement(it.monitor, right)


_READER = """
import sys
from pathlib import Path
from engine.monitor import Monitor
from engine.domain.settings import Settings
root, ledger, home = sys.argv[1:]
settings = Settings(roots=(Path(root),), ledger=ledger, zone="UTC", is_offline=True,
                    is_polling=True, environment={}, home=Path(home))
with Monitor(settings) as monitor:
    print("reading", flush=True)
    monitor.read()
print("done", flush=True)
"""


def test_a_process_killed_while_reading_loses_and_doubles_nothing(
    tmp_path: Path, home: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", str(tmp_path / "ledger.db")
    user = DemoUser(seed=3, now_ms=NOW, responses=4_000, days=10, sessions=30)
    write_history(root, user)
    for milliseconds in (1, 15, 40, 90):
        command = [sys.executable, "-c", _READER, str(root), ledger, str(home)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "reading\n"
            time.sleep(milliseconds / 1000)
            child.kill()
    right = read(root)
    assert len(right) == user.responses
    with Monitor(settings(roots=(root,), ledger=ledger)) as monitor:
        monitor.read()
        assert_agreement(monitor, right)
        assert not monitor.snapshot().notices
