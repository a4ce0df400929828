"""One line on a terminal that says how far a long first reading is, and goes away again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from tui.terminal.console import is_terminal

if TYPE_CHECKING:
    from engine.domain.snapshots import Progress

_PATIENCE = 1.0
_BETWEEN = 0.1


class ProgressLine:
    """Shows progress on a stream once a second has gone by; nothing where nobody looks.

    Use it as a context: leaving it wipes the line.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._is_seen = is_terminal(stream) and os.environ.get("TERM") != "dumb"
        self._next = clock() + _PATIENCE
        self._cells = 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._cells:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def show(self, progress: Progress) -> None:
        """Say how far the reading is, at most ten times a second."""
        now = self._clock()
        if not self._is_seen or now < self._next:
            return
        self._next = now + _BETWEEN
        text = f"Reading {progress.files_done:,} of {progress.files_total:,} files"
        left = progress.seconds_left
        ending = f", {left:.0f}s left" if left is not None else ""
        self._write(f"{text} ({progress.share:.0%}{ending})")

    def _write(self, text: str) -> None:
        """Write over what stood there before."""
        self._stream.write(f"\r{text.ljust(self._cells)}")
        self._cells = len(text)
        self._stream.flush()
