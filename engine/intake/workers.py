"""Lets other processes read transcripts, so that a first load uses all cores.

Answers come in the order of the tasks. A process that fails costs nothing but time: what
it was to read is read here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Condition, Thread

import msgspec

from engine.intake.tail import Tail
from engine.intake.worker import Answer, Task, read_one, receive, send

_MOST_WORKERS = 4
_AHEAD = 8
"""Chunks that each process may be ahead of who takes the answers."""
_WAITING = 1
"""Chunks that wait in a process's pipe, so that it never waits for the next."""
_PIPE = 1 << 20
"""Bytes a pipe should hold, where the system lets one ask; nothing depends on it."""

_decode = msgspec.msgpack.Decoder(list[Answer]).decode


def worker_count() -> int:
    """Return how many processes are worth starting beside this one."""
    return max(1, min(_MOST_WORKERS, (os.cpu_count() or 1) - 1))


class Workers:
    """Processes that read chunks of transcripts."""

    def __init__(self, chunks: Sequence[list[Task]], count: int) -> None:
        self._chunks = chunks
        self._ahead = _AHEAD * count
        self._state = Condition()
        self._next = 0
        self._taken = 0
        self._answers: dict[int, bytes | None] = {}
        self._is_closed = False
        self._threads = [
            Thread(target=self._serve, name="ccmon-read", daemon=True) for _ in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def answers(self) -> Iterator[list[Answer]]:
        """Yield the answers to each chunk, in order."""
        tail = Tail()
        try:
            for number, chunk in enumerate(self._chunks):
                with self._state:
                    while number not in self._answers and not self._is_left(number):
                        self._state.wait()
                    data = self._answers.pop(number, None)
                    self._taken = number + 1
                    self._state.notify_all()
                yield _decode(data) if data else [read_one(tail, task) for task in chunk]
        finally:
            self._close()

    def _is_left(self, number: int) -> bool:
        """Say whether no process will be asked for a chunk."""
        return self._is_closed and number >= self._next

    def _serve(self) -> None:
        """Hand chunks to a process of one's own, some more than it has answered."""
        process = _start()
        asked: list[int] = []
        try:
            while True:
                number = self._take_chunk()
                if number is not None:
                    asked.append(number)
                    _ask(process, self._chunks[number])
                while asked and (number is None or len(asked) > _WAITING):
                    self._give(asked[0], _answer(process))
                    asked.pop(0)
                if number is None:
                    break
        except Exception:  # noqa: BLE001 - the thread's one boundary: the chunks are read here
            self._close()
        finally:
            for number in asked:
                self._give(number, None)
            if process is not None:
                process.kill()
                process.communicate()

    def _close(self) -> None:
        """Ask no process any more; chunks that were given to none are read here."""
        with self._state:
            self._is_closed = True
            self._state.notify_all()

    def _give(self, number: int, data: bytes | None) -> None:
        with self._state:
            self._answers[number] = data
            self._state.notify_all()

    def _take_chunk(self) -> int | None:
        with self._state:
            while self._next >= self._taken + self._ahead and not self._is_closed:
                self._state.wait()
            if self._is_closed or self._next == len(self._chunks):
                return None
            self._next += 1
            return self._next - 1


def _start() -> subprocess.Popen[bytes] | None:
    """Start a process that finds this engine, and nothing in the directory it starts in."""
    paths = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]
    paths += [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.intake.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=_PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    except OSError:
        return None


def _ask(process: subprocess.Popen[bytes] | None, chunk: list[Task]) -> None:
    if process is not None and process.stdin is not None:
        with suppress(OSError):
            send(process.stdin, chunk)


def _answer(process: subprocess.Popen[bytes] | None) -> bytes | None:
    """Return a process's next answer, `None` where it gives none."""
    if process is None or process.stdout is None:
        return None
    try:
        return receive(process.stdout)
    except OSError:
        return None
