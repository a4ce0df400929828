"""A reader started in a process of its own, what it tells on the way, and its last words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any

from tests.conftest import NOW
from tests.patience import PATIENCE
from tests.slow_reading import SlowResponse

PROJECT = Path(__file__).resolve().parents[2]


class Reader:
    """One run of `tests.faults.reader`; leaving it ends the process."""

    def __init__(
        self,
        root: Path,
        ledger: Path,
        *options: str,
        at: int = NOW,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        command = [sys.executable, "-m", "tests.faults.reader", str(root), str(ledger)]
        self.process = subprocess.Popen(
            [*command, "--at", str(at), *options],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        self._errors: list[str] = []
        self._threads = [Thread(target=self._listen), Thread(target=self._listen_to_errors)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def wait_for(self, line: str, seconds: float = PATIENCE) -> None:
        """Wait until the reader says a line that begins so."""
        end = time.monotonic() + seconds
        said = []
        while not (said and said[-1].startswith(line)):
            try:
                said.append(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except Empty:
                raise AssertionError(f"no {line!r} within {seconds:g} s, only {said}") from None

    def last_words(self, seconds: float = 60.0) -> dict[str, Any]:
        """Tell the reader to end, see that it ends well, and return what it found."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(seconds)
        for thread in self._threads:
            thread.join()
        assert (code, self.errors) == (0, ""), "the reader failed"
        words: dict[str, Any] = json.loads(self._lines.queue[-1])
        return words

    @property
    def errors(self) -> str:
        """What was written to standard error so far."""
        return "".join(self._errors)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def _listen_to_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors += self.process.stderr


def figures(responses: Sequence[SlowResponse]) -> dict[str, int]:
    """Return a slow reading's figures under the names of a reader's last words."""
    return {
        "responses": len(responses),
        "tokens": sum(each.tokens.total for each in responses),
        "cost": sum(each.cost or 0 for each in responses),
    }


def assert_figures(found: Mapping[str, Any], right: Sequence[SlowResponse]) -> None:
    """Fail unless a reader found what a slow reading finds."""
    wanted = figures(right)
    assert {name: found[name] for name in wanted} == wanted
