"""Lets other processes read files, so that a first load uses all cores.

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

from engine.domain.processes import unseen
from engine.ingest.chunk_reader import ChunkAnswer, ChunkReader, PricesInForce, Task
from engine.ingest.worker import receive, send
from engine.pricing.table import PriceTable

_MOST_WORKERS = 4
_AHEAD = 24
"""Chunks that each process may be ahead of who takes the answers."""
_WAITING = 1
"""Chunks that wait in a process's pipe, so that it never waits for the next."""
_PIPE = 1 << 20
"""Bytes a pipe should hold, where the system lets one ask; nothing depends on it."""

_decode = msgspec.msgpack.Decoder(ChunkAnswer).decode


def worker_count() -> int:
    """Return how many processes are worth starting beside this one."""
    return max(1, min(_MOST_WORKERS, (os.cpu_count() or 1) - 1))


class Workers:
    """Processes that read chunks of files, beginning at once.

    The first chunks are theirs, however long they take to start.
    """

    def __init__(self, chunks: Sequence[list[Task]], count: int, prices: PriceTable) -> None:
        self._chunks = chunks
        self._prices = prices
        self._ahead = _AHEAD * count
        self._state = Condition()
        self._next = min(len(chunks), count * (1 + _WAITING))
        first = range(self._next)
        self._taken = 0
        self._answers: dict[int, bytes | ChunkAnswer | None] = {}
        self._is_closed = False
        self._threads = [
            Thread(
                target=self._serve,
                args=(list(first[number::count]),),
                name="ccmon-read",
                daemon=True,
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def answers(self) -> Iterator[ChunkAnswer]:
        """Yield the answer to each chunk, in order; read chunks here rather than wait."""
        reader = ChunkReader(self._prices)
        for number, chunk in enumerate(self._chunks):
            while (here := self._chunk_to_read(number)) is not None:
                self._give(here, reader.read(self._chunks[here]))
            answer = self._take(number)
            if isinstance(answer, bytes):
                answer = _decode(answer)
            yield answer or reader.read(chunk)

    def _chunk_to_read(self, wanted: int) -> int | None:
        """Return a chunk that no process was asked for, `None` once the wanted one is answered."""
        with self._state:
            while wanted not in self._answers:
                if self._next < len(self._chunks) and (self._is_near() or self._next == wanted):
                    return self._pass_on()
                self._state.wait()
            return None

    def _take(self, number: int) -> bytes | ChunkAnswer | None:
        with self._state:
            self._taken = number + 1
            self._state.notify_all()
            return self._answers.pop(number)

    def _serve(self, asked: list[int]) -> None:
        """Hand chunks to a process of one's own: its first, then one more than it has answered."""
        process = _start()
        try:
            _ask(process, PricesInForce.of(self._prices))
            for number in asked:
                _ask(process, self._chunks[number])
            while True:
                further = None
                if len(asked) <= _WAITING:
                    further = self._take_chunk(is_idle=not asked)
                if further is not None:
                    asked.append(further)
                    _ask(process, self._chunks[further])
                elif asked:
                    self._give(asked[0], _answer(process))
                    asked.pop(0)
                else:
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

    def _give(self, number: int, answers: bytes | ChunkAnswer | None) -> None:
        with self._state:
            self._answers[number] = answers
            self._state.notify_all()

    def _take_chunk(self, *, is_idle: bool) -> int | None:
        """Return the next chunk for a process; one that is idle waits until it may be read."""
        with self._state:
            while is_idle and not (self._is_over() or self._is_near()):
                self._state.wait()
            return None if self._is_over() or not self._is_near() else self._pass_on()

    def _is_over(self) -> bool:
        return self._is_closed or self._next == len(self._chunks)

    def _is_near(self) -> bool:
        """Say whether the next chunk is not too far ahead of who takes the answers."""
        return self._next < self._taken + self._ahead

    def _pass_on(self) -> int:
        self._next += 1
        return self._next - 1


def _start() -> subprocess.Popen[bytes] | None:
    """Start a process that finds this engine, and nothing in the directory it starts in."""
    paths = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]
    paths += [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=_PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            **unseen(),
        )
    except OSError:
        return None


def _ask(process: subprocess.Popen[bytes] | None, message: object) -> None:
    if process is not None and process.stdin is not None:
        with suppress(OSError):
            send(process.stdin, message)


def _answer(process: subprocess.Popen[bytes] | None) -> bytes | None:
    """Return a process's next answer, `None` where it gives none."""
    if process is None or process.stdout is None:
        return None
    try:
        return receive(process.stdout)
    except OSError:
        return None
