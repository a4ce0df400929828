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
_AHEAD = 3
"""Chunks that each process may be ahead of who takes the answers."""

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
                    while number not in self._answers:
                        self._state.wait()
                    data = self._answers.pop(number)
                    self._taken = number + 1
                    self._state.notify_all()
                yield _decode(data) if data else [read_one(tail, task) for task in chunk]
        finally:
            with self._state:
                self._is_closed = True
                self._state.notify_all()

    def _serve(self) -> None:
        """Hand chunks to a process of one's own, always one more than it has answered."""
        process = _start()
        asked: int | None = None
        try:
            while True:
                number = self._take_chunk()
                if number is not None:
                    _ask(process, self._chunks[number])
                if asked is not None:
                    self._give(asked, _answer(process))
                if number is None:
                    break
                asked = number
        finally:
            if process is not None:
                process.kill()
                process.communicate()

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
    paths = [os.path.abspath(path) for path in sys.path]
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "engine.intake.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
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
